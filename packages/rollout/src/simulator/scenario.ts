import { buildGraph, type ServiceId } from '@fermata/catalog'
import type { Random } from '@fermata/ports'
import { type OnFailure, type Order, orderOf, type Part } from '../machine/order.ts'
import { rollingStages, type Stage } from '../machine/stage.ts'
import { chance, pick, whole } from './dice.ts'

/** What the world does with one service when it is asked. Times are milliseconds. */
export interface Fate {
  /** Whether it ran before the release. */
  readonly existed: boolean
  readonly applyTakes: number
  readonly applyFails: boolean
  /**
   * ready: after so long. never: it stays on its way. fails: it is seen to fail after so long.
   * silent: nothing is ever seen of it. flaps: ready, lost, ready again. regresses: ready, and fails later.
   */
  readonly newVersion: { readonly is: 'ready' | 'never' | 'fails' | 'silent' | 'flaps' | 'regresses'; readonly after: number; readonly later: number }
  readonly restoreTakes: number
  readonly restoreFails: boolean
  /** How long the former version needs to be ready again, or never. */
  readonly recovers: number | 'never'
  readonly removeFails: boolean
  /** How the new version fares beside the old one, before the service itself gets it. */
  readonly beside: Fate['newVersion']
  /** What the metrics say of it at each look. */
  readonly judged: 'no-worse' | 'worse' | 'unknown'
}

export interface Scenario {
  readonly seed: number
  readonly order: Order
  readonly fates: ReadonlyMap<ServiceId, Fate>
  /** Milliseconds after the start, or undefined for a run that nobody disturbs. */
  readonly cancelAt: number | undefined
  readonly killAt: number | undefined
  readonly journalFailsAt: number | undefined
}

/** One release as the seed's dice want it: graph, policies, fates and disturbances. */
export function scenarioOf(seed: number, random: Random): Scenario {
  const count = pick(random, [1, 2, 3, 5, 8, 8, 13, 20] as const)
  const ids = Array.from({ length: count }, (_, index) => `s${index}`)
  const density = pick(random, [0, 0.1, 0.25, 0.6] as const)
  const cyclic = chance(random, 0.25)
  const graph = buildGraph(ids.map((id, index) => ({ id, dependencies: ids.filter((_, other) => (other < index ? chance(random, density) : other > index && cyclic && chance(random, 0.04))) })))
  const mishap = pick(random, [0, 0.05, 0.2] as const)
  const fates = new Map(ids.map((id) => [id, fateOf(random, mishap)]))
  // What existed before may still get new objects beside the old ones; only what existed can have a new version beside it.
  const parts = new Map(ids.map((id): [ServiceId, Part] => [id, partOf(id, random, fates.get(id)?.existed === true)]))
  const onFailure = pick<OnFailure>(random, ['rollback', 'rollback', 'isolate', 'halt'])
  const order = orderOf(graph, parts, { parallelism: pick(random, [1, 2, 4, 50] as const), onFailure, onInconclusive: pick(random, ['fail', 'fail', 'go-on'] as const) })
  const disturbed = random.next()
  const instant = whole(random, 0, 60_000)
  return {
    seed,
    order,
    fates,
    cancelAt: disturbed < 0.2 ? instant : undefined,
    killAt: disturbed >= 0.2 && disturbed < 0.35 ? instant : undefined,
    journalFailsAt: disturbed >= 0.35 && disturbed < 0.4 ? instant : undefined,
  }
}

function partOf(id: ServiceId, random: Random, existed: boolean): Part {
  const stages = existed ? stagesOf(random) : rollingStages
  return { id, stages, creates: !existed || stages.length > 1 || chance(random, 0.3), changes: chance(random, 0.85), timeout: whole(random, 20, 90) * 1000, soak: pick(random, [0, 0, 5, 15] as const) * 1000 }
}

/** A rolling update, a canary behind a route, or blue-green; some with a migration first. */
function stagesOf(random: Random): readonly Stage[] {
  const stage = (name: string, hold = 0, analyse = false): Stage => ({ name, hold, analyse })
  const hold = pick(random, [0, 10, 40] as const) * 1000
  const analyse = chance(random, 0.5)
  const before = chance(random, 0.1) ? [stage('migrate')] : []
  const back = [stage('promote'), stage('return', 5000), stage('retire')]
  switch (pick(random, ['rolling', 'rolling', 'canary', 'blue_green'] as const)) {
    case 'rolling':
      return [...before, stage('promote')]
    case 'canary':
      return [...before, stage('prepare'), stage('shift-10', hold, analyse), stage('shift-50', hold, analyse), ...back]
    case 'blue_green':
      return [...before, stage('prepare'), stage('shift-100', hold), ...back]
  }
}

function fateOf(random: Random, mishap: number): Fate {
  const bad = chance(random, mishap)
  return {
    existed: chance(random, 0.8),
    applyTakes: whole(random, 5, 900),
    applyFails: chance(random, mishap / 4),
    newVersion: { is: bad ? pick(random, ['never', 'fails', 'silent', 'flaps', 'regresses'] as const) : 'ready', after: whole(random, 0, 15_000), later: whole(random, 1, 30_000) },
    restoreTakes: whole(random, 5, 500),
    restoreFails: chance(random, mishap / 5),
    recovers: chance(random, mishap / 5) ? 'never' : whole(random, 0, 10_000),
    removeFails: chance(random, mishap / 10),
    beside: { is: chance(random, mishap) ? pick(random, ['never', 'fails', 'silent', 'flaps', 'regresses'] as const) : 'ready', after: whole(random, 0, 15_000), later: whole(random, 1, 30_000) },
    judged: chance(random, mishap) ? pick(random, ['worse', 'unknown'] as const) : 'no-worse',
  }
}
