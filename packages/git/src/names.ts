import { isUtf8 } from 'node:buffer'

const slash = 0x2f

/**
 * The name of a path. git's names are bytes. A segment that is valid UTF-8 is that text; one that is not is decoded as Latin-1,
 * so that every byte stays distinguishable and the folders around it keep their names.
 */
export function pathName(bytes: Uint8Array): string {
  return utf8(bytes) ?? segments(bytes).map((segment) => utf8(segment) ?? latin1(segment)).join('/')
}

function utf8(bytes: Uint8Array): string | undefined {
  return isUtf8(bytes) ? view(bytes).toString('utf8') : undefined
}

function latin1(bytes: Uint8Array): string {
  return view(bytes).toString('latin1')
}

function view(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function segments(bytes: Uint8Array): readonly Uint8Array[] {
  const found: Uint8Array[] = []
  let start = 0
  for (let end = bytes.indexOf(slash); end !== -1; end = bytes.indexOf(slash, start)) {
    found.push(bytes.subarray(start, end))
    start = end + 1
  }
  found.push(bytes.subarray(start))
  return found
}
