/** What a request shows of us: parts of the TLS handshake, and headers. */
export interface Login {
  readonly certificate?: Buffer | string
  readonly key?: Buffer | string
  /** A list is sent as several headers of one name. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>
}
