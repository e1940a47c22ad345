import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

const made: string[] = []

/** An empty folder that `removeFolders` takes away. */
export function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'fermata-e2e-'))
  made.push(path)
  return path
}

export function removeFolders(): void {
  for (const path of made.splice(0)) rmSync(path, { recursive: true, force: true })
}

export type Content = Readonly<Record<string, string | Uint8Array | undefined>>

/** A checkout. */
export interface Workspace {
  readonly path: string
  /** Files by path; undefined removes one. */
  write(files: Content): void
  git(...args: readonly string[]): string
  commit(files?: Content): string
  /** Paths that are not committed, but for the report of the run. */
  strays(): readonly string[]
}

/** Git that knows nothing of its user, so that the same files make the same commits. */
const alone: Readonly<Record<string, string>> = {
  GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null',
  GIT_AUTHOR_NAME: 'a', GIT_AUTHOR_EMAIL: 'a@shop.example', GIT_COMMITTER_NAME: 'a', GIT_COMMITTER_EMAIL: 'a@shop.example',
  GIT_AUTHOR_DATE: '2026-01-05T12:00:00Z', GIT_COMMITTER_DATE: '2026-01-05T12:00:00Z',
}

/** Files in a folder that is no repository. */
export function folderWith(files: Content): Workspace {
  return opened(folder(), files)
}

/** Files in a repository, committed on `main`. */
export function repositoryWith(files: Content): Workspace {
  const workspace = opened(folder(), {})
  workspace.git('init', '--quiet', '--initial-branch=main')
  workspace.commit(files)
  return workspace
}

/** A clone over git's own protocol, so that its depth means what it means on a server. */
export function cloneOf(source: Workspace, ...args: readonly string[]): Workspace {
  const path = folder()
  source.git('clone', '--quiet', ...args, `file://${source.path}`, path)
  return opened(path, {})
}

function opened(path: string, files: Content): Workspace {
  const write = (content: Content): void => {
    for (const [name, text] of Object.entries(content)) {
      const at = join(path, name)
      if (text === undefined) rmSync(at, { recursive: true })
      else {
        mkdirSync(dirname(at), { recursive: true })
        writeFileSync(at, text)
      }
    }
  }
  const git = (...args: readonly string[]): string => execFileSync('git', args, { cwd: path, encoding: 'utf8', env: { PATH: process.env['PATH'], ...alone }, maxBuffer: 2 ** 28 }).trim()
  write(files)
  return {
    path,
    write,
    git,
    commit: (content = {}) => {
      write(content)
      git('add', '--all')
      git('commit', '--quiet', '--allow-empty', '--message', 'x')
      return git('rev-parse', 'HEAD')
    },
    strays: () => git('status', '--porcelain', '--untracked-files=all').split('\n').filter((line) => line !== '' && !line.includes('fermata-report/')),
  }
}
