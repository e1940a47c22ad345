import type { ProbeFailure } from '@fermata/ports'

const kinds: Readonly<Record<string, ProbeFailure>> = {
  ECONNREFUSED: 'refused',
  ECONNRESET: 'broken',
  EPIPE: 'broken',
  UND_ERR_SOCKET: 'broken',
  ENOTFOUND: 'unresolved',
  EAI_AGAIN: 'unresolved',
  EAI_FAIL: 'unresolved',
  ETIMEDOUT: 'timeout',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  EHOSTDOWN: 'unreachable',
  EADDRNOTAVAIL: 'unreachable',
}

/** Which kind of failure an error of node:http is. What answers and does not speak HTTP is `no-http`; what is not known is told as a broken connection, in its own words. */
export function failureOf(error: Error): { readonly failure: ProbeFailure; readonly says: string } {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  // Several addresses of one name were tried: the first failure stands for all.
  if (error instanceof AggregateError && error.errors[0] instanceof Error) return failureOf(error.errors[0])
  const known = kinds[code]
  if (known !== undefined) return { failure: known, says: error.message }
  if (code.startsWith('HPE_')) return { failure: 'no-http', says: `what answers does not speak HTTP: ${error.message}` }
  if (/^(ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO)|^EPROTO$/.test(code)) return { failure: 'tls', says: error.message }
  return { failure: 'broken', says: error.message }
}
