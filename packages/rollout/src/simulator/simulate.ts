import type { ServiceId } from '@fermata/catalog'
import type { Instant } from '@fermata/ports'
import { because } from '../codes.ts'
import { drive } from '../driver.ts'
import { touchedIn } from '../journal/touched.ts'
import { beginRelease, beginUndo } from '../machine/advance.ts'
import { type Order } from '../machine/order.ts'
import { isBusy, type ReleaseState, type ServiceState } from '../machine/state.ts'
import { dice } from './dice.ts'
import { invariants } from './invariants.ts'
import { type Scenario, scenarioOf } from './scenario.ts'
import { type Deed, Killed, type SimulatedWorld, simulatedWorld, type Truth } from './world.ts'

/** A release of twenty services takes some hundred looks; who has looked so often goes round in circles. */
const mostLooks = 20_000
class Endless extends Error {}
/** Every so many releases one is carried out twice, and must come out the same. */
const twiceEvery = 8

/** All that an invariant may ask about one run of the driver. */
export interface Run {
  readonly order: Order
  readonly end: ReleaseState
  readonly ended: 'whole' | 'killed' | 'in trouble' | 'endless'
  readonly endedAt: Instant
  readonly cancelled: boolean
  readonly cancelledAt: Instant
  /** A rollback of a whole release, not of what failed in it. */
  readonly undoesAll: boolean
  readonly deeds: readonly Deed[]
  readonly truths: ReadonlyMap<ServiceId, Truth>
  readonly everReady: ReadonlySet<ServiceId>
  /** The most services that were on their way forward at a time. */
  readonly busiest: number
  readonly existed: (id: ServiceId) => boolean
  /** What the metrics say of its new version. */
  readonly judged: (id: ServiceId) => string
  /** Whether something of the service was written before a deed, in this run or the one before. */
  readonly touchedBefore: (id: ServiceId, deed: Deed) => boolean
  readonly touchedEver: (id: ServiceId) => boolean
}

export interface Violation {
  readonly seed: number
  readonly invariant: string
  readonly says: string
}

export interface Simulation {
  readonly releases: number
  readonly violations: readonly Violation[]
  /** How often each end was met, so that a simulation that meets only good ends is noticed. */
  readonly ends: Readonly<Record<string, number>>
  /** Sum of the commands that were carried out. */
  readonly commands: number
}

/**
 * Releases random graphs of services into a world of random fates, stops and kills some of them, and checks every run against the invariants.
 * A killed run, or one that lost its journal, is followed by a rollback from what the journal holds.
 * The same seeds give the same answer.
 */
export async function simulate(seeds: Iterable<number>): Promise<Simulation> {
  const violations: Violation[] = []
  const ends: Record<string, number> = {}
  let releases = 0
  let commands = 0
  for (const seed of seeds) {
    releases += 1
    const scenario = scenarioOf(seed, dice(seed))
    const first = await release(scenario)
    if (seed % twiceEvery === 0 && story(first.run) !== story((await release(scenario)).run)) violations.push({ seed, invariant: 'I8 same plan and same world, same commands', says: 'two runs of the same scenario differ' })
    const runs = [first.run, ...(first.run.ended === 'whole' ? [] : [await undo(scenario, first.world, first.run)])]
    for (const run of runs) {
      commands += run.deeds.filter((deed) => deed.is === 'command').length
      for (const [invariant, check] of Object.entries(invariants)) violations.push(...check(run).map((says) => ({ seed, invariant, says })))
      const key = run.cancelled ? 'cancelled' : run.undoesAll ? 'undone from the journal' : run.ended
      ends[key] = (ends[key] ?? 0) + 1
      for (const { at } of run.end.services.values()) ends[`services ${at}`] = (ends[`services ${at}`] ?? 0) + 1
    }
  }
  return { releases, violations, ends, commands }
}

async function release(scenario: Scenario): Promise<{ readonly run: Run; readonly world: SimulatedWorld }> {
  const world = simulatedWorld(scenario, undefined, true)
  return { world, run: await runOf(scenario, world, beginRelease(scenario.order), undefined) }
}

/** What `fermata rollback --release` does after a run that ended before its time. */
async function undo(scenario: Scenario, before: SimulatedWorld, first: Run): Promise<Run> {
  const noted = before.noted() ?? beginRelease(scenario.order)
  const world = simulatedWorld(scenario, { truths: before.truths, now: before.clock.now() }, false)
  const begun = beginUndo(scenario.order, touchedIn(Array.from(noted.services, ([id, { at }]) => ({ id, state: at, changes: scenario.order.members.get(id)?.changes === true }))), (id) => because('FM-DEPLOY-ROLLBACK-ASKED', { says: `A rollback of ${id} was asked for.`, service: id }))
  return runOf(scenario, world, begun, first)
}

async function runOf(scenario: Scenario, world: SimulatedWorld, begun: ReleaseState, before: Run | undefined): Promise<Run> {
  let last = begun
  let busiest = 0
  let looks = 0
  const everReady = new Set<ServiceId>()
  const onTheWay = new Set<ServiceId>()
  const told = (id: ServiceId, state: ServiceState): void => {
    // A promoted service that wavers takes up a place again without asking for one.
    if (isBusy(state) && !('wavered' in state && state.wavered === true) && scenario.order.members.get(id)?.changes === true) onTheWay.add(id)
    else onTheWay.delete(id)
  }
  const scribe = {
    async note(state: ReleaseState) {
      last = state
      await world.scribe.note(state)
    },
  }
  const hands = {
    begin: world.hands.begin,
    async next(watched: ReadonlySet<ServiceId>, withinMs: number) {
      looks += 1
      if (looks > mostLooks) throw new Endless()
      busiest = Math.max(busiest, onTheWay.size)
      const events = await world.hands.next(watched, withinMs)
      for (const event of events) if (event.is === 'assessed' && event.health.is === 'ready') everReady.add(event.service)
      return events
    },
  }
  let ended: Run['ended'] = 'whole'
  try {
    const outcome = await drive(begun, { hands, scribe, clock: world.clock, signal: world.signal, told })
    last = outcome.release
    if (outcome.trouble !== undefined) ended = 'in trouble'
  } catch (error) {
    if (error instanceof Endless) ended = 'endless'
    else if (error instanceof Killed) ended = 'killed'
    else throw error
  }
  const touched = (id: ServiceId, until: number): boolean =>
    before?.touchedEver(id) === true || world.deeds.slice(0, until).some((deed) => deed.is === 'command' && deed.command.do === 'apply' && deed.command.service === id)
  return {
    order: scenario.order,
    end: last,
    ended,
    endedAt: world.clock.now(),
    cancelled: world.signal.aborted,
    cancelledAt: scenario.cancelAt ?? 0,
    undoesAll: before !== undefined,
    deeds: world.deeds,
    truths: world.truths,
    everReady,
    busiest,
    existed: (id) => scenario.fates.get(id)?.existed === true || scenario.order.members.get(id)?.changes === false,
    judged: (id) => scenario.fates.get(id)?.judged ?? '',
    touchedBefore: (id, deed) => touched(id, world.deeds.indexOf(deed)),
    touchedEver: (id) => touched(id, world.deeds.length),
  }
}

function story(run: Run): string {
  return JSON.stringify([run.endedAt, run.deeds.map((deed) => [deed.is, deed.at, deed.command])])
}
