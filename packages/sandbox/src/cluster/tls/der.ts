/** Distinguished encoding rules (X.690), as much of them as a certificate needs. */

const tag = { boolean: 0x01, integer: 0x02, bitString: 0x03, octetString: 0x04, objectId: 0x06, utf8String: 0x0c, sequence: 0x30, set: 0x31, generalizedTime: 0x18 } as const

function length(bytes: number): Buffer {
  if (bytes < 0x80) return Buffer.from([bytes])
  const digits: number[] = []
  for (let rest = bytes; rest > 0; rest = Math.floor(rest / 256)) digits.unshift(rest % 256)
  return Buffer.from([0x80 | digits.length, ...digits])
}

function encode(type: number, ...content: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(content)
  return Buffer.concat([Buffer.from([type]), length(body.length), body])
}

export const sequence = (...parts: readonly Uint8Array[]): Buffer => encode(tag.sequence, ...parts)
export const set = (...parts: readonly Uint8Array[]): Buffer => encode(tag.set, ...parts)
export const boolean = (value: boolean): Buffer => encode(tag.boolean, Buffer.from([value ? 0xff : 0]))
export const octetString = (value: Uint8Array): Buffer => encode(tag.octetString, value)
export const utf8String = (value: string): Buffer => encode(tag.utf8String, Buffer.from(value, 'utf8'))

/** An unsigned integer, most significant byte first. A leading zero byte keeps it positive. */
export function integer(value: Uint8Array): Buffer {
  const significant = value.subarray(Math.max(0, value.findIndex((byte) => byte !== 0)))
  const first = significant[0] ?? 0
  return encode(tag.integer, Buffer.from(first >= 0x80 || significant.length === 0 ? [0] : []), significant)
}

/** `unused` is the number of bits of the last byte that do not count. */
export const bitString = (value: Uint8Array, unused = 0): Buffer => encode(tag.bitString, Buffer.from([unused]), value)

/** `1.2.840.10045.4.3.2`. */
export function objectId(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  const bytes = [first * 40 + second]
  for (const arc of rest) {
    const groups = [arc % 128]
    for (let more = Math.floor(arc / 128); more > 0; more = Math.floor(more / 128)) groups.unshift((more % 128) | 0x80)
    bytes.push(...groups)
  }
  return encode(tag.objectId, Buffer.from(bytes))
}

/** Seconds precision, UTC: `20251121101500Z`. */
export const generalizedTime = (at: Date): Buffer => encode(tag.generalizedTime, Buffer.from(`${at.toISOString().replace(/\.\d+Z$/, '').replace(/[-:T]/g, '')}Z`))

/** A context-specific tag: constructed for explicit tags, primitive for implicit ones of a simple type. */
export const tagged = (number: number, content: Uint8Array, form: 'constructed' | 'primitive' = 'constructed'): Buffer => encode((form === 'constructed' ? 0xa0 : 0x80) | number, content)
