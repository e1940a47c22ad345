import type { Instant } from '@fermata/ports'
import type { Reason, Report } from '@fermata/verdict'
import { because } from './codes.ts'
import type { DeployPorts } from './deploy-ports.ts'
import { getReady, type Ready } from './get-ready.ts'
import { releaseKept } from './hold.ts'
import { entryOf, type JournalHead, rememberedOf } from './journal/entry.ts'
import { journalsIn } from './journal/store.ts'
import { type JournalScribe, journalScribe } from './journal/writer.ts'
import { changedIn, intentOfPrepared, type Prepared } from './make-plan.ts'
import { beginRelease } from './machine/advance.ts'
import { orderOf, type Order } from './machine/order.ts'
import { partOf } from './plan/plan.ts'
import { readPlan } from './plan/read-plan.ts'
import { findTarget, type Target } from './prepare.ts'
import { releaseId } from './release-id.ts'
import { reportPlan } from './report/plan-report.ts'
import { reportRelease } from './report/release-report.ts'
import type { DeployRequest } from './request.ts'
import { resumeTaken } from './resume-release.ts'
import { undoAll } from './rollback-release.ts'
import { runRelease } from './run-release.ts'
import { takeUp } from './take-up.ts'
import { workOfPlan } from './work-of-plan.ts'

/**
 * Makes the plan again, refuses to do anything but what was approved, and carries it out.
 * A release of the same services that was left before it ended is first gone on with, if it means the same, or else undone.
 */
export async function applyRelease(request: DeployRequest, ports: DeployPorts): Promise<Report> {
  const startedAt = ports.clock.now()
  const approved = request.plan === undefined ? undefined : await readPlan(ports.files, request.plan)
  const target = await findTarget(request, ports)
  const before: Reason[] = []
  for (;;) {
    const ready = await getReady(request, ports, target, approved)
    if (ready.is === 'refused') return reportPlan(request, ports, { ...ready.prepared, reasons: [...before, ...ready.prepared.reasons] }, ready.file, startedAt)
    if (ready.is === 'left-behind') {
      const end = await clearTheWay(request, ports, target, ready, startedAt)
      if (end.is === 'over') return end.report
      before.push(...end.reasons)
      continue
    }
    try {
      return await carryOut(request, ports, ready, startedAt, before)
    } finally {
      await ready.warrant.release()
    }
  }
}

type Cleared = { readonly is: 'over'; readonly report: Report } | { readonly is: 'cleared'; readonly reasons: readonly Reason[] }

/** Another release lies in the way: it is under way, or means the same and is gone on with, or is undone. */
async function clearTheWay(request: DeployRequest, ports: DeployPorts, target: Target, { prepared, file, entry: { release }, sameIntent, entry }: Extract<Ready, { readonly is: 'left-behind' }>, startedAt: Instant): Promise<Cleared> {
  const taken = await takeUp(target, ports, entry)
  if (taken.is === 'refused') return { is: 'over', report: reportPlan(request, ports, { ...prepared, reasons: [...prepared.reasons.filter(({ code }) => code !== 'FM-DEPLOY-UNFINISHED'), taken.reason] }, file, startedAt) }
  const { opened, warrant } = taken
  try {
    // While we waited for its leases it came to its end.
    if (opened.journal.entry.ended) return { is: 'cleared', reasons: [] }
    const back = { request, ports, target, warrant, opened, startedAt, reasons: [] }
    if (sameIntent) return { is: 'over', report: await resumeTaken(back) }
    const undone = await undoAll({ ...back, title: 'abort' })
    if (undone.verdict !== 'pass' && undone.verdict !== 'warn') return { is: 'over', report: undone }
    return { is: 'cleared', reasons: [because('FM-DEPLOY-UNFINISHED', { says: `Release ${release}, which means something else, was left before it ended; it was undone first.`, remedy: 'Nothing has to be done.', severity: 'note' })] }
  } finally {
    await warrant.release()
  }
}

async function carryOut(request: DeployRequest, ports: DeployPorts, { prepared, file, warrant }: Extract<Ready, { readonly is: 'ready' }>, startedAt: Instant, before: readonly Reason[]): Promise<Report> {
  const { plan, target } = prepared
  const begun = beginRelease(orderOfPlan(prepared))
  const release = releaseId(startedAt, plan.hash)
  const head = headOf(request, ports, prepared, release, startedAt)
  // A release that changes nothing leaves no journal: there is nothing to undo.
  const changes = changedIn(plan).length > 0
  const openJournal = async (): Promise<JournalScribe> => {
    if (changes) ports.keep(releaseKept, release)
    const store = changes ? await journalsIn(target.cluster, target.namespace).create({ entry: entryOf(head, begun, startedAt), formers: new Map() }, warrant.fence) : { save: () => Promise.resolve() }
    return journalScribe(head, begun, new Map(), store, ports.clock)
  }
  if (changes) ports.log.info(`Release ${release}: ${changedIn(plan).length} services to change, plan ${plan.hash.slice(0, 12)}.`)
  const waves = prepared.desired.selection.graph.waves()
  const ran = await runRelease(begun, {
    cluster: target.cluster,
    clock: ports.clock,
    log: ports.log,
    signal: ports.signal,
    release,
    warrant,
    work: workOfPlan(prepared),
    openJournal,
    takesOver: false,
    force: plan.fieldConflicts === 'force',
    waveOf: (id) => waves.findIndex((wave) => wave.includes(id)) + 1,
  })
  return reportRelease({ request, ports, startedAt, title: 'release', release: changes ? release : undefined, planHash: plan.hash, planFile: file, prepared, graph: prepared.desired.selection.graph, ran, reasons: [...before, ...prepared.reasons] })
}

function orderOfPlan({ plan, desired }: Prepared): Order {
  const parts = new Map(plan.services.map((service) => [service.id, partOf(service)]))
  return orderOf(desired.selection.graph, parts, { parallelism: plan.parallelism, onFailure: plan.onFailure, onInconclusive: plan.onInconclusive })
}

function headOf(request: DeployRequest, { invocation }: DeployPorts, prepared: Prepared, release: string, startedAt: number): JournalHead {
  const { plan, desired } = prepared
  return {
    release,
    planHash: plan.hash,
    intent: intentOfPrepared(prepared),
    request: rememberedOf(request),
    environment: request.environment,
    startedAt,
    by: { repository: invocation.repository, run: invocation.runUrl ?? invocation.runId, actor: invocation.actor, sha: invocation.trigger.sha },
    dependencies: (id) => desired.selection.graph.dependencies(id),
  }
}
