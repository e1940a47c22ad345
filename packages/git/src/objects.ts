import type { Commit } from '@fermata/ports'
import { EnvironmentError } from '@fermata/verdict'
import { gitReason } from './codes.ts'

/** What `git cat-file` says of one object. The content is empty where only information was asked for. */
export interface FoundObject {
  readonly id: string
  readonly type: string
  readonly content: Uint8Array
}

/** What is asked of an object: its content too, or only whether there is one. */
export type Question = 'contents' | 'info'

const lineFeed = 0x0a
const found = /^([0-9a-f]{40}|[0-9a-f]{64}) (commit|tree|blob|tag) (\d+)$/
/** `ambiguous`: a short name that fits several objects. */
const absent = / (missing|ambiguous)$/
/** Answers of `--follow-symlinks` to a link that leads nowhere, or out of the tree, each followed by so many bytes. */
const dangling = /^(symlink|dangling|loop|notdir) (\d+)$/

/**
 * Reads the answers of `git cat-file --batch` or `--batch-command`, one for each question.
 * Form: `<id> <type> <size>\n`, for contents followed by `<content>\n`, or `<name> missing\n` (git-cat-file(1), "Batch output").
 * @throws EnvironmentError when an answer is neither, or when there are fewer answers than questions
 */
export function parseObjects(output: Uint8Array, questions: readonly Question[]): readonly (FoundObject | undefined)[] {
  const bytes = Buffer.from(output.buffer, output.byteOffset, output.byteLength)
  let at = 0
  return questions.map((question) => {
    const endOfLine = bytes.indexOf(lineFeed, at)
    if (endOfLine === -1) throw surprise(bytes.toString('latin1', at))
    const line = bytes.toString('latin1', at, endOfLine)
    at = endOfLine + 1
    const fields = found.exec(line)
    if (fields === null) {
      const link = dangling.exec(line)
      if (link !== null) at += Number(link[2]) + 1
      else if (!absent.test(line)) throw surprise(line)
      return undefined
    }
    const [, id, type, size] = fields as unknown as readonly [string, string, string, string]
    if (question === 'info') return { id, type, content: new Uint8Array() }
    const content = bytes.subarray(at, at + Number(size))
    if (content.length !== Number(size)) throw surprise(line)
    at += content.length + 1
    return { id, type, content }
  })
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
