import { execFile } from 'node:child_process'
import { posix } from 'node:path'
import type { CommitFacts, FileFacts } from './answers/commit.ts'
import type { EntryFacts } from './answers/content.ts'
import { commitFormat, commitFrom, countsFrom, filesFrom, listedEntry } from './git-output.ts'
import type { History, WholeComparison } from './history.ts'

/** Runs git on one repository. Undefined where git says no. */
interface Git {
  bytes(...args: readonly string[]): Promise<Buffer | undefined>
  text(...args: readonly string[]): Promise<string | undefined>
}

/**
 * Answers from a real repository on disk.
 * @param gitDir `.git` of a checkout, or a bare repository
 */
export function gitHistory(gitDir: string): History {
  const git: Git = { bytes: (...args) => run(gitDir, args), text: async (...args) => (await run(gitDir, args))?.toString('utf8') }
  return {
    commit: (name) => commit(git, name),
    compare: (base, head) => compare(git, base, head),
    entry: (at, path) => entry(git, at, path),
    changes: (of) => filesBetween(git, '--root', ...(of.parents[0] === undefined ? [of.sha] : [of.parents[0], of.sha])),
    blob: async (sha) => (/^[0-9a-f]{40,64}$/.test(sha) ? git.bytes('cat-file', 'blob', sha) : undefined),
    branches: () => branches(git),
  }
}

/** A git that cannot be started is an error. */
function run(gitDir: string, args: readonly string[]): Promise<Buffer | undefined> {
  return new Promise((done, reject) => {
    execFile('git', [`--git-dir=${gitDir}`, '--literal-pathspecs', ...args], { encoding: 'buffer', maxBuffer: 1 << 28 }, (error, stdout) => {
      if (error === null) done(stdout)
      else if (typeof error.code === 'number') done(undefined)
      else reject(error)
    })
  })
}

async function resolve(git: Git, name: string): Promise<string | undefined> {
  if (name.startsWith('-')) return undefined
  const spellings = [`refs/heads/${name}`, `refs/tags/${name}`, `refs/${name}`, ...(/^(?:HEAD|[0-9a-f]{7,64})$/.test(name) ? [name] : [])]
  for (const spelling of spellings) {
    const sha = (await git.text('rev-parse', '--verify', '--quiet', `${spelling}^{commit}`))?.trim()
    if (sha !== undefined) return sha
  }
  return undefined
}

async function commit(git: Git, name: string): Promise<CommitFacts | undefined> {
  const sha = await resolve(git, name)
  return sha === undefined ? undefined : (await commits(git, [sha]))[0]
}

async function commits(git: Git, shas: readonly string[]): Promise<readonly CommitFacts[]> {
  if (shas.length === 0) return []
  const output = await git.text('log', '-z', '--no-walk=unsorted', `--format=${commitFormat}`, ...shas)
  return parts(output, '\0').map(commitFrom)
}

async function branches(git: Git): Promise<readonly { readonly name: string; readonly sha: string }[]> {
  const output = await git.text('for-each-ref', '--format=%(objectname) %(refname:lstrip=2)', 'refs/heads')
  return parts(output, '\n').map((line) => ({ sha: line.slice(0, line.indexOf(' ')), name: line.slice(line.indexOf(' ') + 1) }))
}

async function compare(git: Git, baseName: string, headName: string): Promise<WholeComparison | 'unrelated' | undefined> {
  const [base, head] = await Promise.all([commit(git, baseName), commit(git, headName)])
  if (base === undefined || head === undefined) return undefined
  const mergeBase = (await git.text('merge-base', base.sha, head.sha))?.trim()
  if (mergeBase === undefined) return 'unrelated'
  const [counts, listed, [mergeBaseCommit], files] = await Promise.all([
    git.text('rev-list', '--left-right', '--count', `${base.sha}...${head.sha}`),
    git.text('rev-list', '--reverse', `${base.sha}..${head.sha}`),
    commits(git, [mergeBase]),
    filesBetween(git, mergeBase, head.sha),
  ])
  const [behindBy = 0, aheadBy = 0] = (counts ?? '').trim().split('\t').map(Number)
  const status = aheadBy > 0 ? (behindBy > 0 ? 'diverged' : 'ahead') : behindBy > 0 ? 'behind' : 'identical'
  return { base, head, mergeBase: mergeBaseCommit as CommitFacts, aheadBy, behindBy, status, commits: await commits(git, parts(listed, '\n')), files }
}

/** Renames are found as GitHub finds them: by git's own default similarity. */
async function filesBetween(git: Git, ...range: readonly string[]): Promise<readonly FileFacts[]> {
  const diff = (form: '--raw' | '--numstat') => git.text('diff-tree', '-r', '-z', '-M', form, '--no-abbrev', '--no-commit-id', ...range)
  const [raw, counts] = await Promise.all([diff('--raw'), diff('--numstat')])
  return filesFrom(raw ?? '', countsFrom(counts ?? ''))
}

async function entry(git: Git, at: CommitFacts, path: string): Promise<EntryFacts | undefined> {
  const found = path === '' ? { type: 'dir' as const, sha: at.tree } : (await list(git, at.sha, path))[0]
  if (found === undefined) return undefined
  switch (found.type) {
    case 'dir':
      return { type: 'dir', path, sha: found.sha, entries: await list(git, at.sha, path === '' ? '' : `${path}/`) }
    case 'submodule':
      return { type: 'submodule', path, sha: found.sha }
    case 'file':
      return { type: 'file', path, sha: found.sha, bytes: await content(git, found.sha) }
    case 'symlink':
      return linked(git, at, path, found.sha)
  }
}

/** A link to a file of the repository is answered with that file, any other with itself. */
async function linked(git: Git, at: CommitFacts, path: string, sha: string): Promise<EntryFacts> {
  const target = (await content(git, sha)).toString('utf8')
  const aim = posix.join(posix.dirname(path), target)
  const behind = target.startsWith('/') || aim.startsWith('..') ? undefined : (await list(git, at.sha, aim))[0]
  return behind?.type === 'file' ? { type: 'file', path, sha: behind.sha, bytes: await content(git, behind.sha) } : { type: 'symlink', path, sha, target }
}

/** The entry of a path, or with a slash at its end what lies below it. */
async function list(git: Git, at: string, path: string) {
  const output = await git.text('ls-tree', '-z', '-l', at, ...(path === '' ? [] : ['--', path]))
  return parts(output, '\0').map(listedEntry)
}

async function content(git: Git, sha: string): Promise<Buffer> {
  const bytes = await git.bytes('cat-file', 'blob', sha)
  if (bytes === undefined) throw new Error(`The repository lost the blob ${sha}.`)
  return bytes
}

function parts(output: string | undefined, separator: string): readonly string[] {
  return (output ?? '').split(separator).filter((part) => part !== '')
}
