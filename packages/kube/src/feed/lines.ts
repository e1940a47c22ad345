/** Splits a stream of bytes at line feeds. A character that is cut by a packet stays whole. Half a line at the end is dropped: its connection broke. */
export async function* linesOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let pending: Buffer[] = []
  for await (const chunk of chunks) {
    let start = 0
    for (let end = chunk.indexOf(0x0a); end !== -1; end = chunk.indexOf(0x0a, start)) {
      pending.push(chunk.subarray(start, end))
      const line = Buffer.concat(pending).toString('utf8')
      pending = []
      start = end + 1
      if (line.trim() !== '') yield line
    }
    if (start < chunk.length) pending.push(chunk.subarray(start))
  }
}
