import type { ServiceId } from '@fermata/catalog'
import type { Instant, ObjectRef } from '@fermata/ports'
import { type Block, buildReport, type Cell, type Reason, type Report, type State } from '@fermata/verdict'
import { because } from './codes.ts'
import type { DeployPorts } from './deploy-ports.ts'
import { diagnose } from './hands/diagnose.ts'
import { watchOtherKinds } from './hands/cluster-hands.ts'
import { judgeService } from './hands/judge-service.ts'
import { openSight } from './hands/sight.ts'
import type { JournalEntry } from './journal/entry.ts'
import { journalsIn } from './journal/store.ts'
import { refOf } from './plan/objects.ts'
import { findTarget, readDesired, type Target } from './prepare.ts'
import { subjectOf } from './report/subject.ts'
import type { DeployRequest } from './request.ts'
import type { Assessment } from './readiness/assessment.ts'
import { assessorOf } from './readiness/kinds.ts'

/** Which releases there are, and how the services of the catalog stand now. Writes nothing. */
export async function showStatus(request: DeployRequest, ports: DeployPorts): Promise<Report> {
  const startedAt = ports.clock.now()
  const target = await findTarget(request, ports)
  const desired = await readDesired({ ...request, images: undefined }, target.catalog, ports.files)
  const releases = (await journalsIn(target.cluster, target.namespace).list()).filter(({ release }) => request.release === undefined || release === request.release)
  const refs = await refsOf(target, desired.wanted)
  const standing = await lookAt(target, ports, refs)
  const reasons: Reason[] = []
  for (const [id, seen] of standing) {
    if (seen.is === 'progressing') reasons.push(because('FM-DEPLOY-NOT-READY', { says: `${id} is not ready: ${seen.says}.`, service: id, where: seen.where }))
    if (seen.is === 'failed') reasons.push((await diagnose(target.cluster, ports.clock, id, seen.cause)).because)
  }
  for (const entry of releases.filter(({ ended }) => !ended)) reasons.push(because('FM-DEPLOY-UNFINISHED', { says: `Release ${entry.release} has not ended; its journal was last written at ${entry.updatedAt}.` }))
  if (standing.size === 0) reasons.push(because('FM-DEPLOY-NOTHING-TO-DO', { says: 'No service of the catalog has manifests, so nothing was looked at.' }))
  const readyCount = [...standing.values()].filter(({ is }) => is === 'ready').length
  return buildReport({
    capability: 'orchestrated-deploy',
    summary: `${readyCount} of ${standing.size} services are ready; ${releases.length} ${releases.length === 1 ? 'release' : 'releases'} in namespace ${target.namespace}.`,
    startedAt,
    endedAt: ports.clock.now(),
    subject: subjectOf(request, ports.invocation, [...standing.keys()]),
    reasons,
    sections: [
      { id: 'services', title: 'Services', blocks: [servicesTable(standing)] },
      { id: 'releases', title: 'Releases', blocks: [releasesTable(releases)] },
    ],
    outputs: { deployed: '[]', unchanged: JSON.stringify([...standing].filter(([, { is }]) => is === 'ready').map(([id]) => id)), 'rolled-back': '[]', held: '[]', failed: JSON.stringify([...standing].filter(([, { is }]) => is === 'failed').map(([id]) => id)), plan: '', 'plan-hash': '', release: releases[0]?.release ?? '' },
    onInconclusive: request['on-inconclusive'],
  })
}

async function refsOf({ cluster, namespace }: Target, wanted: Awaited<ReturnType<typeof readDesired>>['wanted']): Promise<ReadonlyMap<ServiceId, readonly ObjectRef[]>> {
  const refs = new Map<ServiceId, ObjectRef[]>()
  for (const { service, object } of wanted) {
    const known = await cluster.knows(object)
    const ref = refOf(object)
    const full = known?.namespaced === false ? ref : { ...ref, namespace: ref.namespace ?? namespace }
    refs.set(service, [...(refs.get(service) ?? []), full])
  }
  return refs
}

async function lookAt({ cluster }: Target, { clock }: DeployPorts, refs: ReadonlyMap<ServiceId, readonly ObjectRef[]>): Promise<ReadonlyMap<ServiceId, Assessment>> {
  const all = [...refs.values()].flat()
  const sight = await openSight(cluster, clock, [...new Set(all.flatMap(({ namespace }) => namespace ?? []))])
  try {
    for (const ref of all) if (assessorOf(ref) !== undefined && (await cluster.knows(ref)) !== undefined) await watchOtherKinds([ref], sight)
    const view = sight.look()
    // Objects that were there long before are not judged by how long they are silent.
    const longAgo: Instant = 0
    return new Map(Array.from(refs, ([id, own]) => [id, judgeService(id, own, longAgo, view, { generation: new Map(), seen: new Map() })]))
  } finally {
    sight.close()
  }
}

function servicesTable(standing: ReadonlyMap<ServiceId, Assessment>): Block {
  const shown: Readonly<Record<Assessment['is'], State>> = { ready: 'good', progressing: 'running', failed: 'bad' }
  const rows = Array.from(standing, ([id, seen]): readonly Cell[] => [id, { text: seen.is, state: shown[seen.is] }, seen.is === 'ready' ? '' : seen.is === 'progressing' ? seen.says : seen.cause.says])
  return { kind: 'table', columns: [{ title: 'Service' }, { title: 'State' }, { title: 'Why' }], rows, empty: 'No service has manifests.' }
}

function releasesTable(releases: readonly JournalEntry[]): Block {
  const rows = releases.map((entry): readonly Cell[] => {
    const count = (name: string): number => entry.services.filter(({ state }) => state === name).length
    return [entry.release, entry.startedAt, entry.ended ? entry.course : 'not ended', count('promoted'), count('undone'), count('stuck') + count('failed'), entry.by.actor ?? '']
  })
  return { kind: 'table', columns: [{ title: 'Release' }, { title: 'Started' }, { title: 'Course' }, { title: 'Deployed', align: 'right' }, { title: 'Undone', align: 'right' }, { title: 'Failed', align: 'right' }, { title: 'By' }], rows, empty: 'There is no journal here.' }
}
