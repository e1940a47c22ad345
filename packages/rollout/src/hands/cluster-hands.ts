import type { ServiceId } from '@fermata/catalog'
import type { Instant, KubeObject, ObjectRef } from '@fermata/ports'
import type { Evidence, Reason } from '@fermata/verdict'
import type { Hands } from '../driver.ts'
import type { Command, ReleaseEvent } from '../machine/state.ts'
import { keyOf, refOf } from '../plan/objects.ts'
import type { Assessment } from '../readiness/assessment.ts'
import { assessorOf } from '../readiness/kinds.ts'
import { applyService } from './apply-service.ts'
import { diagnose } from './diagnose.ts'
import { judgeService } from './judge-service.ts'
import { answersNobody, noReadyPods } from './shift-traffic.ts'
import type { Sight, View } from './sight.ts'
import { removeCreated, restoreService } from './undo-service.ts'
import { looksOf } from './looks.ts'
import { type Bench, stageWorkOf, workOf } from './work.ts'

export interface ClusterHands extends Hands {
  /** What was read on the way: logs of failed containers. */
  evidence(): readonly Evidence[]
}

const longAgo: Instant = 0

/** At which stage a service is, or that it goes back; undefined before it begins. */
type Place = number | 'back' | undefined

/** Hands that work on a cluster, and eyes that see it through one feed for all services. */
export function clusterHands(bench: Omit<Bench, 'wrote'>, sight: Sight): ClusterHands {
  const news: ReleaseEvent[] = []
  const found: Evidence[] = []
  const generation = new Map<string, number>()
  const beginnings = new Map<ServiceId, Instant>()
  const places = new Map<ServiceId, Place>()
  let looked: ReadonlySet<ServiceId> = new Set()
  let bugs: { readonly error: unknown } | undefined
  let wake = (): void => undefined
  const whole: Bench = { ...bench, wrote: (object) => remember(generation, object) }
  const looks = looksOf(whole, sight, found)

  const background = (task: Promise<ReleaseEvent>): void => {
    task.then((event) => news.push(event), (error: unknown) => (bugs = { error })).finally(() => wake())
  }
  const judge = judgeWith(whole, generation, found, background)

  return {
    evidence: () => found,
    begin: (command) => {
      if (command.do === 'look') return looks.begin(command, background)
      looks.end(command.service)
      beginnings.set(command.service, bench.clock.now())
      places.set(command.service, command.do === 'apply' ? command.stage : 'back')
      background(carryOut(command, whole, sight))
    },
    async next(watched, withinMs) {
      // Who is watched for the first time is looked at now: what is ready already has no reason to wait for a change.
      const nobodyNew = [...watched].every((id) => looked.has(id))
      looked = watched
      if (nobodyNew && news.length === 0 && bugs === undefined) await somethingNew(sight, withinMs, bench.signal, (awoken) => (wake = awoken))
      if (bugs !== undefined) throw bugs.error
      bench.warrant.lost.throwIfAborted()
      const view = sight.look()
      const happened = news.splice(0)
      const toldOf = new Set(happened.flatMap((event) => (event.is === 'assessed' ? [event.service] : [])))
      // What nobody has written was there long before: silence is not the beginning of something.
      const seen = [...watched].filter((id) => !toldOf.has(id)).flatMap((id) => judge(id, places.get(id), beginnings.get(id) ?? longAgo, view) ?? [])
      const events = [...happened, ...seen]
      return events.length > 0 ? events : [{ is: 'ticked', at: view.now }]
    },
  }
}

/** Tells how a service stands, or nothing while the log of its failure is being read. */
function judgeWith(bench: Bench, generation: ReadonlyMap<string, number>, found: Evidence[], background: (task: Promise<ReleaseEvent>) => void): (id: ServiceId, place: Place, since: Instant, view: View) => ReleaseEvent | undefined {
  const known = { generation, seen: new Map<string, Assessment['is']>() }
  const diagnosed = new Set<ServiceId>()
  return (id, place, since, view) => {
    if (diagnosed.has(id)) return undefined
    const assessment = judgeService(id, watchedRefs(bench, id, place), since, view, known)
    const opened = typeof place === 'number' ? stageWorkOf(bench, id, place).opens : undefined
    // What has traffic and no pod that answers is not waited for.
    if (assessment.is === 'progressing' && opened !== undefined && answersNobody(view.object(opened))) return { is: 'assessed', at: view.now, service: id, health: { is: 'failed', because: noReadyPods(id, opened, 'has traffic, and none of its pods is available any more') } }
    if (assessment.is === 'ready') return { is: 'assessed', at: view.now, service: id, health: assessment }
    if (assessment.is === 'progressing') return { is: 'assessed', at: view.now, service: id, health: { is: 'progressing', standing: assessment } }
    diagnosed.add(id)
    background(diagnose(bench.cluster, bench.clock, id, assessment.cause).then(({ because: reason, evidence }) => {
      diagnosed.delete(id)
      found.push(...evidence)
      return { is: 'assessed', at: bench.clock.now(), service: id, health: { is: 'failed', because: reason } }
    }))
    return undefined
  }
}

/**
 * What must be ready: all of the service, or on its way what the stage says.
 * On its way back what was there before the release: what it created is about to go, and what it had not come to write is still not there.
 */
function watchedRefs(bench: Bench, id: ServiceId, place: Place): readonly ObjectRef[] {
  const { watch, absent } = workOf(bench, id)
  if (place === undefined) return watch
  if (place !== 'back') return stageWorkOf(bench, id, place).watch
  const created = new Set([...absent, ...bench.scribe.formersOf(id).filter((former) => former.is === 'absent').map((former) => former.ref)].map(keyOf))
  return watch.filter((ref) => !created.has(keyOf(ref)))
}

/** Returns at a change in the cluster, when a command has ended, when somebody asks to stop, or after so many milliseconds. */
async function somethingNew(sight: Sight, withinMs: number, signal: AbortSignal, onWake: (wake: () => void) => void): Promise<void> {
  const { promise: awoken, resolve } = Promise.withResolvers<void>()
  onWake(resolve)
  const stop = (): void => resolve()
  if (!signal.aborted) signal.addEventListener('abort', stop, { once: true })
  try {
    await Promise.race([sight.changed(withinMs), awoken])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

function remember(generation: Map<string, number>, object: KubeObject): void {
  if (object.metadata.generation !== undefined) generation.set(keyOf(refOf(object)), object.metadata.generation)
}

async function carryOut(command: Exclude<Command, { readonly do: 'look' }>, bench: Bench, sight: Sight): Promise<ReleaseEvent> {
  const { service } = command
  const at = (): Instant => bench.clock.now()
  switch (command.do) {
    case 'apply': {
      const wrong = await applyService(bench, service, command.stage)
      if (wrong !== undefined) return { is: 'apply-failed', at: at(), service, because: wrong }
      await watchOtherKinds(stageWorkOf(bench, service, command.stage).watch, sight)
      return { is: 'applied', at: at(), service }
    }
    case 'restore': {
      const wrong = await restoreService(bench, service)
      return wrong === undefined ? { is: 'restored', at: at(), service } : { is: 'restore-failed', at: at(), service, because: wrong }
    }
    case 'remove': {
      const wrong: Reason | undefined = await removeCreated(bench, service)
      return wrong === undefined ? { is: 'removed', at: at(), service } : { is: 'remove-failed', at: at(), service, because: wrong }
    }
  }
}

/** Custom resources are watched from the moment at which their kind is known to be there. Those without a namespace are ready when they are written. */
export async function watchOtherKinds(refs: readonly ObjectRef[], sight: Sight): Promise<void> {
  for (const ref of refs) if (assessorOf(ref) !== undefined && ref.namespace !== undefined) await sight.alsoWatch(ref, ref.namespace)
}
