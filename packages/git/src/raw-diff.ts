import { isAscii, isUtf8 } from 'node:buffer'
import type { TreeChange, TreeMode } from '@fermata/ports'
import { EnvironmentError } from '@fermata/verdict'
import { gitReason } from './codes.ts'
import { pathName } from './names.ts'

const kinds: Readonly<Record<string, TreeChange['kind']>> = { A: 'added', D: 'deleted', M: 'modified', T: 'type-changed' }
const header = /^:([0-7]{6}) ([0-7]{6}) ([0-9a-f]{40}|[0-9a-f]{64}) ([0-9a-f]{40}|[0-9a-f]{64}) ([ADMT])$/

/**
 * Reads `git diff-tree -r -z --raw --no-abbrev --no-renames`: a header and a path, each ended by NUL.
 * Format: git-diff(1), "Raw output format". Nothing else is taken to be that form.
 * @throws EnvironmentError when it is not
 */
export function parseRawDiff(output: Uint8Array): readonly TreeChange[] {
  const { text, name } = decoded(Buffer.from(output.buffer, output.byteOffset, output.byteLength))
  const changes: TreeChange[] = []
  for (let at = 0; at < text.length; ) {
    const endOfHeader = text.indexOf('\0', at)
    const endOfPath = endOfHeader === -1 ? -1 : text.indexOf('\0', endOfHeader + 1)
    const fields = header.exec(text.slice(at, endOfHeader === -1 ? text.length : endOfHeader))
    if (fields === null || endOfPath <= endOfHeader + 1) throw surprise(text, at)
    const [, before, after, from, to, letter] = fields as unknown as readonly [string, TreeMode, TreeMode, string, string, string]
    changes.push({
      path: name(text.slice(endOfHeader + 1, endOfPath)),
      kind: kinds[letter] as TreeChange['kind'],
      before: { mode: before, object: from },
      after: { mode: after, object: to },
    })
    at = endOfPath + 1
  }
  return changes
}

/** Decoded as a whole where that is possible, which it nearly always is: one conversion costs less than one for each path. */
function decoded(bytes: Buffer): { readonly text: string; readonly name: (text: string) => string } {
  if (isAscii(bytes)) return { text: bytes.toString('latin1'), name: (text) => text }
  if (isUtf8(bytes)) return { text: bytes.toString('utf8'), name: (text) => text }
  return { text: bytes.toString('latin1'), name: (text) => pathName(Buffer.from(text, 'latin1')) }
}

function surprise(text: string, at: number): EnvironmentError {
  return new EnvironmentError(gitReason('FM-GIT-SURPRISE', { says: `The list of changed paths cannot be read at ${at}: ${JSON.stringify(text.slice(at, at + 120))}.` }))
}
