import { type Ended, type Started, startStep, type Step } from '@fermata/sandbox'
import type { Report } from '@fermata/verdict'
import { spawnSync } from 'node:child_process'
import { appendFileSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { dist } from './dist.ts'
import { git } from './git.ts'
import type { Teller } from './teller.ts'

/** The command line of dist, for the steps that a person would type. Answers its stdout. */
export function fermataIn(folder: string): (args: readonly string[]) => string {
  return (args) => {
    const done = spawnSync(process.execPath, [join(dist, 'fermata.js'), ...args], { cwd: folder, encoding: 'utf8', env: { PATH: process.env['PATH'], HOME: folder, NO_COLOR: '1' } })
    if (done.status !== 0) throw new Error(`fermata ${args.join(' ')} ended with ${done.status}:\n${done.stderr}${done.stdout}`)
    return done.stdout
  }
}

export interface Chapter {
  readonly title: string
  readonly report: Report
  readonly ended: Ended
}

export type Inputs = Readonly<Record<string, string>>

/** One action after the other, as a workflow would run them. */
export interface Stage {
  /** Runs an action to its end and shows it. */
  play(title: string, action: string, inputs: Inputs, event?: Step['event']): Promise<Chapter>
  /** Starts an action that something will happen to. */
  begin(title: string, action: string, inputs: Inputs, event?: Step['event']): Begun
}

export interface Begun {
  readonly started: Started
  /** Resolves when it has ended by itself. */
  readonly chapter: Promise<Chapter>
}

export interface StageWish {
  /** The checkout. */
  readonly folder: string
  /** Of the cluster, for the actions that need one. */
  readonly kubeconfig: string
  readonly namespace: string
  readonly context: string
  /** Of every step, beside the runner's own. */
  readonly environment?: Readonly<Record<string, string>>
  /** Where the reports are collected. */
  readonly out: string
  readonly teller: Teller
}

const inCluster = ['orchestrated-deploy', 'chaos-gate', 'self-heal']

export function stageFor({ folder, kubeconfig, namespace, context, environment, out, teller }: StageWish): Stage {
  const kept = keep(folder, 'kubeconfig', kubeconfig)
  let count = 0
  function begin(title: string, action: string, inputs: Inputs, event?: Step['event']): Begun {
    count++
    const number = count
    const reports = `fermata-report/${number}-${action}`
    teller.chapter(number, title)
    const step: Step = {
      main: join(dist, `${action}.js`),
      workspace: folder,
      environment: { ...environment, ...(!teller.colour && { NO_COLOR: '1' }) },
      inputs: { 'report-dir': reports, ...(inCluster.includes(action) && { kubeconfig: kept, namespace, context }), ...inputs },
      ...(event && { event }),
      onLine: teller.line,
    }
    const started = startStep(step)
    const chapter = started.ended.then((ended): Chapter => {
      if (ended.outputs['report'] === undefined) throw new Error(`${action} ended with ${ended.signal ?? ended.code} and left no report:\n${ended.log.slice(-2_000)}`)
      const report = JSON.parse(readFileSync(join(folder, reports, 'report.json'), 'utf8')) as Report
      cpSync(join(folder, reports), join(out, `${number}-${action}`), { recursive: true })
      teller.verdict(report)
      return { title, report, ended }
    })
    // Whoever kills a step does not ask for its chapter.
    chapter.catch(() => {})
    return { started, chapter }
  }
  return { begin, play: (...wish) => begin(...wish).chapter }
}

/** A file of the story that is no part of the repository. Answers its path. */
export function keep(folder: string, name: string, content: string): string {
  const place = join(folder, '.git', 'demo')
  mkdirSync(place, { recursive: true })
  const path = join(place, name)
  writeFileSync(path, content)
  return path
}

/** Reports are nobody's change: git in this folder does not see them. */
export function hideReports(folder: string): void {
  mkdirSync(join(folder, '.git', 'info'), { recursive: true })
  appendFileSync(join(folder, '.git', 'info', 'exclude'), '/fermata-report/\n')
}

export function isGo(chapter: Chapter | undefined): boolean {
  return chapter?.report.verdict === 'pass' || chapter?.report.verdict === 'warn'
}

/** The event of a push of these commits to `main`. */
export function pushOf(folder: string, before: string, after: string): NonNullable<Step['event']> {
  const commits = git(folder, 'log', '--reverse', '--format=%s', `${before}..${after}`).split('\n').map((message) => ({ message }))
  return { name: 'push', payload: { ref: 'refs/heads/main', before, after, created: false, deleted: false, forced: false, commits }, sha: after, ref: 'refs/heads/main' }
}

/** An output that is a JSON list. */
export function list(output: string | undefined): readonly string[] {
  return output === undefined || output === '' ? [] : (JSON.parse(output) as string[])
}

/** Of what must be true at the end: what is not. */
export function unmetOf(checks: readonly (readonly [boolean, string])[]): readonly string[] {
  return checks.filter(([holds]) => !holds).map(([, says]) => says)
}
