import { openGit } from '@fermata/git'
import type { Files, Forge, Trigger } from '@fermata/ports'
import { EnvironmentError, type Report } from '@fermata/verdict'
import { readRequest } from '@fermata/capability'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { detectChanges } from '../detect.ts'
import { detectChangedServices } from '../request.ts'
import { folder, processes, type Repository } from './repository.ts'

/** A forge that nobody gave a token for: every question is refused, but for those that a test answers. */
export function forgeThat(answers: Partial<Forge> = {}): Forge {
  const refuse = (): never => {
    throw new EnvironmentError({ code: 'FM-FORGE-NO-TOKEN', severity: 'inconclusive', message: 'There is no token.' })
  }
  async function* refused(): AsyncGenerator<never> {
    yield refuse()
  }
  const refusing: Forge = {
    defaultBranch: async () => refuse(), compare: async () => refuse(), pullRequest: async () => refuse(), pullRequestFiles: async () => refuse(),
    successfulRuns: refused, successfulDeployments: refused, releases: refused,
    createDeployment: async () => refuse(), setDeploymentState: async () => refuse(), dispatch: async () => refuse(), content: async () => refuse(),
    openIssues: refused, createIssue: async () => refuse(), comment: async () => refuse(), closeIssue: async () => refuse(),
  }
  return { ...refusing, ...answers }
}

export async function* listing<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items
}

export interface Stage {
  /** Undefined: the working directory is in no clone. */
  readonly at: Repository | undefined
  readonly trigger?: Partial<Trigger>
  readonly inputs?: Readonly<Record<string, string>>
  readonly forge?: Partial<Forge>
  readonly workflow?: string
  /** Where commits may be fetched from without a clone. */
  readonly remote?: Repository
}

export interface Played {
  readonly report: Report
  /** git command lines. */
  readonly lines: readonly string[]
  readonly written: ReadonlyMap<string, string>
  /** Outputs that are JSON, read. */
  list(output: string): unknown
  details(): { readonly services: readonly { readonly id: string; readonly because?: readonly { readonly kind: string }[] }[]; readonly [field: string]: unknown }
}

/** Runs the whole capability on a real repository. */
export async function play({ at, trigger, inputs = {}, forge, workflow = 'release.yml', remote }: Stage): Promise<Played> {
  const exec = processes()
  const directory = at?.path ?? folder()
  const written = new Map<string, string>()
  const files: Files = {
    read: async (path) => {
      try {
        return readFileSync(join(directory, path))
      } catch {
        return undefined
      }
    },
    list: async () => undefined,
    write: async (path, content) => void written.set(path, String(content)),
  }
  const report = await detectChanges(readRequest(detectChangedServices, (name) => inputs[name]), {
    git: openGit(exec, { directory, temporary: folder(), ...(remote && { remote: { url: `file://${remote.path}` } }) }),
    forge: forgeThat(forge),
    files,
    invocation: { trigger: { event: 'local', payload: undefined, sha: undefined, ref: undefined, ...trigger }, repository: 'o/r', workflow, runId: '1', runAttempt: 1, actor: undefined, runUrl: undefined, temporary: folder() },
    clock: { now: () => 0, sleep: async () => undefined },
    log: { debug: () => undefined, info: () => undefined, warning: () => undefined, progress: () => undefined },
  })
  return {
    report,
    lines: exec.lines,
    written,
    list: (output) => JSON.parse(report.outputs[output] ?? 'null'),
    details: () => JSON.parse([...written.values()][0] ?? 'null'),
  }
}

/** A catalog of services that own the folder of their name. `web: [cart]` means that web needs cart. */
export function catalogOf(services: Readonly<Record<string, readonly string[]>>, more = ''): string {
  return `services:\n${Object.entries(services).map(([id, needs]) => `  ${id}:\n    paths: [services/${id}]\n    dependencies: [${needs.join(', ')}]\n`).join('')}${more}`
}
