/** The status of a pod, out of the lives of its containers. */
import { shortHash, timestamp, uidOf } from '../core.ts'
import type { Core } from '../core.ts'
import { conditionOf } from '../controllers/pods.ts'
import type { Condition, Container, ContainerState, ContainerStatus, Pod, PodStatus } from '../objects/types.ts'
import { isContainerReady } from './container-life.ts'
import type { Ended, Life } from './container-life.ts'
import type { Story } from './story.ts'

const containerId = (pod: Pod, container: Container, restarts: number): string => `containerd://${Buffer.from(shortHash([uidOf(pod), container.name, restarts])).toString('hex').padEnd(64, '0').slice(0, 64)}`

function terminated(end: Ended, id: string): ContainerState {
  return { terminated: { exitCode: end.exitCode, reason: end.reason, startedAt: timestamp(end.startedAt), finishedAt: timestamp(end.finishedAt), containerID: id } }
}

function stateOf(pod: Pod, container: Container, life: Life | undefined, now: number): ContainerState {
  if (life === undefined) return { waiting: { reason: 'PodInitializing' } }
  switch (life.at) {
    case 'pulling': return { waiting: { reason: life.attempts > 0 ? 'ImagePullBackOff' : 'ContainerCreating' } }
    case 'pull-failed': return now < life.hiddenAt
      ? { waiting: { reason: 'ErrImagePull', message: life.message } }
      : { waiting: { reason: 'ImagePullBackOff', message: `Back-off pulling image "${container.image ?? ''}": ErrImagePull: ${life.message}` } }
    case 'running': return { running: { startedAt: timestamp(life.since) } }
    case 'restarting': return life.backOff === 0
      ? terminated(life.last, containerId(pod, container, life.restarts))
      : { waiting: { reason: 'CrashLoopBackOff', message: backOffText(pod, container, life.backOff) } }
    case 'ended': return terminated(life.last, containerId(pod, container, life.restarts))
  }
}

export const backOffText = (pod: Pod, container: Container, seconds: number): string => `back-off ${seconds >= 60 ? `${Math.floor(seconds / 60)}m${seconds % 60}s` : `${seconds}s`} restarting failed container=${container.name} pod=${pod.metadata.name}_${pod.metadata.namespace ?? ''}(${uidOf(pod)})`

export function containerStatus(story: Story, pod: Pod, container: Container, life: Life | undefined, now: number): ContainerStatus {
  const behaviour = story.behaviourOf(container.image ?? '')
  const ran = life !== undefined && life.at !== 'pulling' && life.at !== 'pull-failed'
  const restarts = ran ? life.restarts : 0
  const last = life?.at === 'running' || (life?.at === 'restarting' && life.backOff > 0) ? life.last : undefined
  const image = container.image ?? ''
  return {
    name: container.name, image, imageID: ran ? imageId(image) : '', ready: life !== undefined && isContainerReady(life, now, behaviour), started: life?.at === 'running', restartCount: restarts,
    state: stateOf(pod, container, life, now), lastState: last === undefined ? {} : terminated(last, containerId(pod, container, restarts - (life?.at === 'running' ? 1 : 0))),
    ...(ran ? { containerID: containerId(pod, container, restarts) } : {}),
  }
}

/** A digest in the reference stays; otherwise one is made up from it. */
const imageId = (image: string): string => (image.includes('@') ? image : `${image.replace(/:[^/:]+$/, '')}@sha256:${Buffer.from(shortHash(image)).toString('hex').padEnd(64, '0').slice(0, 64)}`)

function phaseOf(pod: Pod, lives: readonly (Life | undefined)[]): string {
  const ended = lives.filter((life) => life?.at === 'ended')
  if (lives.length > 0 && ended.length === lives.length) return ended.some((life) => life?.at === 'ended' && life.last.exitCode !== 0) ? 'Failed' : 'Succeeded'
  return lives.some((life) => life !== undefined && life.at !== 'pulling' && life.at !== 'pull-failed') || pod.status.phase === 'Running' ? 'Running' : 'Pending'
}

const kubeletConditions = ['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady']

/** `lives`: of the containers, in their order; `initLives` likewise. Undefined where a container has not begun. */
export function podStatus(core: Core, story: Story, pod: Pod, lives: readonly (Life | undefined)[], initLives: readonly (Life | undefined)[]): PodStatus {
  const now = core.clock.now()
  const statuses = pod.spec.containers.map((container, index) => containerStatus(story, pod, container, lives[index], now))
  const initContainers = pod.spec.initContainers ?? []
  const initStatuses = initContainers.map((container, index) => ({ ...containerStatus(story, pod, container, initLives[index], now), ready: initLives[index]?.at === 'ended' }))
  const phase = phaseOf(pod, lives)
  const initialized = initLives.every((life, index) => life?.at === 'ended' || initContainers[index]?.restartPolicy === 'Always')
  const unready = statuses.filter((status) => !status.ready).map((status) => status.name)
  const done = phase === 'Succeeded'
  const because = done ? { reason: 'PodCompleted' } : phase === 'Failed' ? { reason: 'PodFailed' } : { reason: 'ContainersNotReady', message: `containers with unready status: [${unready.join(' ')}]` }
  const condition = (type: string, holds: boolean, why: object = {}): Condition => {
    const known = conditionOf(pod.status.conditions, type)
    const status = holds ? 'True' : 'False'
    return { type, status, ...(holds && !done ? {} : why), lastTransitionTime: known?.status === status && known.lastTransitionTime !== undefined ? known.lastTransitionTime : timestamp(now), observedGeneration: pod.metadata.generation ?? 1 }
  }
  const ready = unready.length === 0 && phase === 'Running'
  const notInitialized = { reason: 'ContainersNotInitialized', message: `containers with incomplete status: [${initContainers.filter((_, index) => initLives[index]?.at !== 'ended').map((container) => container.name).join(' ')}]` }
  const address = pod.status.podIP ?? core.addresses.pod()
  const { reason: _, message: __, ...kept } = pod.status
  return {
    ...kept, phase, observedGeneration: pod.metadata.generation ?? 1, hostIP: hostAddress(core, pod), hostIPs: [{ ip: hostAddress(core, pod) }], podIP: address, podIPs: [{ ip: address }], startTime: pod.status.startTime ?? timestamp(now),
    conditions: [condition('PodReadyToStartContainers', true), condition('Initialized', initialized, notInitialized), condition('Ready', ready, because), condition('ContainersReady', ready, because), ...(pod.status.conditions ?? []).filter((known) => !kubeletConditions.includes(known.type))],
    ...(initStatuses.length === 0 ? {} : { initContainerStatuses: initStatuses }), containerStatuses: statuses,
  }
}

function hostAddress(core: Core, pod: Pod): string {
  const index = core.store.list('nodes').findIndex((node) => node.metadata.name === pod.spec.nodeName)
  return `192.168.0.${index + 1}`
}
