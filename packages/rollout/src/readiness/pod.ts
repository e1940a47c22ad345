import { type KubeObject, numberAt, textAt } from '@fermata/ports'
import type { RolloutCode } from '../codes.ts'
import { configurationPatience, imagePullPatience, memoryKillsThatCount, restartsThatCount, scaleUpPatience, schedulingPatience } from '../defaults.ts'
import { placeOf, refOf } from '../plan/objects.ts'
import { type Assess, type Assessment, type Cause, condition, failed, progressing, ready, type Scene } from './assessment.ts'
import { containerStatuses, restartsSince, seenFor, troubleKey } from './memory.ts'

/** The registry has said that it will not give this image: waiting does not help. */
const registrySaysNo = /not found|manifest unknown|name unknown|denied|unauthorized|does not exist/i
/** The kubelet could not look the object up in time, which passes. */
const passingConfiguration = /failed to sync .* cache/i

/** A pod that belongs to nobody: nothing would replace it. */
export const assessPod: Assess = (pod, scene) => {
  const phase = textAt(pod, 'status', 'phase')
  if (phase === 'Succeeded') return ready
  if (phase === 'Failed') return failed(podFailed(pod))
  const cause = podTrouble(pod, scene)
  if (cause !== undefined) return failed(cause)
  return isReady(pod) ? ready : progressing(podStanding(pod), placeOf(refOf(pod)))
}

export function isReady(pod: KubeObject): boolean {
  return condition(pod, 'Ready')?.status === 'True' && pod.metadata.deletionTimestamp === undefined
}

export function podFailed(pod: KubeObject): Cause {
  const ended = containerStatuses(pod).find((status) => (numberAt(status, 'state', 'terminated', 'exitCode') ?? 0) !== 0)
  const container = textAt(ended, 'name')
  const how = ended === undefined ? (textAt(pod, 'status', 'message') ?? textAt(pod, 'status', 'reason') ?? 'it gives no reason') : `container ${container} ended with exit code ${numberAt(ended, 'state', 'terminated', 'exitCode')}`
  return { code: 'FM-DEPLOY-POD-FAILED', says: `pod ${pod.metadata.name} has failed: ${how}`, where: placeOf(refOf(pod), container), ...(container !== undefined && { log: logOf(pod, container, false) }) }
}

/**
 * Why a pod will not become ready, or undefined where it may. Certain causes count at once, probable ones only when they stay.
 * A pod of a controller that was evicted or preempted is replaced, so it is no cause.
 */
export function podTrouble(pod: KubeObject, scene: Scene): Cause | undefined {
  for (const status of containerStatuses(pod)) {
    const cause = containerTrouble(pod, status, scene)
    if (cause !== undefined) return cause
  }
  return schedulingTrouble(pod, scene)
}

function containerTrouble(pod: KubeObject, status: unknown, scene: Scene): Cause | undefined {
  const container = textAt(status, 'name') ?? ''
  const cause = (code: RolloutCode, says: string, previous?: boolean): Cause => ({
    code,
    says: `pod ${pod.metadata.name} (${container}) ${says}`,
    where: placeOf(refOf(pod), container),
    ...(previous !== undefined && { log: logOf(pod, container, previous) }),
  })
  const waiting = textAt(status, 'state', 'waiting', 'reason')
  const message = textAt(status, 'state', 'waiting', 'message') ?? ''
  const image = textAt(status, 'image') ?? 'its image'
  switch (waiting) {
    case 'InvalidImageName':
    case 'ErrImageNeverPull':
      return cause('FM-DEPLOY-IMAGE-INVALID', `cannot start: ${waiting} for ${image}${tail(message)}`)
    case 'ErrImagePull':
    case 'ImagePullBackOff':
      return imageTrouble(pod, container, image, message, scene, cause)
    case 'CreateContainerConfigError':
      if (passingConfiguration.test(message)) return undefined
      return !scene.makesConfiguration || seenFor(scene.memory, troubleKey(pod, container, 'config'), scene.now) >= configurationPatience ? cause('FM-DEPLOY-CONTAINER-CONFIG', `cannot be created${tail(message)}`) : undefined
    case 'CreateContainerError':
      return cause('FM-DEPLOY-CONTAINER-CANNOT-RUN', `cannot be created${tail(message)}`)
    default:
      return endTrouble(status, waiting, restartsSince(scene.memory, pod, status), cause)
  }
}

type MakeCause = (code: RolloutCode, says: string, previous?: boolean) => Cause

/** The back-off message of older kubelets does not say what the registry said; the pod's events do. */
function imageTrouble(pod: KubeObject, container: string, image: string, message: string, scene: Scene, cause: MakeCause): Cause | undefined {
  const events = scene.eventsOf(pod.metadata.uid ?? '').filter((event) => textAt(event, 'reason') === 'Failed').map((event) => textAt(event, 'message') ?? textAt(event, 'note') ?? '')
  const answer = [message, ...events].find((text) => registrySaysNo.test(text))
  if (answer !== undefined) return cause('FM-DEPLOY-IMAGE-NOT-FOUND', `cannot start: the registry does not give ${image}${tail(lastWord(answer, image))}`)
  const seen = seenFor(scene.memory, troubleKey(pod, container, 'image'), scene.now)
  return seen >= imagePullPatience ? cause('FM-DEPLOY-IMAGE-NOT-PULLED', `cannot start: ${image} could not be pulled for ${Math.round(seen / 1000)} s${tail(lastWord(message, image))}`) : undefined
}

/** Container runtimes wrap what the registry said into sentences that each name the image again; what stands behind the last one is the cause. */
function lastWord(message: string, image: string): string {
  const behind = message.includes(image) ? message.slice(message.lastIndexOf(image) + image.length).replace(/^["':,\s]+/, '') : ''
  return behind === '' ? message.replace(/^rpc error: code = \w+ desc = /, '') : behind
}

/** A container that has ended since the release began. What it did before is not held against it. */
function endTrouble(status: unknown, waiting: string | undefined, restarts: number, cause: MakeCause): Cause | undefined {
  const now = textAt(status, 'state', 'terminated', 'reason')
  const last = restarts > 0 ? textAt(status, 'lastState', 'terminated', 'reason') : undefined
  const code = numberAt(status, 'state', 'terminated', 'exitCode') ?? numberAt(status, 'lastState', 'terminated', 'exitCode')
  const previous = now === undefined
  if ((now ?? last) === 'ContainerCannotRun' && code !== 128) return cause('FM-DEPLOY-CONTAINER-CANNOT-RUN', `cannot run${tail(textAt(status, 'lastState', 'terminated', 'message') ?? '')}`, previous)
  if (restarts >= memoryKillsThatCount && (now ?? last) === 'OOMKilled') return cause('FM-DEPLOY-OUT-OF-MEMORY', `was killed for its memory; ${restarts} restarts since the release began`, previous)
  if (waiting === 'CrashLoopBackOff' && restarts >= restartsThatCount) return cause('FM-DEPLOY-CRASH-LOOP', `crashes: ${restarts} restarts since the release began${code === undefined ? '' : `, exit code ${code}`}`, true)
  return undefined
}

function schedulingTrouble(pod: KubeObject, scene: Scene): Cause | undefined {
  const seen = seenFor(scene.memory, troubleKey(pod, '', 'scheduling'), scene.now)
  if (seen < schedulingPatience) return undefined
  const nodeIsComing = scene.eventsOf(pod.metadata.uid ?? '').some((event) => textAt(event, 'reason') === 'TriggeredScaleUp')
  if (nodeIsComing && seen < scaleUpPatience) return undefined
  return { code: 'FM-DEPLOY-UNSCHEDULABLE', says: `pod ${pod.metadata.name} fits on no node for ${Math.round(seen / 1000)} s${tail(condition(pod, 'PodScheduled')?.message ?? '')}`, where: placeOf(refOf(pod)) }
}

/** What a pod that is on its way is doing, in some words. */
export function podStanding(pod: KubeObject): string {
  const waiting = containerStatuses(pod).find((status) => textAt(status, 'state', 'waiting', 'reason') !== undefined)
  if (waiting !== undefined) return `pod ${pod.metadata.name} (${textAt(waiting, 'name')}) is ${textAt(waiting, 'state', 'waiting', 'reason')}`
  const scheduled = condition(pod, 'PodScheduled')
  if (scheduled?.status === 'False') return `pod ${pod.metadata.name} waits for a node${tail(scheduled.message)}`
  return `pod ${pod.metadata.name} is ${textAt(pod, 'status', 'phase') ?? 'new'} and not ready`
}

/** The first cause among some pods. Pods that are going away are not asked. */
export function firstTrouble(pods: readonly KubeObject[], scene: Scene): Assessment | undefined {
  for (const pod of pods) {
    if (pod.metadata.deletionTimestamp !== undefined) continue
    const cause = podTrouble(pod, scene)
    if (cause !== undefined) return failed(cause)
  }
  return undefined
}

/** The pod that keeps a workload from being ready, in words, or nothing. */
export function waitingPod(pods: readonly KubeObject[]): string {
  const pod = pods.find((one) => one.metadata.deletionTimestamp === undefined && !isReady(one))
  return pod === undefined ? '' : `; ${podStanding(pod)}`
}

function logOf(pod: KubeObject, container: string, previous: boolean): NonNullable<Cause['log']> {
  return { namespace: pod.metadata.namespace ?? 'default', pod: pod.metadata.name, container, previous }
}

/** A message as the end of a sentence, without its own full stop. */
function tail(message: string): string {
  const text = message.trim().replace(/\.$/, '')
  return text === '' ? '' : `: ${text.length > 300 ? `${text.slice(0, 300)}…` : text}`
}
