import type { ServiceId } from '@fermata/catalog'
import type { Reason, Report } from '@fermata/verdict'
import { because } from './codes.ts'
import { releaseKept } from './clean-up.ts'
import type { DeployPorts } from './deploy.ts'
import type { ServiceWork } from './hands/work.ts'
import { entryOf, type JournalHead } from './journal/entry.ts'
import { journalsIn } from './journal/store.ts'
import { type JournalScribe, journalScribe } from './journal/writer.ts'
import { makePlan, type Prepared } from './make-plan.ts'
import { beginRelease } from './machine/advance.ts'
import { orderOf, type Order } from './machine/order.ts'
import { planDifferences } from './plan/differences.ts'
import { keepPlan } from './plan/keep-plan.ts'
import { refOf } from './plan/objects.ts'
import { partOf } from './plan/plan.ts'
import { readPlan } from './plan/read-plan.ts'
import { releaseId } from './release-id.ts'
import { reportPlan } from './report/plan-report.ts'
import { reportRelease } from './report/release-report.ts'
import type { DeployRequest } from './request.ts'
import { runRelease } from './run-release.ts'

/** Makes the plan again, refuses to do anything but what was approved, and carries it out. */
export async function applyRelease(request: DeployRequest, ports: DeployPorts): Promise<Report> {
  const startedAt = ports.clock.now()
  const approved = request.plan === undefined ? undefined : await readPlan(ports.files, request.plan)
  const prepared = await makePlan(request, ports)
  const { plan, target } = prepared
  const file = await keepPlan(request, ports.files, plan)
  const refusals: Reason[] = []
  if (approved !== undefined && approved.hash !== plan.hash) {
    refusals.push(because('FM-DEPLOY-PLAN-DIFFERS', { says: `The approved plan is ${approved.hash.slice(0, 12)}, and what would be done now is ${plan.hash.slice(0, 12)}: ${planDifferences(approved, plan).join('; ')}.` }))
  }
  if (approved === undefined && target.environment?.approval === 'required') refusals.push(because('FM-DEPLOY-APPROVAL-REQUIRED', { says: `Environment ${target.environment.name} wants an approved plan, and the input plan is empty.` }))
  const reasons = [...prepared.reasons, ...refusals]
  if (reasons.some(({ severity }) => severity === 'error' || severity === 'inconclusive') || plan.services.length === 0) return reportPlan(request, ports, { ...prepared, reasons }, file, startedAt)

  const order = orderOfPlan(prepared)
  const begun = beginRelease(order)
  const release = releaseId(startedAt, plan.hash)
  const head = headOf(request, ports, prepared, release, startedAt)
  // A release that changes nothing leaves no journal: there is nothing to undo.
  const changes = plan.services.some(({ does }) => does === 'release')
  const openJournal = async (): Promise<JournalScribe> => {
    if (changes) ports.keep(releaseKept, release)
    const store = changes ? await journalsIn(target.cluster, target.namespace).create({ entry: entryOf(head, begun, startedAt), formers: new Map() }) : { save: () => Promise.resolve() }
    return journalScribe(head, begun, new Map(), store, ports.clock)
  }
  if (changes) ports.log.info(`Release ${release}: ${plan.services.filter(({ does }) => does === 'release').length} services to change, plan ${plan.hash.slice(0, 12)}.`)
  const waves = prepared.desired.selection.graph.waves()
  const ran = await runRelease(begun, {
    cluster: target.cluster,
    clock: ports.clock,
    log: ports.log,
    signal: ports.signal,
    release,
    work: workOfPlan(prepared),
    openJournal,
    force: plan.fieldConflicts === 'force',
    waveOf: (id) => waves.findIndex((wave) => wave.includes(id)) + 1,
  })
  return reportRelease({ request, ports, startedAt, title: 'release', release: changes ? release : undefined, planHash: plan.hash, planFile: file, prepared, graph: prepared.desired.selection.graph, ran, reasons })
}

function orderOfPlan({ plan, desired }: Prepared): Order {
  const parts = new Map(plan.services.map((service) => [service.id, partOf(service)]))
  return orderOf(desired.selection.graph, parts, { parallelism: plan.parallelism, onFailure: plan.onFailure })
}

function workOfPlan({ plan, facts }: Prepared): ReadonlyMap<ServiceId, ServiceWork> {
  return new Map(plan.services.map(({ id, does }) => {
    const own = facts.filter(({ service }) => service === id)
    return [id, { id, write: does === 'release' ? own.filter((fact) => fact.does !== 'same').map(({ object }) => object) : [], watch: own.map(({ object }) => refOf(object)) }]
  }))
}

function headOf(request: DeployRequest, { invocation }: DeployPorts, { plan, desired }: Prepared, release: string, startedAt: number): JournalHead {
  return {
    release,
    planHash: plan.hash,
    environment: request.environment,
    startedAt,
    by: { repository: invocation.repository, run: invocation.runUrl ?? invocation.runId, actor: invocation.actor, sha: invocation.trigger.sha },
    dependencies: (id) => desired.selection.graph.dependencies(id),
  }
}
