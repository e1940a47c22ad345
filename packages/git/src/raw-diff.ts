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
  const changes: TreeChange[] = []
  const bytes = Buffer.from(output.buffer, output.byteOffset, output.byteLength)
  let at = 0
  while (at < bytes.length) {
    const endOfHeader = bytes.indexOf(0, at)
    const endOfPath = endOfHeader === -1 ? -1 : bytes.indexOf(0, endOfHeader + 1)
    const fields = header.exec(bytes.toString('latin1', at, endOfHeader === -1 ? bytes.length : endOfHeader))
    if (fields === null || endOfPath <= endOfHeader + 1) throw surprise(bytes, at)
    const [, before, after, from, to, letter] = fields as unknown as readonly [string, TreeMode, TreeMode, string, string, string]
    changes.push({
      path: pathName(bytes.subarray(endOfHeader + 1, endOfPath)),
      kind: kinds[letter] as TreeChange['kind'],
      before: { mode: before, object: from },
      after: { mode: after, object: to },
    })
    at = endOfPath + 1
  }
  return changes
}

function surprise(bytes: Buffer, at: number): EnvironmentError {
  const shown = JSON.stringify(bytes.toString('latin1', at, at + 120))
  return new EnvironmentError(gitReason('FM-GIT-SURPRISE', { says: `The list of changed paths cannot be read at byte ${at}: ${shown}.` }))
}
