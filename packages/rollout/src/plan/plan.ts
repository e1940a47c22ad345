import type { ServiceId, Strategy } from '@fermata/catalog'
import type { ObjectRef } from '@fermata/ports'
import type { OnFailure, Part } from '../machine/order.ts'
import type { Stage } from '../machine/stage.ts'
import type { Protection } from '../strategy/way.ts'
import { digest } from './canonical.ts'
import type { FieldChange } from './field-changes.ts'

export const planSchemaId = 'fermata/plan@1'

export interface PlannedObject {
  readonly ref: ObjectRef
  readonly does: 'create' | 'change' | 'same'
  /** SHA-256 of what the manifests say. The values of a Secret are in no digest and no change. */
  readonly digest: string
  /** What the API server says would change, by its own dry run. Empty for an object that is created. */
  readonly changes: readonly FieldChange[]
}

/** One stage of a service's way, and what makes it safe if the run is killed in it. */
export interface PlannedStage extends Stage {
  readonly protection: Protection
  readonly says: string
  /** SHA-256 of what it writes. */
  readonly digest: string
}

export interface PlannedService {
  readonly id: ServiceId
  /** `check`: not changed, only looked at. */
  readonly does: 'release' | 'check'
  /** Within the plan. */
  readonly dependencies: readonly ServiceId[]
  /** As the catalog asks for. */
  readonly strategy: Strategy
  readonly timeout: number
  readonly soak: number
  /** How it goes forward, one after the other. */
  readonly stages: readonly PlannedStage[]
  /** In the order in which they are written. */
  readonly objects: readonly PlannedObject[]
  readonly images: readonly string[]
  /** The Job that runs its migration scripts, whether it has run or not; its name holds a hash of them. */
  readonly migration: string | undefined
}

/** One idempotent intent. `needs` are the steps that must be done before. */
export interface Step {
  readonly id: string
  readonly service: ServiceId
  readonly does: 'apply' | 'check' | 'settle' | 'hold' | 'analyse' | 'soak'
  readonly needs: readonly string[]
}

/** What a release does, in which order. Immutable; the same manifests, wishes and cluster give the same plan. */
export interface Plan {
  readonly schema: typeof planSchemaId
  readonly hash: string
  readonly environment: string | undefined
  readonly cluster: { readonly server: string; readonly context: string }
  readonly namespace: string
  readonly strategy: 'catalog' | 'rolling'
  readonly parallelism: number
  readonly onFailure: OnFailure
  /** What follows when a canary could not be judged. */
  readonly onInconclusive: 'fail' | 'go-on'
  readonly fieldConflicts: 'fail' | 'force'
  readonly services: readonly PlannedService[]
  readonly steps: readonly Step[]
}

/** What the machine must know of a planned service. */
export function partOf({ id, does, objects, timeout, soak, stages }: PlannedService): Part {
  const changes = does === 'release'
  const creates = changes && (objects.some((object) => object.does === 'create') || stages.length > 1)
  return { id, changes, creates, timeout, soak, ...(changes && { stages: stages.map(({ name, hold, analyse }) => ({ name, hold, analyse })) }) }
}

/** Completes a plan by its steps and its hash. */
export function planOf(draft: Omit<Plan, 'schema' | 'hash' | 'steps'>): Plan {
  const whole = { schema: planSchemaId, ...draft, steps: stepsOf(draft.services) } as const
  return { ...whole, hash: hashOf(whole) }
}

/** SHA-256 of the canonical JSON of everything in a plan but its hash. */
export function hashOf(plan: Omit<Plan, 'hash'>): string {
  const { hash: _, ...rest } = plan as Plan
  return digest(rest)
}

/** The services of a cycle wait for what any of them needs, and not for each other. */
function stepsOf(services: readonly PlannedService[]): readonly Step[] {
  const reach = reachOf(services)
  const inOneCycle = (a: ServiceId, b: ServiceId): boolean => a === b || (reach(a).has(b) && reach(b).has(a))
  const last = (id: ServiceId): string => (services.find((service) => service.id === id)?.does === 'check' ? `${id}/check` : `${id}/soak`)
  return services.flatMap(({ id, does, stages }): readonly Step[] => {
    const unit = services.filter((other) => inOneCycle(id, other.id))
    const needed = new Set(unit.flatMap((member) => member.dependencies).filter((dependency) => !inOneCycle(id, dependency)))
    const needs = services.filter((other) => [...needed].some((dependency) => inOneCycle(dependency, other.id))).map((other) => last(other.id))
    if (does === 'check') return [{ id: `${id}/check`, service: id, does: 'check', needs }]
    const steps: Step[] = []
    const then = (name: string, what: Step['does']): void => void steps.push({ id: `${id}/${name}`, service: id, does: what, needs: steps.length === 0 ? needs : [(steps.at(-1) as Step).id] })
    for (const { name, hold, analyse } of stages) {
      // Where there is one stage it needs no name.
      const place = stages.length === 1 ? '' : `${name}/`
      then(`${place}apply`, 'apply')
      then(`${place}settle`, 'settle')
      if (hold > 0) then(`${place}hold`, analyse ? 'analyse' : 'hold')
    }
    then('soak', 'soak')
    return steps
  })
}

function reachOf(services: readonly PlannedService[]): (id: ServiceId) => ReadonlySet<ServiceId> {
  const direct = new Map(services.map((service) => [service.id, service.dependencies]))
  const known = new Map<ServiceId, ReadonlySet<ServiceId>>()
  return (id) => {
    const found = known.get(id)
    if (found !== undefined) return found
    const reached = new Set<ServiceId>()
    const queue = [...(direct.get(id) ?? [])]
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      if (reached.has(next)) continue
      reached.add(next)
      queue.push(...(direct.get(next) ?? []))
    }
    known.set(id, reached)
    return reached
  }
}
