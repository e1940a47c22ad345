import type { Story } from '../contract/metrics/samples.ts'

/** Bits of the NaN that marks the end of a series, and of the one that is a value. */
const stale = Buffer.from('020000000000f07f', 'hex')
const plain = Buffer.from('010000000000f87f', 'hex')

function varint(value: number): Buffer {
  const bytes: number[] = []
  let rest = BigInt(value)
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128)
  return Buffer.from([...bytes, Number(rest)])
}

/** A field that holds bytes: of protobuf's wire type 2. */
function field(number: number, content: Buffer | string): Buffer {
  const body = Buffer.from(content as string)
  return Buffer.concat([varint(number * 8 + 2), varint(body.byteLength), body])
}

function double(value: number | 'ended'): Buffer {
  if (value === 'ended') return stale
  if (Number.isNaN(value)) return plain
  const bytes = Buffer.alloc(8)
  bytes.writeDoubleLE(value)
  return bytes
}

/** A `WriteRequest` of remote write 1.0: https://prometheus.io/docs/specs/prw/remote_write_spec/ */
export function writeRequest(stories: readonly Story[]): Buffer {
  return Buffer.concat(stories.map(({ name, labels, samples }) => {
    const sorted = Object.entries({ ...labels, __name__: name }).filter(([, value]) => value !== '').toSorted(([a], [b]) => (a < b ? -1 : 1))
    const told = samples.map(({ at, value }) => field(2, Buffer.concat([Buffer.from([9]), double(value), Buffer.from([16]), varint(at)])))
    return field(1, Buffer.concat([...sorted.map(([label, value]) => field(1, Buffer.concat([field(1, label), field(2, value)]))), ...told]))
  }))
}

/** A Snappy block of literals: the format without compressing. */
export function snappyBlock(bytes: Buffer): Buffer {
  const parts: Buffer[] = [varint(bytes.byteLength)]
  for (let from = 0; from < bytes.byteLength; from += 65_536) {
    const literal = bytes.subarray(from, from + 65_536)
    parts.push(Buffer.from([61 * 4, (literal.byteLength - 1) & 255, (literal.byteLength - 1) >> 8]), literal)
  }
  return Buffer.concat(parts)
}
