import type { Commit } from '@fermata/ports'
import { EnvironmentError } from '@fermata/verdict'
import { gitReason } from './codes.ts'

/** What `git cat-file --batch` says of one object, or undefined when there is none of that name. */
export interface FoundObject {
  readonly id: string
  readonly type: string
  readonly content: Uint8Array
}

const lineFeed = 0x0a
const found = /^([0-9a-f]{40}|[0-9a-f]{64}) (commit|tree|blob|tag) (\d+)$/
/** `ambiguous`: a short name that fits several objects. The others come of `--follow-symlinks`: links that lead nowhere, or out of the tree. */
const absent = / (missing|ambiguous)$|^(symlink|dangling|loop|notdir) \d+$/

/**
 * Reads the answer of `git cat-file --batch` to one question.
 * Form: `<id> <type> <size>\n<content>\n`, or `<name> missing\n` (git-cat-file(1), "Batch output").
 * @throws EnvironmentError when it is neither
 */
export function parseObject(output: Uint8Array): FoundObject | undefined {
  const bytes = Buffer.from(output.buffer, output.byteOffset, output.byteLength)
  const endOfLine = bytes.indexOf(lineFeed)
  const line = bytes.toString('latin1', 0, endOfLine === -1 ? bytes.length : endOfLine)
  const fields = found.exec(line)
  if (fields === null) {
    if (absent.test(line) || absent.test(bytes.toString('latin1', 0, bytes.length).trimEnd())) return undefined
    throw surprise(line)
  }
  const [, id, type, size] = fields as unknown as readonly [string, string, string, string]
  const content = bytes.subarray(endOfLine + 1, endOfLine + 1 + Number(size))
  if (content.length !== Number(size)) throw surprise(line)
  return { id, type, content }
}

/** A commit with the parents that are written in it. Where a shallow history ends, `git log` would show none. */
export function commitOf(object: FoundObject): Commit {
  const text = Buffer.from(object.content.buffer, object.content.byteOffset, object.content.byteLength).toString('latin1')
  const headers = text.slice(0, text.indexOf('\n\n') === -1 ? text.length : text.indexOf('\n\n'))
  return { id: object.id, parents: headers.split('\n').filter((line) => line.startsWith('parent ')).map((line) => line.slice('parent '.length)) }
}

function surprise(line: string): EnvironmentError {
  return new EnvironmentError(gitReason('FM-GIT-SURPRISE', { says: `git described an object as ${JSON.stringify(line.slice(0, 120))}.` }))
}
