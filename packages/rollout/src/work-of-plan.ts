import type { Service, ServiceId } from '@fermata/catalog'
import type { Metrics } from '@fermata/ports'
import type { ServiceWork } from './hands/work.ts'
import type { Prepared } from './make-plan.ts'
import { refOf } from './plan/objects.ts'
import type { StageWork } from './strategy/way.ts'

/** What there is to do with each service of a plan. */
export function workOfPlan({ plan, facts, ways, metrics, target }: Prepared): ReadonlyMap<ServiceId, ServiceWork> {
  return new Map(plan.services.map(({ id, does }) => {
    const own = facts.filter(({ service }) => service === id)
    return [id, { id, stages: ways.get(id)?.stages ?? [], analysis: analysisOf(target.catalog.services.get(id), ways.get(id)?.stages ?? [], metrics), write: does === 'release' ? own.filter((fact) => fact.does !== 'same').map(({ object }) => object) : [], watch: own.map(({ object }) => refOf(object)), absent: own.filter((fact) => fact.does === 'create').map(({ object }) => refOf(object)) }]
  }))
}

function analysisOf(service: Service | undefined, stages: readonly StageWork[], metrics: Metrics | undefined): ServiceWork['analysis'] {
  if (service?.analysis === undefined || metrics === undefined) return undefined
  const { requests, failures, interval } = service.analysis
  return { metrics, requests, failures, interval, planned: stages.reduce((sum, { stage }) => sum + (stage.analyse ? stage.hold : 0), 0) }
}
