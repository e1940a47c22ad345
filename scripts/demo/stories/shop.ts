import { createStory, type GuardedShop, makeGuardedShop, type Story } from '@fermata/sandbox'
import { book, unmetReason } from '../book.ts'
import { git } from '../git.ts'
import type { AlertRule } from '../ruler.ts'
import type { Told, Wish } from '../scenario.ts'
import { type Chapter, hideReports, isGo, type Stage, stageFor, unmetOf } from '../stage.ts'
import type { Teller } from '../teller.ts'
import { openTown, type Past, type Town } from '../town.ts'
import { type Load, startTraffic, type Traffic } from '../traffic.ts'

export const namespace = 'shop'
export const repository = 'garden/shop'

/** The shop that is open, with its customers. */
export interface Scene {
  readonly shop: GuardedShop
  readonly town: Town
  readonly stage: Stage
  /** The checkout. `base` runs. */
  readonly folder: string
  readonly traffic: Traffic
  readonly story: Story
  readonly opened: Chapter
  readonly say: Teller['say']
}

export interface Setting {
  /** The cluster's clock runs so many times faster than ours. */
  readonly speed: number
  readonly past?: readonly Past[]
  readonly rules?: readonly AlertRule[]
  readonly load: Load
}

export interface Telling {
  readonly chapters: readonly Chapter[]
  /** In one line, where all checks hold. */
  readonly headline: string
  /** What it came to, sentence by sentence. */
  readonly says: readonly string[]
  /** What must be true of the end, or the demo has not shown what it promises. */
  readonly checks: readonly (readonly [boolean, string])[]
}

/** Opens the shop with gates, lets customers in, and tells a story in it. */
export async function inTheShop({ where, folder, out, teller }: Wish, { speed, past = [], rules = [], load }: Setting, tell: (scene: Scene) => Promise<Telling>): Promise<Told> {
  const story = createStory({ does: 'run', readyAfter: 1 })
  const [shop, town] = await Promise.all([makeGuardedShop(folder), openTown(where, { story, namespace, speed, repository, rules, past })])
  const traffic = startTraffic(town.gateway)
  try {
    hideReports(folder)
    teller.say(`The garden shop: released to ${town.says}`)
    const stage = stageFor({ folder, kubeconfig: town.kubeconfig({ namespace }), namespace, context: town.context, environment: { GITHUB_API_URL: town.github.url, GITHUB_REPOSITORY: repository }, out, teller })
    git(folder, 'checkout', '--quiet', shop.base)
    const opened = await stage.play('The shop as it runs today is released for the first time.', 'orchestrated-deploy', { mode: 'apply' })
    if (!isGo(opened)) throw new Error(`The first release of the shop must pass, and ends with ${opened.report.verdict}: ${opened.report.summary}`)
    traffic.load(load)
    const { chapters, headline, says, checks } = await tell({ shop, town, stage, folder, traffic, story, opened, say: teller.say })
    teller.say('\nWhat was to be seen:')
    const unmet = unmetOf([...checks, [town.unknown() === 0, `the stand-ins know every request (${town.unknown()} unknown)`]])
    for (const one of says) teller.say(`   ${one}`)
    return { report: book([opened, ...chapters], { summary: unmet.length === 0 ? headline : `The story has not come to what it promises: ${unmet.join('; ')}.`, reasons: unmet.map(unmetReason), says }), unmet, requests: town.requests() }
  } finally {
    traffic.stop()
    await town.stop()
  }
}

/** Resolves when it holds. @throws Error that says what has not come, after so many seconds */
export async function until(what: string, holds: () => boolean | Promise<boolean>, seconds = 60): Promise<void> {
  const patience = performance.now() + seconds * 1_000
  while (!(await holds())) {
    if (performance.now() > patience) throw new Error(`${what} has not come within ${seconds} seconds.`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** The share of an error budget that is left, as `slo-check` has said it. */
export function budgetOf({ ended }: Chapter, objective: string): number | undefined {
  return (JSON.parse(ended.outputs['budget'] || '{}') as Readonly<Record<string, number | null>>)[objective] ?? undefined
}

export function percent(share: number | undefined): string {
  return share === undefined ? 'an unknown share' : `${(100 * share).toFixed(1)} %`
}

export function codesOf({ report }: Chapter): readonly string[] {
  return report.reasons.map(({ code }) => code)
}
