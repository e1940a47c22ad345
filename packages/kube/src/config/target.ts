/** Which server, as whom, and what the kubeconfig calls them: all that one context of a kubeconfig says. */
export interface Target {
  /** Where it was read, for messages. */
  readonly origin: string
  readonly context: string
  readonly namespace: string
  readonly cluster: TargetCluster
  readonly user: TargetUser
}

export interface TargetCluster {
  readonly name: string
  /** Without a slash at its end. */
  readonly server: string
  /** PEM. */
  readonly ca?: Buffer
  readonly skipTlsVerify: boolean
  readonly tlsServerName?: string
  readonly proxyUrl?: string
}

export interface TargetUser {
  readonly name: string
  /** PEM. */
  readonly certificate?: Buffer
  readonly key?: Buffer
  readonly token?: string
  /** Read again from time to time, since whoever writes it renews it. Wins over `token`, as in client-go. */
  readonly tokenFile?: string
  readonly basic?: { readonly username: string; readonly password: string }
  readonly impersonate?: { readonly user: string; readonly uid?: string; readonly groups: readonly string[] }
  /** Credentials that a program or a provider gives. */
  readonly plugin?: Plugin
}

export type Plugin =
  | { readonly kind: 'exec'; readonly command: string; readonly installHint?: string; readonly raw: Readonly<Record<string, unknown>> }
  | { readonly kind: 'provider'; readonly name: string; readonly raw: Readonly<Record<string, unknown>> }
