import type { ServiceId } from '@fermata/catalog'
import { containersOf } from '@fermata/manifests'
import type { Metrics, Ports } from '@fermata/ports'
import { ConfigurationError, type Reason } from '@fermata/verdict'
import { because } from './codes.ts'
import { questionsAtATime } from './defaults.ts'
import { onInconclusiveOf } from './journal/entry.ts'
import { journalsIn } from './journal/store.ts'
import { isWorkload } from './plan/apply-order.ts'
import { digest } from './plan/canonical.ts'
import { type Fact, gatherFacts } from './plan/facts.ts'
import { withoutSecrets } from './plan/field-changes.ts'
import { nameOf, refOf } from './plan/objects.ts'
import { missingPermissions } from './plan/permissions.ts'
import { intentOf } from './plan/intent.ts'
import { type Plan, planOf, type PlannedService, type PlannedStage } from './plan/plan.ts'
import type { StageWork } from './strategy/way.ts'
import { rightsFor } from './strategy/rehearse.ts'
import { type ServiceWay, waysOf } from './strategy/ways.ts'
import { type Desired, findTarget, readDesired, type Target } from './prepare.ts'
import type { DeployRequest } from './request.ts'

/** A plan, and all that is needed to carry it out. */
export interface Prepared {
  readonly target: Target
  readonly desired: Desired
  readonly plan: Plan
  /** Of the objects that could be asked about. With an error among the reasons, not all. */
  readonly facts: readonly Fact[]
  /** How each service goes forward. */
  readonly ways: ReadonlyMap<ServiceId, ServiceWay>
  /** Who is asked whether a new version is worse. */
  readonly metrics: Metrics | undefined
  readonly reasons: readonly Reason[]
}

/**
 * Reads the catalog and the manifests, asks the cluster, and makes the plan. Writes nothing.
 * @param known where the request leads, if that has been found out before
 * @throws ConfigurationError, EnvironmentError
 */
export async function makePlan(request: DeployRequest, ports: Pick<Ports, 'files' | 'cluster' | 'metrics'>, known?: Target): Promise<Prepared> {
  if (request.parallelism < 1) throw new ConfigurationError([{ says: 'Input parallelism is 0, so nothing could ever start.', remedy: 'Write a whole number from 1.' }])
  const target = known ?? (await findTarget(request, ports))
  const desired = await readDesired(request, target.catalog, ports.files)
  refuseImpossibleTimes(request, target, desired)
  const findings = await gatherFacts(desired.wanted.map((one) => ({ ...one, role: desired.selection.roles.get(one.service) ?? 'check' })), { cluster: target.cluster, namespace: target.namespace, force: request['field-conflicts'] === 'force', parallelism: questionsAtATime })
  const facts = findings.flatMap((finding) => (finding.is === 'fact' ? [finding.fact] : []))
  const wrong = findings.flatMap((finding) => (finding.is === 'wrong' ? [finding.reason] : []))
  const ways = await waysOf(request, target, desired, facts, ports.files)
  const plan = planOf({
    environment: request.environment,
    cluster: { server: target.cluster.identity.server, context: target.cluster.identity.context },
    namespace: target.namespace,
    strategy: request.strategy,
    parallelism: request.parallelism,
    onFailure: request['on-failure'],
    onInconclusive: onInconclusiveOf(request),
    fieldConflicts: request['field-conflicts'],
    services: plannedServices(request, target, desired, facts, ways),
  })
  const forbidden = plan.services.length === 0 ? [] : await missingPermissions(target.cluster, target.namespace, facts, await rightsFor(target.cluster, Array.from(ways.values(), ({ stages }) => stages).flat()))
  const reasons = [...desired.reasons, ...wrong, ...forbidden, ...Array.from(ways.values(), (way) => way.reasons).flat(), ...cycleReasons(desired), ...staleConfiguration(plan), ...emptiness(request, desired), ...(await unfinished(target, forbidden))]
  const metrics = request['prometheus-url'] === undefined ? undefined : await ports.metrics({ url: request['prometheus-url'], token: request['prometheus-token'] })
  return { target, desired, plan, facts, ways, metrics, reasons }
}

/** The services that a plan changes. */
export function changedIn({ services }: Plan): readonly ServiceId[] {
  return services.filter(({ does }) => does === 'release').map(({ id }) => id)
}

/** What a prepared release means, whatever the cluster is like. */
export function intentOfPrepared({ plan, desired }: Prepared): string {
  return intentOf(plan, (id) => desired.selection.roles.get(id) === 'release')
}

/** A service that may take less time than it must stay ready could only fail. */
function refuseImpossibleTimes(request: DeployRequest, { catalog }: Target, { selection }: Desired): void {
  const problems = [...selection.roles].flatMap(([id, role]) => {
    const service = catalog.services.get(id)
    const timeout = request.timeout ?? service?.timeout ?? 0
    if (role !== 'release' || service === undefined || timeout > service.soak) return []
    return [{ says: `${id} may take ${timeout / 1000} s and must stay ready for ${service.soak / 1000} s, so it could only fail.`, remedy: 'Give it a longer timeout, or a shorter soak.', where: service.where }]
  })
  if (problems.length > 0) throw new ConfigurationError(problems)
}

function plannedServices(request: DeployRequest, { catalog }: Target, { selection, wanted }: Desired, facts: readonly Fact[], ways: ReadonlyMap<ServiceId, ServiceWay>): readonly PlannedService[] {
  return selection.graph.ids.map((id): PlannedService => {
    const service = catalog.services.get(id)
    if (service === undefined) throw new RangeError(`The catalog has no service ${id}.`)
    const own = facts.filter((fact) => fact.service === id)
    return {
      id,
      does: ways.get(id)?.changes === true ? 'release' : 'check',
      dependencies: selection.graph.dependencies(id),
      strategy: service.strategy,
      timeout: request.timeout ?? service.timeout,
      soak: service.soak,
      stages: (ways.get(id)?.stages ?? []).map(plannedStage),
      objects: own.map(({ object, does, changes }) => ({ ref: refOf(object), does, digest: digest(withoutSecrets(object)), changes })),
      migration: ways.get(id)?.migration,
      images: [...new Set(wanted.filter((one) => one.service === id).flatMap(({ object }) => containersOf(object).flatMap(({ image }) => image ?? [])))],
    }
  })
}

function plannedStage({ stage, protection, says, write, record, temporary }: StageWork): PlannedStage {
  return { ...stage, protection, says, digest: digest([...write, ...record, ...temporary].map(withoutSecrets)) }
}

/** Releases that were left before they ended. Where journals may not be listed, that has been said already. */
async function unfinished({ cluster, namespace }: Target, forbidden: readonly Reason[]): Promise<readonly Reason[]> {
  if (forbidden.some(({ severity }) => severity === 'error')) return []
  const open = (await journalsIn(cluster, namespace).list()).filter(({ ended }) => !ended)
  return open.map(({ release, updatedAt }) => because('FM-DEPLOY-UNFINISHED', { says: `Release ${release} has not ended; its journal was last written at ${updatedAt}.` }))
}

/** A pod reads most configuration when it starts. */
function staleConfiguration(plan: Plan): readonly Reason[] {
  return plan.services.flatMap(({ id, objects }) => {
    const changed = objects.filter(({ ref, does }) => does === 'change' && ref.apiVersion === 'v1' && (ref.kind === 'ConfigMap' || ref.kind === 'Secret'))
    const still = objects.filter(({ ref }) => isWorkload(ref))
    if (changed.length === 0 || still.length === 0 || still.some(({ does }) => does !== 'same')) return []
    return [because('FM-DEPLOY-CONFIG-NOT-RELOADED', { says: `${changed.map(({ ref }) => nameOf(ref)).join(', ')} of ${id} changes, and no pod of ${id} is started again by that.`, service: id })]
  })
}

function cycleReasons({ selection }: Desired): readonly Reason[] {
  return selection.graph.cycles.map((cycle) => because('FM-DEPLOY-CYCLE', { says: `${cycle.join(' needs ')}: they go out as one.`, service: cycle[0] as ServiceId }))
}

function emptiness(request: DeployRequest, { selection }: Desired): readonly Reason[] {
  if (selection.roles.size > 0) return []
  const asked = request.services !== undefined
  return [because('FM-DEPLOY-NOTHING-TO-DO', { says: asked ? 'The input services is an empty list, so nothing is released.' : 'No service of the catalog has manifests, so nothing is released.', ...(asked && { severity: 'note' }) })]
}
