import { ConfigurationError } from '@fermata/verdict'

/** Where requests go, and what they carry to be let in. */
export interface Address {
  /** Without credentials, query and closing slash. */
  readonly base: string
  readonly host: string
  /** What runs on this machine is never behind a proxy. */
  readonly loopback: boolean
  readonly authorization: string | undefined
}

/**
 * Reads a base address such as `https://user:password@metrics.example/prometheus`.
 * @throws ConfigurationError for one that is none, and for two ways to be let in at once. Credentials are not in the message.
 */
export function addressFrom(url: string, token: string | undefined): Address {
  const parsed = URL.parse(url)
  if (parsed === null || (parsed.protocol !== 'http:' && parsed.protocol !== 'https:')) {
    throw new ConfigurationError([{ says: 'The address of the metrics or alerts server is not an http or https URL.', remedy: 'Write it as http://prometheus:9090 or https://host/prefix.' }])
  }
  const { username, password, hostname, host, origin, pathname } = parsed
  const basic = username !== '' || password !== ''
  if (basic && token) throw new ConfigurationError([{ says: `The address of ${host} holds a user, and there is a token too: only one of them can be sent.`, remedy: 'Remove one of the two.' }])
  return {
    base: `${origin}${pathname}`.replace(/\/+$/, ''),
    host,
    loopback: hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.'),
    authorization: basic ? `Basic ${Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64')}` : token ? `Bearer ${token}` : undefined,
  }
}
