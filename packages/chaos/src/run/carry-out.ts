import { lightFuse, type Fuse, type Warrant } from '@fermata/custody'
import { because } from '../codes.ts'
import { consecutiveGood, effectPatience, fuseMargin, lookEvery, samplesBefore, shortestFuse } from '../defaults.ts'
import type { Blow, Siege } from '../faults/fault.ts'
import { recoveryOf, startedSince, underWaySince } from '../measure/recovery.ts'
import { startSampling } from '../measure/sampler.ts'
import { isReady } from '../target/pods.ts'
import type { Course } from './course.ts'
import { awaitEffect, showsOf } from './effect.ts'
import type { ChaosEntry, Phase } from './entry.ts'
import { countingFrom, referenceOf } from './judge-course.ts'
import { liftFault } from './lift.ts'
import type { ChaosPorts, Plan } from './prepare.ts'
import { lookAtPods, noNotes, pause, type Scene, unlessRefused } from './scene.ts'

/** Writes how far the experiment has come into the cluster's journal, before it goes there. */
export type Say = (phase: Phase, more?: Partial<Pick<ChaosEntry, 'expiresAt' | 'rollback' | 'temporary'>>) => Promise<void>

/**
 * Carries an experiment out: sees that the steady state holds, injects, waits for the effect, lifts what lasts, and watches until the service
 * has recovered or has had its time. Whatever happens on the way, what was injected is lifted before it answers.
 */
export async function carryOut(plan: Plan, aimed: NonNullable<Plan['aimed']>, ports: Pick<ChaosPorts, 'clock' | 'http' | 'log' | 'signal'>, warrant: Warrant, say: Say): Promise<Course> {
  const { experiment } = plan
  const { clock, http, log, signal } = ports
  const begunAt = clock.now()
  const steady = startSampling(http, clock, experiment.steadyState, experiment.pace.everyMs)
  const own = experiment.effect.length === 0 ? undefined : startSampling(http, clock, experiment.effect, experiment.pace.everyMs)
  const readyBefore = aimed.aim.pods.filter(isReady).length
  const scene: Scene = { plan, clock, log, warrant, stop: AbortSignal.any([signal, warrant.lost]), hurry: signal, steady, through: own ?? steady, site: { cluster: plan.cluster, clock, aim: aimed.aim }, notes: noNotes(readyBefore) }
  let before: Course['before'] = { held: false, says: 'nobody had looked.' }
  try {
    tell(scene, 'steady state')
    before = await steadyBefore(scene)
    if (before.held && !scene.stop.aborted) await (experiment.fault.lasts === 'a moment' ? deal(scene, experiment.fault, say) : besiege(scene, experiment.fault, say))
  } finally {
    await steady.stop()
    await own?.stop()
  }
  const { notes } = scene
  if (signal.aborted) notes.trouble.push(because('FM-CHAOS-CANCELLED', { says: `The run was stopped ${notes.injectedAt === undefined ? 'before anything was injected' : 'after the fault was injected'}.` }))
  else if (warrant.lost.aborted) notes.trouble.push(because('FM-CHAOS-LOST', { says: String((warrant.lost.reason as Error).message) }))
  return { ...notes, begunAt, endedAt: clock.now(), before, samples: steady.samples(), effectSamples: scene.through.samples(), readyBefore }
}

function tell({ log, clock, plan }: Pick<Scene, 'log' | 'clock' | 'plan'>, phase: string, state: 'running' | 'good' | 'bad' = 'running'): void {
  log.progress({ at: clock.now(), subject: plan.aimed?.target.says ?? plan.experiment.title, phase, state })
}

/** Enough samples, all good, of what must hold and of what must fail later. */
async function steadyBefore(scene: Scene): Promise<Course['before']> {
  const { everyMs } = scene.plan.experiment.pace
  const enough = () => scene.steady.samples().length >= samplesBefore && scene.through.samples().length >= samplesBefore
  const bad = () => [scene.steady, scene.through].flatMap((sampler) => sampler.samples()).find(({ good }) => !good)
  while (!enough() && bad() === undefined) if (!(await pause(scene, everyMs))) return { held: true }
  const found = bad()
  if (found === undefined) return { held: true }
  return { held: false, says: `a sample was bad: ${found.says}.` }
}

async function deal(scene: Scene, blow: Blow, say: Say): Promise<void> {
  const { notes, clock, site, warrant } = scene
  await unlessRefused(scene, async () => {
    await say('injecting')
    tell(scene, blow.kind)
    notes.injectedAt = clock.now()
    notes.hit = (await blow.strike(site, warrant.assure)).filter(({ hit }) => hit).map(({ victim }) => victim)
    if (notes.hit.length === 0) notes.trouble.push(because('FM-CHAOS-INJECTION-FAILED', { says: 'The pods that were to be hit had gone by themselves.' }))
    else await awaitEffect(scene, notes.injectedAt, showsOf(blow, scene))
    await watch(scene)
  })
  // Nothing of ours is left by it; what it took away must be back.
  if (notes.injectedAt !== undefined) notes.rollback = notes.backAt === undefined ? 'unproven' : 'proven'
}

async function besiege(scene: Scene, siege: Siege, say: Say): Promise<void> {
  const { notes, clock, site, warrant, plan } = scene
  let fuse: Fuse | undefined
  try {
    await unlessRefused(scene, async () => {
      const ms = Math.max(shortestFuse, siege.durationMs + effectPatience + fuseMargin)
      const temporary = siege.touches(site.aim).filter(({ does }) => does === 'create').map(({ ref }) => ref)
      await say('injecting', { temporary, expiresAt: new Date(clock.now() + ms).toISOString() })
      const lit = await lightFuse(plan.cluster, clock, { namespace: plan.namespace, release: plan.id, seconds: Math.ceil(ms / 1000) })
      fuse = lit
      tell(scene, siege.kind)
      notes.injectedAt = clock.now()
      await siege.lay(site, { owner: lit.owner, fence: warrant.fence, assure: warrant.assure })
      await awaitEffect(scene, notes.injectedAt, undefined)
      if (notes.effect.is === 'unproven') return
      await say('in effect')
      tell(scene, 'in effect')
      await pause(scene, notes.effect.at + siege.durationMs - clock.now())
    })
  } finally {
    // Also what was refused may have been done, when its answer was lost.
    if (notes.injectedAt !== undefined) await liftFault(scene, { lift: () => siege.lift(site), lifted: () => siege.lifted(site) }, fuse)
    await putOut(scene, fuse)
  }
  if (notes.injectedAt !== undefined && notes.liftedAt !== undefined && notes.effect.is === 'proven') await unlessRefused(scene, () => watch(scene))
}

/** A fuse that owns nothing any more. One that cannot be put out burns down by itself. */
async function putOut(scene: Scene, fuse: Fuse | undefined): Promise<void> {
  if (fuse !== undefined) await unlessRefused(scene, async () => void (await fuse.extinguish()))
}

/** Watches users and pods until the service has recovered and enough requests are counted, or until it has had its time. */
async function watch(scene: Scene): Promise<void> {
  const { plan, clock, notes } = scene
  const { experiment, limits } = plan
  const from = referenceOf(experiment, notes)
  if (from === undefined) return
  tell(scene, 'recovering')
  const slowest = Math.max(...experiment.steadyState.map(({ timeoutMs }) => timeoutMs))
  const patience = limits.recoverySlaMs + (experiment.pace.consecutive || consecutiveGood) * experiment.pace.everyMs + slowest
  let looked = 0
  for (;;) {
    if (clock.now() >= looked + lookEvery) {
      looked = clock.now()
      await lookAtPods(scene)
    }
    const now = clock.now()
    const recovery = recoveryOf((experiment.fault.lasts === 'a moment' ? underWaySince : startedSince)(scene.steady.samples(), from), from, experiment.pace.consecutive)
    const well = recovery.is === 'unharmed' || recovery.is === 'recovered'
    const counted = well ? countingFrom(experiment, notes, from, recovery) : undefined
    const counting = counted === undefined ? undefined : Math.max(counted, from) + limits.windowMs
    if (counting !== undefined && now > counting && notes.backAt !== undefined) return tell(scene, 'recovered', 'good')
    if (now >= Math.max(from + patience, counting ?? 0) && (counting === undefined || now > counting)) return tell(scene, well ? 'recovered' : 'not recovered', well ? 'good' : 'bad')
    if (!(await pause(scene, experiment.pace.everyMs))) return
  }
}
