import type { Exec, Finished } from '@fermata/ports'
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

const isolated: Readonly<Record<string, string>> = {
  GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null',
  GIT_AUTHOR_NAME: 'a', GIT_AUTHOR_EMAIL: 'a@example.com', GIT_COMMITTER_NAME: 'a', GIT_COMMITTER_EMAIL: 'a@example.com',
}

/** The Exec port over node:child_process. Every command line is remembered. */
export function processes(): Exec & { readonly lines: string[] } {
  const lines: string[] = []
  return {
    lines,
    run: ({ file, args, cwd, env, input }) => {
      lines.push(args.join(' '))
      return new Promise<Finished>((resolve, reject) => {
        const child = spawn(file, [...args], { ...(cwd !== undefined && { cwd }), env: { ...process.env, ...isolated, ...env } })
        const stdout: Buffer[] = []
        let stderr = ''
        child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk))
        child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
        child.stdin.on('error', () => undefined)
        child.on('error', reject)
        child.on('close', (code) => resolve({ code: code ?? 255, stdout: Buffer.concat(stdout), stderr }))
        child.stdin.end(input)
      })
    },
  }
}

const folders: string[] = []

export function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'fermata-changes-test-'))
  folders.push(path)
  return path
}

export function removeFolders(): void {
  for (const path of folders.splice(0)) rmSync(path, { recursive: true, force: true })
}

/** A real repository, made in the test. */
export interface Repository {
  readonly path: string
  git(...args: readonly string[]): Promise<string>
  /** Writes files (undefined removes one), commits everything and gives the commit. */
  commit(files?: Readonly<Record<string, string | undefined>>): Promise<string>
  clone(...args: readonly string[]): Promise<Repository>
}

export async function repository(...init: readonly string[]): Promise<Repository> {
  const made = opened(folder())
  await made.git('init', '--quiet', '--initial-branch=main', ...init)
  for (const setting of ['uploadpack.allowFilter', 'uploadpack.allowAnySHA1InWant']) await made.git('config', setting, 'true')
  return made
}

export function opened(path: string): Repository {
  const exec = processes()
  const git = async (...args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await exec.run({ file: 'git', args, cwd: path })
    if (code !== 0) throw new Error(`git ${args.join(' ')}: ${stderr}`)
    return Buffer.from(stdout).toString('utf8').trim()
  }
  return {
    path,
    git,
    commit: async (files = {}) => {
      for (const [name, content] of Object.entries(files)) {
        const at = join(path, name)
        mkdirSync(dirname(at), { recursive: true })
        if (content === undefined) rmSync(at)
        else writeFileSync(at, content)
      }
      await git('add', '--all')
      await git('commit', '--quiet', '--allow-empty', '--message', 'x')
      return git('rev-parse', 'HEAD')
    },
    clone: async (...args) => {
      const target = folder()
      await git('clone', '--quiet', ...args, `file://${path}`, target)
      return opened(target)
    },
  }
}
