import { buildGraph, type ServiceId } from '@fermata/catalog'
import type { Instant } from '@fermata/ports'
import type { Reason, ReasonCode } from '@fermata/verdict'
import { type OnFailure, type Order, orderOf } from '../machine/order.ts'
import { rollingStages, type Stage } from '../machine/stage.ts'
import { hasEnded, type ReleaseState, type ServiceState, type StateName } from '../machine/state.ts'
import type { DeployRequest } from '../request.ts'
import type { Former } from '../undo/former.ts'

export const journalSchemaId = 'fermata/journal@1'

/** Who released what, and how far it has come. All that a later run needs to undo it, but the former objects. */
export interface JournalEntry {
  readonly schema: typeof journalSchemaId
  readonly release: string
  readonly planHash: string
  /** What the release means, whatever the cluster is like: with another intent it is not gone on with. */
  readonly intent: string
  /** What it was asked to do, so that a later run can make its plan again. */
  readonly request: JournalRequest
  readonly environment: string | undefined
  readonly startedAt: string
  readonly updatedAt: string
  /** Who ran it, for people. */
  readonly by: { readonly repository: string | undefined; readonly run: string | undefined; readonly actor: string | undefined; readonly sha: string | undefined }
  readonly parallelism: number
  readonly onFailure: OnFailure
  readonly course: 'forward' | 'halted' | 'cancelled'
  /** True when no service moved any more. A journal that is open and old belongs to a run that was killed. */
  readonly ended: boolean
  readonly services: readonly JournalService[]
}

const remembered = ['services', 'images', 'strategy', 'timeout', 'field-conflicts', 'parallelism', 'on-failure', 'on-inconclusive', 'prometheus-url'] as const

/** The inputs from which a plan follows and a canary is judged, as they were given. */
export type JournalRequest = Pick<DeployRequest, (typeof remembered)[number]>

export interface JournalService {
  readonly id: ServiceId
  readonly changes: boolean
  readonly creates: boolean
  readonly timeout: number
  readonly soak: number
  readonly dependencies: readonly ServiceId[]
  readonly state: StateName
  readonly because?: { readonly code: ReasonCode; readonly message: string }
}

/** The former objects of each service, in the order in which they were written. */
export type Formers = ReadonlyMap<ServiceId, readonly Former[]>

export interface JournalHead {
  readonly release: string
  readonly planHash: string
  readonly intent: string
  readonly request: JournalRequest
  readonly environment: string | undefined
  readonly startedAt: Instant
  readonly by: JournalEntry['by']
  readonly dependencies: (id: ServiceId) => readonly ServiceId[]
}

export function entryOf(head: JournalHead, release: ReleaseState, now: Instant): JournalEntry {
  const { order } = release
  return {
    schema: journalSchemaId,
    release: head.release,
    planHash: head.planHash,
    intent: head.intent,
    request: head.request,
    environment: head.environment,
    startedAt: new Date(head.startedAt).toISOString(),
    updatedAt: new Date(now).toISOString(),
    by: head.by,
    parallelism: order.parallelism,
    onFailure: order.onFailure,
    course: release.course.is,
    ended: hasEnded(release),
    services: Array.from(order.members.values(), ({ id, changes, creates, timeout, soak }) => {
      const state = release.services.get(id) as ServiceState
      return { id, changes, creates, timeout, soak, dependencies: head.dependencies(id), state: state.at, ...('because' in state && { because: brief(state.because) }) }
    }),
  }
}

function brief({ code, message }: Reason): { readonly code: ReasonCode; readonly message: string } {
  return { code, message }
}

/** What a journal says of its release besides how far it has come. */
export function headOfEntry(entry: JournalEntry): JournalHead {
  const { release, planHash, intent, request, environment, by } = entry
  const dependencies = new Map(entry.services.map((service) => [service.id, service.dependencies]))
  return { release, planHash, intent, request, environment, by, startedAt: Date.parse(entry.startedAt), dependencies: (id) => dependencies.get(id) ?? [] }
}

/** The inputs of a request that a journal remembers. */
export function rememberedOf(request: DeployRequest): JournalRequest {
  return Object.fromEntries(remembered.map((input) => [input, request[input]])) as JournalRequest
}

/**
 * The order of a release, as its journal tells it.
 * @param stagesBy how each service goes forward; not needed for a way back
 */
export function orderOfEntry(entry: JournalEntry, stagesBy: (id: ServiceId) => readonly Stage[] | undefined = () => undefined): Order {
  const parts = new Map(entry.services.map(({ id, changes, creates, timeout, soak }) => [id, { id, changes, creates, timeout, soak, ...(changes && { stages: stagesBy(id) ?? rollingStages }) }]))
  return orderOf(buildGraph(entry.services), parts, { parallelism: entry.parallelism, onFailure: entry.onFailure, onInconclusive: onInconclusiveOf(entry.request) })
}

/** What follows when a canary could not be judged. Only who asks for it goes on without an answer. */
export function onInconclusiveOf(request: Pick<DeployRequest, 'on-inconclusive'>): 'fail' | 'go-on' {
  return request['on-inconclusive'] === 'warn' || request['on-inconclusive'] === 'pass' ? 'go-on' : 'fail'
}
