/** The life of one container as its kubelet sees it: a state, and what time alone makes of it. Times in milliseconds. */
import type { Behaviour } from './story.ts'

export interface Ended { readonly exitCode: number; readonly reason: string; readonly startedAt: number; readonly finishedAt: number }

export type Life =
  | { readonly at: 'pulling'; readonly until: number; readonly attempts: number }
  /** The pull failed. Shown as ErrImagePull until `hiddenAt`, then as ImagePullBackOff until the next try. */
  | { readonly at: 'pull-failed'; readonly message: string; readonly hiddenAt: number; readonly retryAt: number; readonly attempts: number }
  | { readonly at: 'running'; readonly since: number; readonly restarts: number; readonly last: Ended | undefined }
  /** Waits for its restart, in back-off when `backOff` seconds are given. */
  | { readonly at: 'restarting'; readonly when: number; readonly backOff: number; readonly restarts: number; readonly last: Ended }
  | { readonly at: 'ended'; readonly restarts: number; readonly last: Ended }

export type LifeEvent =
  | { readonly kind: 'pulling' } | { readonly kind: 'pulled'; readonly milliseconds: number; readonly present: boolean } | { readonly kind: 'started' }
  | { readonly kind: 'pull-failed'; readonly message: string } | { readonly kind: 'pull-back-off'; readonly message: string } | { readonly kind: 'back-off' }

export interface Step { readonly life: Life; readonly events: readonly LifeEvent[] }

const second = 1000
const pullTime = 200
/** A pull error is shown as such until the kubelet looks at the pod again. */
const errorShown = 12 * second
/** 10 s, doubled with every failure, at most five minutes: `MaxContainerBackOff` of the kubelet. */
const backOffSeconds = (failures: number): number => Math.min(300, 10 * 2 ** (failures - 1))
/** A container that ran twice the longest back-off starts afresh. */
const forgivenAfter = 600 * second

export const firstLife = (now: number): Life => ({ at: 'pulling', until: now + pullTime, attempts: 0 })

interface Circumstances { readonly image: string; readonly behaviour: Behaviour; readonly restartPolicy: string }

/** The next state, once its time has come; undefined as long as it has not. */
export function step(life: Life, now: number, circumstances: Circumstances): Step | undefined {
  switch (life.at) {
    case 'pulling': return now < life.until ? undefined : pulled(life, circumstances)
    case 'pull-failed': return now < life.retryAt ? undefined : { life: { at: 'pulling', until: life.retryAt + pullTime, attempts: life.attempts }, events: [{ kind: 'pulling' }] }
    case 'running': {
      const end = endOf(life, circumstances.behaviour)
      return end === undefined || now < end.finishedAt ? undefined : { life: afterEnd(life.restarts, end, life.last, circumstances), events: [] }
    }
    case 'restarting': return now < life.when ? undefined : { life: { at: 'running', since: life.when, restarts: life.restarts + 1, last: life.last }, events: [{ kind: 'pulled', milliseconds: 0, present: true }, { kind: 'started' }] }
    case 'ended': return undefined
  }
}

/** When to look again; undefined when only the outside can change anything. */
export function nextMoment(life: Life, now: number, behaviour: Behaviour): number | undefined {
  switch (life.at) {
    case 'pulling': return life.until
    case 'pull-failed': return now < life.hiddenAt ? life.hiddenAt : life.retryAt
    case 'restarting': return life.when
    case 'ended': return undefined
    case 'running': {
      const moments = [endOf(life, behaviour)?.finishedAt, readinessChange(life.since, now, behaviour)].filter((moment) => moment !== undefined && moment > now) as number[]
      return moments.length === 0 ? undefined : Math.min(...moments)
    }
  }
}

function pulled(life: Extract<Life, { at: 'pulling' }>, { image, behaviour }: Circumstances): Step {
  if (behaviour.does !== 'image-missing') return { life: { at: 'running', since: life.until, restarts: 0, last: undefined }, events: [{ kind: 'pulled', milliseconds: pullTime, present: false }, { kind: 'started' }] }
  const attempts = life.attempts + 1
  const message = behaviour.message ?? `failed to pull and unpack image "${image}": failed to resolve reference "${image}": ${image}: not found`
  const text = `rpc error: code = NotFound desc = ${message}`
  const hiddenAt = life.until + errorShown
  return { life: { at: 'pull-failed', message: text, hiddenAt, retryAt: hiddenAt + (backOffSeconds(attempts) - 7) * second, attempts }, events: [{ kind: 'pull-failed', message: text }] }
}

function endOf(life: Extract<Life, { at: 'running' }>, behaviour: Behaviour): Ended | undefined {
  const ended = (exitCode: number, reason: string, after: number): Ended => ({ exitCode, reason, startedAt: life.since, finishedAt: life.since + after * second })
  switch (behaviour.does) {
    case 'crash': return behaviour.times !== undefined && life.restarts >= behaviour.times ? undefined : ended(behaviour.exitCode ?? 1, behaviour.exitCode === 0 ? 'Completed' : 'Error', behaviour.after ?? 1)
    case 'out-of-memory': return ended(137, 'OOMKilled', behaviour.after ?? 2)
    case 'complete': return ended(0, 'Completed', behaviour.after ?? 1)
    case 'run': case 'never-ready': case 'flap': case 'image-missing': case 'unschedulable': return undefined
  }
}

function afterEnd(restarts: number, end: Ended, last: Ended | undefined, { restartPolicy }: Circumstances): Life {
  if (restartPolicy === 'Never' || (restartPolicy === 'OnFailure' && end.exitCode === 0)) return { at: 'ended', restarts, last: end }
  const failures = last === undefined || end.finishedAt - end.startedAt >= forgivenAfter ? 0 : restarts
  const backOff = failures === 0 ? 0 : backOffSeconds(failures)
  return { at: 'restarting', when: end.finishedAt + (failures === 0 ? second : backOff * second), backOff, restarts, last: end }
}

/** Whether the readiness probe of a running container succeeds. */
export function isContainerReady(life: Life, now: number, behaviour: Behaviour): boolean {
  if (life.at !== 'running') return false
  const age = now - life.since
  switch (behaviour.does) {
    case 'run': return age >= (behaviour.readyAfter ?? 1) * second
    case 'flap': {
      const ready = (behaviour.readyAfter ?? 1) * second
      return age >= ready && (age - ready) % ((behaviour.readyFor + behaviour.unreadyFor) * second) < behaviour.readyFor * second
    }
    case 'crash': {
      const healed = behaviour.times !== undefined && life.restarts >= behaviour.times
      const readyAfter = behaviour.readyAfter ?? (healed ? 1 : undefined)
      return readyAfter !== undefined && age >= readyAfter * second
    }
    case 'complete': return true
    case 'never-ready': case 'out-of-memory': case 'image-missing': case 'unschedulable': return false
  }
}

/** When readiness changes next, by the behaviour alone. */
function readinessChange(since: number, now: number, behaviour: Behaviour): number | undefined {
  switch (behaviour.does) {
    case 'run': return since + (behaviour.readyAfter ?? 1) * second
    case 'crash': return since + (behaviour.readyAfter ?? 1) * second
    case 'flap': {
      const first = since + (behaviour.readyAfter ?? 1) * second
      if (now < first) return first
      const period = (behaviour.readyFor + behaviour.unreadyFor) * second
      const turn = first + Math.floor((now - first) / period) * period
      return now < turn + behaviour.readyFor * second ? turn + behaviour.readyFor * second : turn + period
    }
    case 'never-ready': case 'complete': case 'out-of-memory': case 'image-missing': case 'unschedulable': return undefined
  }
}
