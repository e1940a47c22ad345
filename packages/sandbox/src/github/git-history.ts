import { execFile } from 'node:child_process'
import { posix } from 'node:path'
import type { CommitFacts, FileFacts } from './answers/commit.ts'
import type { EntryFacts } from './answers/content.ts'
import type { History, WholeComparison } from './history.ts'

/**
 * Answers from a real repository on disk.
 * @param gitDir `.git` of a checkout, or a bare repository
 */
export function gitHistory(gitDir: string): History {
  const git = (...args: readonly string[]) => run(gitDir, args)
  const text = async (...args: readonly string[]) => (await git(...args))?.toString('utf8')

  async function resolve(name: string): Promise<string | undefined> {
    if (name.startsWith('-')) return undefined
    const spellings = [`refs/heads/${name}`, `refs/tags/${name}`, `refs/${name}`, ...(/^(?:HEAD|[0-9a-f]{7,64})$/.test(name) ? [name] : [])]
    for (const spelling of spellings) {
      const sha = (await text('rev-parse', '--verify', '--quiet', `${spelling}^{commit}`))?.trim()
      if (sha !== undefined) return sha
    }
    return undefined
  }

  async function commit(name: string): Promise<CommitFacts | undefined> {
    const sha = await resolve(name)
    return sha === undefined ? undefined : (await commits([sha]))[0]
  }

  async function commits(shas: readonly string[]): Promise<readonly CommitFacts[]> {
    if (shas.length === 0) return []
    const output = await text('log', '-z', '--no-walk=unsorted', '--format=%H%x01%T%x01%P%x01%an%x01%ae%x01%aI%x01%cn%x01%ce%x01%cI%x01%B', ...shas)
    return (output ?? '').split('\0').filter((record) => record !== '').map(commitFrom)
  }

  async function compare(baseName: string, headName: string): Promise<WholeComparison | 'unrelated' | undefined> {
    const [base, head] = await Promise.all([commit(baseName), commit(headName)])
    if (base === undefined || head === undefined) return undefined
    const mergeBase = (await text('merge-base', base.sha, head.sha))?.trim()
    if (mergeBase === undefined) return 'unrelated'
    const [counts, listed, [mergeBaseCommit], files] = await Promise.all([
      text('rev-list', '--left-right', '--count', `${base.sha}...${head.sha}`),
      text('rev-list', '--reverse', `${base.sha}..${head.sha}`),
      commits([mergeBase]),
      filesBetween(mergeBase, head.sha),
    ])
    const [behindBy = 0, aheadBy = 0] = (counts ?? '').trim().split('\t').map(Number)
    const status = aheadBy > 0 ? (behindBy > 0 ? 'diverged' : 'ahead') : behindBy > 0 ? 'behind' : 'identical'
    return { base, head, mergeBase: mergeBaseCommit as CommitFacts, aheadBy, behindBy, status, commits: await commits((listed ?? '').split('\n').filter((sha) => sha !== '')), files }
  }

  /** Renames are found as GitHub finds them: by git's own default similarity. */
  async function filesBetween(...range: readonly string[]): Promise<readonly FileFacts[]> {
    const [raw, counts] = await Promise.all([text('diff-tree', '-r', '-z', '-M', '--raw', '--no-abbrev', '--no-commit-id', ...range), text('diff-tree', '-r', '-z', '-M', '--numstat', '--no-commit-id', ...range)])
    return filesFrom(raw ?? '', countsFrom(counts ?? ''))
  }

  async function entry(at: CommitFacts, path: string): Promise<EntryFacts | undefined> {
    const found = path === '' ? { type: 'dir' as const, sha: at.tree } : (await list(at.sha, [path]))[0]
    if (found === undefined) return undefined
    switch (found.type) {
      case 'dir':
        return { type: 'dir', path, sha: found.sha, entries: await list(at.sha, [path === '' ? '' : `${path}/`]) }
      case 'submodule':
        return { type: 'submodule', path, sha: found.sha }
      case 'file':
        return { type: 'file', path, sha: found.sha, bytes: await content(found.sha) }
      case 'symlink':
        return linked(at, path, found.sha)
    }
  }

  /** A link to a file of the repository is answered with that file, any other with itself. */
  async function linked(at: CommitFacts, path: string, sha: string): Promise<EntryFacts> {
    const target = (await content(sha)).toString('utf8')
    const aim = posix.join(posix.dirname(path), target)
    const behind = target.startsWith('/') || aim.startsWith('..') ? undefined : (await list(at.sha, [aim]))[0]
    return behind?.type === 'file' ? { type: 'file', path, sha: behind.sha, bytes: await content(behind.sha) } : { type: 'symlink', path, sha, target }
  }

  async function list(at: string, paths: readonly string[]) {
    const output = await text('ls-tree', '-z', '-l', at, '--', ...paths.filter((path) => path !== ''))
    return (output ?? '').split('\0').filter((line) => line !== '').map(listedEntry)
  }

  async function content(sha: string): Promise<Buffer> {
    const bytes = await git('cat-file', 'blob', sha)
    if (bytes === undefined) throw new Error(`${gitDir} lost the blob ${sha}`)
    return bytes
  }

  return {
    commit,
    compare,
    entry,
    changes: (of) => filesBetween('--root', ...(of.parents[0] === undefined ? [of.sha] : [of.parents[0], of.sha])),
    blob: async (sha) => (/^[0-9a-f]{40,64}$/.test(sha) ? git('cat-file', 'blob', sha) : undefined),
    async branches() {
      const output = (await text('for-each-ref', '--format=%(refname:lstrip=2) %(objectname)', 'refs/heads')) ?? ''
      return output.split('\n').filter((line) => line !== '').map((line) => ({ name: line.slice(0, line.lastIndexOf(' ')), sha: line.slice(line.lastIndexOf(' ') + 1) }))
    },
  }
}

/** Undefined where git says no; a git that cannot be started is an error. */
function run(gitDir: string, args: readonly string[]): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    execFile('git', [`--git-dir=${gitDir}`, '--literal-pathspecs', ...args], { encoding: 'buffer', maxBuffer: 1 << 28 }, (error, stdout) => {
      if (error === null) resolve(stdout)
      else if (typeof error.code === 'number') resolve(undefined)
      else reject(error)
    })
  })
}

function commitFrom(record: string): CommitFacts {
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
function filesFrom(raw: string, counts: ReadonlyMap<string, readonly [number, number]>): readonly FileFacts[] {
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
function countsFrom(numstat: string): ReadonlyMap<string, readonly [number, number]> {
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
function listedEntry(line: string) {
  const tab = line.indexOf('\t')
  const [mode, kind, sha = '', size] = line.slice(0, tab).split(/ +/)
  const type = kind === 'tree' ? ('dir' as const) : kind === 'commit' ? ('submodule' as const) : mode === '120000' ? ('symlink' as const) : ('file' as const)
  return { type, sha, path: line.slice(tab + 1), size: Number(size) || 0 }
}
