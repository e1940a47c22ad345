import { type Ended, runStep, type Step, type Story } from '@fermata/sandbox'
import type { Report } from '@fermata/verdict'
import { spawnSync } from 'node:child_process'
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Company, git } from './company.ts'
import type { Place } from './place.ts'
import type { Teller } from './teller.ts'

/** What the demo runs: the files that users run. */
export const dist = join(import.meta.dirname, '../../dist')

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

/** One action after the other, as a workflow would run them. */
export interface Stage {
  play(title: string, action: string, inputs: Readonly<Record<string, string>>, event?: Step['event']): Promise<Chapter>
}

export function stageFor(company: Company, place: Place, out: string, teller: Teller): Stage {
  const kubeconfig = join(company.folder, '.git', 'kubeconfig')
  writeFileSync(kubeconfig, place.kubeconfig({ namespace: company.namespace }))
  let count = 0
  return {
    async play(title, action, inputs, event) {
      count++
      const folder = `fermata-report/${count}-${action}`
      teller.chapter(count, title)
      const ended = await runStep({
        main: join(dist, `${action}.js`),
        workspace: company.folder,
        environment: teller.colour ? {} : { NO_COLOR: '1' },
        inputs: { 'report-dir': folder, ...(action === 'orchestrated-deploy' && { kubeconfig, namespace: company.namespace }), ...inputs },
        ...(event && { event }),
        onLine: teller.line,
      })
      const report = JSON.parse(readFileSync(join(company.folder, folder, 'report.json'), 'utf8')) as Report
      cpSync(join(company.folder, folder), join(out, `${count}-${action}`), { recursive: true })
      teller.verdict(report)
      return { title, report, ended }
    },
  }
}

/** The shop as it runs today: every service of the base commit. */
export async function firstRelease(company: Company, stage: Stage): Promise<Chapter> {
  git(company.folder, 'checkout', '--quiet', company.base)
  const chapter = await stage.play('The shop as it runs today is released for the first time.', 'orchestrated-deploy', { mode: 'apply' })
  git(company.folder, 'checkout', '--quiet', company.head)
  if (!isGo(chapter)) throw new Error(`The first release of the shop must pass, and ends with ${chapter.report.verdict}: ${chapter.report.summary}`)
  return chapter
}

/**
 * How the new images behave. Seconds of the cluster. The broken one starts well and falls over when the services that
 * need it are out already; the slow ones keep the release going until then.
 */
export function direct(company: Company, story: Story): void {
  for (const image of company.slow) story.image(image, { does: 'run', readyAfter: 60 })
  for (const image of company.broken.images) story.image(image, { does: 'crash', readyAfter: 2, after: 16, exitCode: 3, log: company.broken.log })
}

/** The main story: everything is released once, then a change goes out, and one of its services falls over. */
export async function tell(company: Company, stage: Stage): Promise<readonly Chapter[]> {
  const push = { name: 'push', payload: { ref: 'refs/heads/main', before: company.base, after: company.head, created: false, deleted: false, forced: false }, sha: company.head, ref: 'refs/heads/main' }
  const detect = await stage.play('A change is pushed: which services does it touch, and why?', 'detect-changed-services', {}, push)
  const services = detect.ended.outputs['services'] ?? '[]'
  const plan = await stage.play('The plan: what would change in the cluster, and who waits for whom?', 'orchestrated-deploy', { mode: 'plan', services, plan: 'plan.json' })
  const release = await stage.play('The release: exactly that plan, each service as soon as its own dependencies are ready.', 'orchestrated-deploy', { mode: 'apply', services, plan: 'plan.json' })
  return [detect, plan, release]
}

/** What must be true of the end, or the demo has not shown what it promises. */
export function unmet(company: Company, chapters: readonly Chapter[], place: Place): readonly string[] {
  const [detect, plan, release] = chapters
  const undone = list(release?.ended.outputs['rolled-back'])
  const checks: readonly (readonly [boolean, string])[] = [
    [isGo(detect) && list(detect?.ended.outputs['services']).length > 0, 'detection passes and finds services'],
    [isGo(plan), 'the plan passes'],
    [release?.report.verdict === 'fail', 'the release fails'],
    [undone.at(-1) === company.broken.service, `${company.broken.service} is undone, after all that needs it`],
    [company.undone === undefined || company.undone.join() === undone.join(), `undone are ${company.undone?.join(', ')}, in this order`],
    [place.unknown() === 0, `the sandbox knows every request (${place.unknown()} unknown)`],
  ]
  return checks.filter(([holds]) => !holds).map(([, says]) => says)
}

function isGo(chapter: Chapter | undefined): boolean {
  return chapter?.report.verdict === 'pass' || chapter?.report.verdict === 'warn'
}

export function list(output: string | undefined): readonly string[] {
  return output === undefined || output === '' ? [] : (JSON.parse(output) as string[])
}
