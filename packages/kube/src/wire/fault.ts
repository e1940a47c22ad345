/** How a request came to nothing before there was an answer. */
export type FaultKind = 'refused' | 'name' | 'certificate' | 'not-tls' | 'reset' | 'timeout' | 'proxy' | 'tls' | 'other'

/** No answer, or half of one. Says whether the server may have acted on the request. */
export class Fault extends Error {
  override readonly name = 'Fault'
  readonly kind: FaultKind
  /** False when the connection was never made, so that nothing can have been done. */
  readonly sent: boolean
  constructor(kind: FaultKind, message: string, details: { readonly sent: boolean; readonly cause?: unknown }) {
    super(message, { cause: details.cause })
    this.kind = kind
    this.sent = details.sent
  }
}

const refused = ['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN', 'ENETDOWN', 'EADDRNOTAVAIL']
const names = ['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL']
const resets = ['ECONNRESET', 'EPIPE', 'ECONNABORTED', 'UND_ERR_SOCKET', 'HPE_INVALID_CONSTANT', 'ERR_STREAM_PREMATURE_CLOSE']
const certificates = [
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'SELF_SIGNED_CERT_IN_CHAIN', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'UNABLE_TO_GET_ISSUER_CERT', 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_SIGNATURE_FAILURE', 'CERT_UNTRUSTED', 'CERT_CHAIN_TOO_LONG', 'CERT_REVOKED', 'INVALID_CA', 'CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID', 'ERR_TLS_CERT_ALTNAME_INVALID', 'HOSTNAME_MISMATCH',
]

/** Sorts what Node, OpenSSL and the resolver throw. */
export function faultOf(error: unknown, sent: boolean): Fault {
  if (error instanceof Fault) return error
  const code = codeOf(error)
  // `40CD..:error:0A00045C:SSL routines:ssl3_read_bytes:tlsv13 alert certificate required:../deps/..` says one thing.
  const message = messageOf(error).replace(/^.*SSL routines:[^:]*:([^:]+):[^]*$/, '$1').trim()
  return new Fault(kindOf(code, message), message === '' ? (code ?? 'no answer') : message, { sent, cause: error })
}

function kindOf(code: string | undefined, message: string): FaultKind {
  if (code === undefined) return 'other'
  if (refused.includes(code)) return 'refused'
  if (names.includes(code)) return 'name'
  if (code === 'ETIMEDOUT' || code === 'ESOCKETTIMEDOUT') return 'timeout'
  if (certificates.includes(code)) return 'certificate'
  if (code.startsWith('ERR_PROXY')) return 'proxy'
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'ERR_SSL_PACKET_LENGTH_TOO_LONG' || /wrong version number|packet length too long|http request/i.test(message)) return 'not-tls'
  if (resets.includes(code) || code.startsWith('HPE_')) return 'reset'
  if (code.startsWith('ERR_SSL') || code.startsWith('ERR_TLS') || code.startsWith('ERR_OSSL') || code === 'EPROTO') return 'tls'
  return 'other'
}

/** Of the error, or of the first of several that happy eyeballs collects. Asks for the field and not for the class: errors of Node's core may come from another realm. */
export function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined
  if ('errors' in error && Array.isArray(error.errors)) {
    const first = error.errors.map(codeOf).find((code) => code !== undefined)
    if (first !== undefined) return first
  }
  return 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

export function messageOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'message' in error && typeof error.message === 'string' ? error.message : String(error)
}
