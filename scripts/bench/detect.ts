import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readRequest } from '@fermata/capability'
import { detectChangedServices, detectChanges } from '@fermata/changes'
import { openGit } from '@fermata/git'
import type { Exec, Finished, Forge } from '@fermata/ports'
import { spawn } from 'node:child_process'
import { makeDetectRepository } from './detect-repository.ts'
import { median } from './measure.ts'

/**
 * `detect-changed-services` in this process beside `git diff-tree` alone, on a repository that is made for it.
 * The whole process, through dist, is measured by `npm run bench`.
 */
const folder = mkdtempSync(join(tmpdir(), 'fermata-bench-detect-'))
const rounds = 9

/** The Exec port over node:child_process, as thin as it can be. */
const exec: Exec = {
  run: ({ file, args, cwd, env, input }) =>
    new Promise<Finished>((resolve, reject) => {
      const child = spawn(file, [...args], { ...(cwd !== undefined && { cwd }), env: { ...process.env, ...env } })
      const stdout: Buffer[] = []
      let stderr = ''
      child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk))
      child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
      child.on('error', reject)
      child.on('close', (code) => resolve({ code: code ?? 255, stdout: Buffer.concat(stdout), stderr }))
      child.stdin.end(input)
    }),
}

try {
  const repository = await makeDetectRepository(join(folder, 'repository'))
  const { path, base, head } = repository
  const alone: number[] = []
  const whole: number[] = []
  let outputs = 0
  for (let round = 0; round <= rounds; round++) {
    const before = performance.now()
    spawnSync('git', ['diff-tree', '-r', '-z', '--raw', '--no-abbrev', '--no-renames', base, head], { cwd: path, maxBuffer: 1 << 26 })
    const between = performance.now()
    const report = await detectChanges(readRequest(detectChangedServices, (name) => ({ base, head })[name]), {
      git: openGit(exec, { directory: path, temporary: folder }),
      forge: {} as Forge,
      files: { read: async () => undefined, list: async () => undefined, write: async () => undefined },
      invocation: { trigger: { event: 'local', payload: undefined, sha: undefined, ref: undefined }, repository: undefined, workflow: undefined, runId: 'bench', runAttempt: 1, actor: undefined, runUrl: undefined, temporary: folder },
      clock: { now: () => Date.now(), sleep: async () => undefined },
      log: { debug: () => undefined, info: () => undefined, warning: () => undefined, progress: () => undefined },
    })
    const after = performance.now()
    if (round === 0) check(report.outputs, repository)
    outputs = Object.values(report.outputs).join('').length
    if (round > 0) {
      alone.push(between - before)
      whole.push(after - between)
    }
  }
  console.log(`5,000 services, 50,003 files, ${repository.changedPaths} changed paths: ${repository.direct.length} changed, ${repository.affected.length} affected, outputs of ${(outputs / 1000).toFixed(0)} kB`)
  console.log(`git diff-tree alone  ${median(alone)?.toFixed(0)} ms`)
  console.log(`detectChanges        ${median(whole)?.toFixed(0)} ms, first and coldest not counted; peak memory of this process ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}

function check(outputs: Readonly<Record<string, string>>, { direct, affected }: { readonly direct: readonly string[]; readonly affected: readonly string[] }): void {
  const sorted = (name: string) => JSON.stringify((JSON.parse(outputs[name] ?? '[]') as string[]).sort())
  if (sorted('changed') !== JSON.stringify(direct) || sorted('services') !== JSON.stringify(affected)) throw new Error('The answer is wrong, so its time does not count.')
}
