import { uidOf } from '../core.ts'
import type { Core } from '../core.ts'
import { remove, tell, updateStatus } from '../controllers/actions.ts'
import type { Controller } from '../controllers/controller.ts'
import type { Container, Pod } from '../objects/types.ts'
import { keyOf } from '../store/store.ts'
import { firstLife, nextMoment, step } from './container-life.ts'
import type { Life, LifeEvent } from './container-life.ts'
import { podStatus } from './pod-status.ts'
import { probeMoments, tellUnhealthy } from './probes.ts'
import type { Unhealthy } from './probes.ts'
import type { Behaviour, Story } from './story.ts'

/** How long a container takes to end after it was asked to, unless its grace period is shorter. Milliseconds. */
const timeToStop = 500

interface Running { readonly lives: ReadonlyMap<string, Life>; readonly stopAt: number | undefined; readonly unhealthy: Unhealthy }

export interface Kubelet {
  readonly controller: Controller
  /** The lives of a pod's containers, by name; `init:` before the names of init containers. */
  livesOf(pod: Pod): ReadonlyMap<string, Life>
}

/** The kubelets of all nodes: they start the containers of pods on their nodes as the story tells, and end those that are deleted. */
export function createKubelet(core: Core, story: Story): Kubelet {
  const pods = new Map<string, Running>()
  return { controller: kubeletController(core, story, pods), livesOf: (pod) => pods.get(uidOf(pod))?.lives ?? new Map() }
}

function kubeletController(core: Core, story: Story, pods: Map<string, Running>): Controller {
  return {
    name: 'kubelet',
    keys(change) {
      if (change.collection !== 'pods') return []
      if (change.type === 'DELETED') pods.delete(uidOf(change.object))
      return change.type === 'DELETED' ? [] : [keyOf(change.object)]
    },
    sync(key) {
      const pod = core.store.get('pods', key) as Pod | undefined
      if (pod === undefined || core.store.get('nodes', pod.spec.nodeName ?? '') === undefined) return undefined
      // What becomes due while the pod is looked at must not be passed over: the next look is reckoned from before this one.
      const seen = core.clock.now()
      const before = pods.get(uidOf(pod)) ?? { lives: new Map(), stopAt: undefined, unhealthy: new Set() }
      const after = pod.metadata.deletionTimestamp === undefined ? live(core, story, pod, before) : stop(core, story, pod, before)
      if (after === undefined) { pods.delete(uidOf(pod)); return undefined }
      pods.set(uidOf(pod), after)
      return untilNext(core, story, pod, after, seen)
    },
  }
}

/** An init container that runs well ends well; one that is to hang is `never-ready`. A sidecar stays. */
function behaviourIn(story: Story, container: Container, key: string, restartPolicy: string): Behaviour {
  const told = story.behaviourOf(container.image ?? '')
  return key.startsWith('init:') && restartPolicy !== 'Always' && told.does === 'run' ? { does: 'complete', after: told.readyAfter ?? 1 } : told
}

const initKey = (container: Container): string => `init:${container.name}`

function live(core: Core, story: Story, pod: Pod, before: Running): Running {
  const lives = new Map(before.lives)
  const advance = (container: Container, key: string, restartPolicy: string): Life => {
    const fresh = !lives.has(key)
    let life = lives.get(key) ?? firstLife(core.clock.now())
    if (fresh) tellOf(core, pod, container, { kind: 'pulling' })
    const circumstances = { image: container.image ?? '', behaviour: behaviourIn(story, container, key, restartPolicy), restartPolicy }
    for (let next = step(life, core.clock.now(), circumstances); next !== undefined; next = step(life, core.clock.now(), circumstances)) {
      life = next.life
      for (const event of next.events) tellOf(core, pod, container, event)
      if (life.at === 'restarting' && life.backOff > 0) tellOf(core, pod, container, { kind: 'back-off' })
    }
    if (life.at === 'pull-failed' && core.clock.now() >= life.hiddenAt) tellOf(core, pod, container, { kind: 'pull-back-off', message: life.message })
    lives.set(key, life)
    return life
  }
  const policy = pod.spec.restartPolicy ?? 'Always'
  const initialized = (pod.spec.initContainers ?? []).every((container) => {
    const sidecar = container.restartPolicy === 'Always'
    const life = advance(container, initKey(container), sidecar ? 'Always' : policy === 'Always' ? 'OnFailure' : policy)
    return sidecar ? life.at === 'running' : life.at === 'ended' && life.last.exitCode === 0
  })
  if (initialized) for (const container of pod.spec.containers) advance(container, container.name, policy)
  const unhealthy = tellUnhealthy(core, story, pod, lives, before.unhealthy)
  report(core, story, pod, lives)
  return { lives, stopAt: undefined, unhealthy }
}

function report(core: Core, story: Story, pod: Pod, lives: ReadonlyMap<string, Life>): void {
  const status = podStatus(core, story, pod, pod.spec.containers.map((container) => lives.get(container.name)), (pod.spec.initContainers ?? []).map((container) => lives.get(initKey(container))))
  updateStatus(core, pod, status, 'kubelet')
}

/** Ends the containers, then removes the pod. Undefined once it is gone. */
function stop(core: Core, story: Story, pod: Pod, before: Running): Running | undefined {
  const now = core.clock.now()
  const grace = pod.metadata['deletionGracePeriodSeconds']
  const stopAt = Math.min(before.stopAt ?? now + timeToStop, now + (typeof grace === 'number' ? grace * 1000 : 0))
  if (before.stopAt === undefined) for (const container of pod.spec.containers) if (before.lives.get(container.name)?.at === 'running') tell(core, pod, { type: 'Normal', reason: 'Killing', message: `Stopping container ${container.name}`, component: 'kubelet', host: pod.spec.nodeName ?? '', fieldPath: `spec.containers{${container.name}}` })
  if (now < stopAt) return { ...before, stopAt }
  const lives = new Map([...before.lives].map(([key, life]) => [key, stopped(life, now)]))
  report(core, story, pod, lives)
  remove(core, core.store.get('pods', keyOf(pod)) ?? pod, { gracePeriodSeconds: 0 })
  return undefined
}

/** What a container that is asked to end comes to: it dies of SIGTERM, as programs without a handler do. */
function stopped(life: Life, now: number): Life {
  return life.at === 'running' ? { at: 'ended', restarts: life.restarts, last: { exitCode: 143, reason: 'Error', startedAt: life.since, finishedAt: now } } : life
}

function untilNext(core: Core, story: Story, pod: Pod, running: Running, seen: number): number | undefined {
  const now = core.clock.now()
  if (running.stopAt !== undefined) return running.stopAt - now
  const behaviours = new Map([
    ...pod.spec.containers.map((container) => [container.name, story.behaviourOf(container.image ?? '')] as const),
    ...(pod.spec.initContainers ?? []).map((container) => [initKey(container), behaviourIn(story, container, initKey(container), container.restartPolicy ?? '')] as const),
  ])
  const moments = [...running.lives].map(([key, life]) => nextMoment(life, seen, behaviours.get(key) ?? story.behaviourOf(''))).filter((moment) => moment !== undefined)
  const all = [...moments, ...probeMoments(pod, running.lives, running.unhealthy, seen)]
  return all.length === 0 ? undefined : Math.max(1, Math.min(...all) - now)
}

/** Events in the kubelet's words. */
function tellOf(core: Core, pod: Pod, container: Container, event: LifeEvent): void {
  const image = container.image ?? ''
  const say = (type: 'Normal' | 'Warning', reason: string, message: string): void => tell(core, pod, { type, reason, message, component: 'kubelet', host: pod.spec.nodeName ?? '', fieldPath: `spec.containers{${container.name}}` })
  switch (event.kind) {
    case 'pulling': say('Normal', 'Pulling', `Pulling image "${image}"`); return
    case 'pulled': say('Normal', 'Pulled', event.present ? `Container image "${image}" already present on machine and can be accessed by the pod` : `Successfully pulled image "${image}" in ${event.milliseconds}ms (${event.milliseconds}ms including waiting). Image size: 31415926 bytes.`); return
    case 'started': say('Normal', 'Created', 'Container created'); say('Normal', 'Started', 'Container started'); return
    case 'pull-failed': say('Warning', 'Failed', `Failed to pull image "${image}": ${event.message}`); say('Warning', 'Failed', 'Error: ErrImagePull'); return
    case 'pull-back-off': say('Normal', 'BackOff', `Back-off pulling image "${image}"`); say('Warning', 'Failed', 'Error: ImagePullBackOff'); return
    case 'back-off': say('Warning', 'BackOff', `Back-off restarting failed container ${container.name} in pod ${pod.metadata.name}_${pod.metadata.namespace ?? ''}(${uidOf(pod)})`)
  }
}
