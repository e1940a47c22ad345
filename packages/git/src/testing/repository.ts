import type { Command, Exec, Finished } from '@fermata/ports'
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** No configuration of this machine reaches a test, and servers give any commit and take filters, as GitHub does. */
export const isolated: Readonly<Record<string, string>> = {
  GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null',
  GIT_AUTHOR_NAME: 'a', GIT_AUTHOR_EMAIL: 'a@example.com', GIT_COMMITTER_NAME: 'a', GIT_COMMITTER_EMAIL: 'a@example.com',
  GIT_AUTHOR_DATE: '2026-01-01T00:00:00Z', GIT_COMMITTER_DATE: '2026-01-01T00:00:00Z',
}

export interface WatchedExec extends Exec {
  /** First word after the settings of every git command that was run. */
  readonly commands: string[]
}

/** The Exec port over node:child_process, which remembers what was run. */
export function processes(): WatchedExec {
  const commands: string[] = []
  return {
    commands,
    run: (command) => {
      commands.push(command.args.find((arg, index) => !arg.startsWith('-') && command.args[index - 1] !== '-c') ?? '')
      return start(command)
    },
  }
}

function start({ file, args, cwd, env, input }: Command): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, [...args], { ...(cwd !== undefined && { cwd }), env: { ...process.env, ...isolated, ...env } })
    const stdout: Buffer[] = []
    const stderr: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk))
    child.stdin.on('error', () => undefined)
    child.on('error', reject)
    child.on('close', (code) => resolve({ code: code ?? 255, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString('utf8') }))
    child.stdin.end(input)
  })
}

const folders: string[] = []

/** A folder that `removeFolders` takes away. */
export function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'fermata-git-test-'))
  folders.push(path)
  return path
}

export function removeFolders(): void {
  for (const path of folders.splice(0)) rmSync(path, { recursive: true, force: true })
}

export interface Repository {
  readonly path: string
  /** Runs git and answers its output, trimmed. Fails the test on an error. */
  git(...args: readonly string[]): Promise<string>
  /** Writes files (undefined removes one) and commits everything. */
  commit(files: Readonly<Record<string, string | undefined>>): Promise<string>
  /** So many commits on a new branch, by one process. */
  grow(branch: string, from: string, commits: number): Promise<string>
}

export async function repository(...init: readonly string[]): Promise<Repository> {
  const made = opened(folder())
  await made.git('init', '--quiet', '--initial-branch=main', ...init)
  for (const setting of ['uploadpack.allowFilter', 'uploadpack.allowAnySHA1InWant']) await made.git('config', setting, 'true')
  return made
}

export function opened(path: string): Repository {
  const git = async (...args: readonly string[]): Promise<string> => {
    const finished = await start({ file: 'git', args, cwd: path })
    if (finished.code !== 0) throw new Error(`git ${args.join(' ')}: ${finished.stderr}`)
    return Buffer.from(finished.stdout).toString('utf8').trim()
  }
  return {
    path,
    git,
    commit: async (files) => {
      for (const [name, content] of Object.entries(files)) {
        const at = join(path, name)
        if (content === undefined) rmSync(at)
        else {
          mkdirSync(dirname(at), { recursive: true })
          writeFileSync(at, content)
        }
      }
      await git('add', '--all')
      await git('commit', '--quiet', '--allow-empty', '--message', 'x')
      return git('rev-parse', 'HEAD')
    },
    grow: async (branch, from, commits) => {
      const one = (number: number) => `commit refs/heads/${branch}\ncommitter a <a@example.com> 1767225600 +0000\ndata 1\nx\n${number === 0 ? `from ${from}\n` : ''}M 100644 inline ${branch}/${number}\ndata 0\n\n`
      const finished = await start({ file: 'git', args: ['fast-import', '--quiet'], cwd: path, input: Buffer.from(Array.from({ length: commits }, (_, number) => one(number)).join('')) })
      if (finished.code !== 0) throw new Error(finished.stderr)
      return git('rev-parse', branch)
    },
  }
}

/** A clone over git's own protocol, so that depth and filters mean what they mean on a server. */
export async function cloneOf(source: Repository, ...args: readonly string[]): Promise<Repository> {
  const target = folder()
  await source.git('clone', '--quiet', ...args, `file://${source.path}`, target)
  return opened(target)
}

/** Every file of a folder with its bytes: equal before and after means that nothing was touched. */
export function contents(path: string): ReadonlyMap<string, string> {
  const files = readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return new Map(files.map((entry) => join(entry.parentPath, entry.name)).sort().map((file) => [file, readFileSync(file, 'latin1')]))
}
