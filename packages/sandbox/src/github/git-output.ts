import type { CommitFacts, FileFacts } from './answers/commit.ts'

/** For `git log`: what `commitFrom` reads. */
export const commitFormat = '%H%x01%T%x01%P%x01%an%x01%ae%x01%aI%x01%cn%x01%ce%x01%cI%x01%B'

export function commitFrom(record: string): CommitFacts {
  const [sha = '', tree = '', parents = '', authorName = '', authorEmail = '', authorDate = '', name = '', email = '', date = '', message = ''] = record.split('\x01')
  return {
    sha,
    tree,
    parents: parents.split(' ').filter((parent) => parent !== ''),
    author: { name: authorName, email: authorEmail, date: authorDate },
    committer: { name, email, date },
    message: message.trimEnd(),
  }
}

const statuses: Readonly<Record<string, FileFacts['status']>> = { A: 'added', D: 'removed', M: 'modified', R: 'renamed', C: 'copied', T: 'changed' }

/** `:100644 100644 <before> <after> M\0path\0`; a rename has two paths. */
export function filesFrom(raw: string, counts: ReadonlyMap<string, readonly [number, number]>): readonly FileFacts[] {
  const fields = raw.split('\0')
  const files: FileFacts[] = []
  for (let at = 0; (fields[at] ?? '') !== ''; ) {
    const [, , before = '', after = '', letter = ''] = (fields[at] as string).split(' ')
    const status = statuses[letter.charAt(0)]
    if (status === undefined) throw new Error(`git calls a change ${letter}, which GitHub has no word for`)
    const moved = status === 'renamed' || status === 'copied'
    const path = fields[at + (moved ? 2 : 1)] as string
    const [additions, deletions] = counts.get(path) ?? [0, 0]
    files.push({ path, status, sha: status === 'removed' ? before : after, additions, deletions, ...(moved && { previousPath: fields[at + 1] as string }) })
    at += moved ? 3 : 2
  }
  return files
}

/** `3\t1\tpath\0`, or `3\t1\t\0old\0new\0`; `-` counts as none. */
export function countsFrom(numstat: string): ReadonlyMap<string, readonly [number, number]> {
  const fields = numstat.split('\0')
  const counts = new Map<string, readonly [number, number]>()
  for (let at = 0; (fields[at] ?? '') !== ''; ) {
    const [added = '', deleted = '', path = ''] = (fields[at] as string).split('\t')
    counts.set(path === '' ? (fields[at + 2] as string) : path, [Number(added) || 0, Number(deleted) || 0])
    at += path === '' ? 3 : 1
  }
  return counts
}

/** `100644 blob <sha>      12\tpath`. */
export function listedEntry(line: string) {
  const tab = line.indexOf('\t')
  const [mode, kind, sha = '', size] = line.slice(0, tab).split(/ +/)
  const type = kind === 'tree' ? ('dir' as const) : kind === 'commit' ? ('submodule' as const) : mode === '120000' ? ('symlink' as const) : ('file' as const)
  return { type, sha, path: line.slice(tab + 1), size: Number(size) || 0 }
}
