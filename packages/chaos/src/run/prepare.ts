import { type Catalog, type Environment, readCatalog } from '@fermata/catalog'
import type { Cluster, Ports } from '@fermata/ports'
import { ConfigurationError, decide, didYouMean, type Evidence, type Reason } from '@fermata/verdict'
import { because } from '../codes.ts'
import { longestFault } from '../defaults.ts'
import type { Experiment } from '../experiment/model.ts'
import { readExperiment } from '../experiment/read.ts'
import type { Aim, FaultKind, Site, Touch } from '../faults/fault.ts'
import { usualWindow } from '../measure/failed-share.ts'
import type { ChaosRequest } from '../request.ts'
import { spentBudget } from '../target/budget.ts'
import { parseBlastRadius } from '../target/blast-radius.ts'
import { chooseVictims } from '../target/choose.ts'
import { findTarget, type Target } from '../target/find-target.ts'
import { guard } from '../target/guards.ts'
import { missingPermissions } from '../target/permissions.ts'

export type ChaosPorts = Pick<Ports, 'cluster' | 'clock' | 'files' | 'http' | 'invocation' | 'keep' | 'log' | 'metrics' | 'random' | 'signal'>

/** What is judged by. Times are milliseconds. */
export interface Limits {
  readonly recoverySlaMs: number
  readonly maxFailedRate: number
  readonly windowMs: number
}

/** Everything that is known before anything is done. With a reason that is not harmless, nothing will be. */
export interface Plan {
  readonly id: string
  readonly experiment: Experiment
  readonly limits: Limits
  readonly cluster: Cluster
  readonly namespace: string
  /** Undefined where nothing matches. */
  readonly aimed: { readonly target: Target; readonly aim: Aim; readonly touches: readonly Touch[] } | undefined
  readonly reasons: readonly Reason[]
  readonly evidence: readonly Evidence[]
}

/** Whether nothing stands against a plan but warnings. */
export function mayGoOn(reasons: readonly Reason[]): boolean {
  return ['pass', 'warn'].includes(decide(reasons))
}

/** Where a request leads. */
export interface Place {
  readonly cluster: Cluster
  readonly namespace: string
  readonly environment: Environment | undefined
  readonly reasons: readonly Reason[]
}

/**
 * Reads the experiment, finds its victims, and asks everything that could forbid it. Writes nothing.
 * @throws ConfigurationError for what the caller must change; EnvironmentError where the cluster cannot be asked
 */
export async function makePlan(request: ChaosRequest, ports: ChaosPorts, kinds: readonly FaultKind[]): Promise<Plan> {
  const experiment = await readExperiment(ports.files, request.experiment, kinds)
  const radius = parseBlastRadius(request['blast-radius'])
  const { cluster, namespace, reasons } = await findPlace(request, ports, experiment)
  const id = experimentId(ports)
  const { everyMs, windowMs } = experiment.pace
  const limits: Limits = { recoverySlaMs: request['recovery-sla'], maxFailedRate: request['max-failed-rate'], windowMs: windowMs ?? usualWindow(request['max-failed-rate'], everyMs, request['recovery-sla'], longestFault) }
  const plan = { id, experiment, limits, cluster, namespace, evidence: [] }
  const ignored = experiment.ignored.map((says) => because('FM-CHAOS-IGNORED', { says: `Of the experiment, ${says}.`, where: experiment.where }))
  const missing = await missingPermissions(cluster, namespace, experiment.fault)
  // Without the right to look there is nothing to be seen, and an empty list would say too much.
  if (missing.length > 0) return { ...plan, aimed: undefined, reasons: [...reasons, ...ignored, ...missing] }
  const target = await findTarget(experiment, namespace, cluster, ports.files, request.config)
  if ('code' in target) return { ...plan, aimed: undefined, reasons: [...reasons, ...ignored, target] }
  const aim: Aim = { id, namespace, selector: target.selector, pods: target.pods, victims: chooseVictims(target.pods, experiment.amount) }
  const forbidden = guard(aim, { radius, minRemaining: request['min-remaining'], protectedNamespaces: request['protected-namespaces'] })
  const site: Site = { cluster, clock: ports.clock, aim }
  const found = await experiment.fault.rehearse(site)
  const budget = await spentBudget(request, ports, experiment)
  return { ...plan, aimed: { target, aim, touches: experiment.fault.touches(aim) }, reasons: [...reasons, ...ignored, ...forbidden, ...found, ...budget.reasons], evidence: budget.evidence }
}

/**
 * Connects, and says whether this is a cluster that somebody has named.
 * The connection is not ended by a request to stop: what is in effect then must still be lifted.
 */
export async function findPlace(request: ChaosRequest, ports: Pick<ChaosPorts, 'files' | 'cluster'>, experiment?: Experiment): Promise<Place> {
  const environment = request.environment === undefined ? undefined : environmentOf(await readCatalog(ports.files, request.config), request.environment)
  const wanted = request.context ?? environment?.context
  const namespace = request.namespace ?? experiment?.namespace ?? environment?.namespace
  const connected = await ports.cluster({ kubeconfig: request.kubeconfig, context: wanted, namespace })
  const cluster = connected.under(undefined)
  const { context } = cluster.identity
  const allowed = experiment?.contexts ?? []
  const reasons: Reason[] = []
  if (allowed.length > 0 && !allowed.includes(context)) reasons.push(because('FM-CHAOS-CONTEXT', { says: `The experiment may run in ${allowed.join(', ')}, and this is the context ${context}.` }))
  else if (allowed.length === 0 && wanted === undefined) reasons.push(because('FM-CHAOS-CONTEXT', { says: `Nobody has said that this may be done in the context ${context}.` }))
  return { cluster, environment, reasons, namespace: namespace ?? cluster.identity.namespace }
}

function environmentOf(catalog: Catalog, name: string): Environment {
  const found = catalog.environments.get(name)
  if (found !== undefined) return found
  const names = [...catalog.environments.keys()]
  const meant = didYouMean(name, names)
  throw new ConfigurationError([{ says: `Input environment: ${catalog.file} has no environment ${JSON.stringify(name)}.`, remedy: meant !== undefined ? `Did you mean ${meant}?` : names.length === 0 ? 'Define it under environments.' : `Name one of ${names.join(', ')}.` }])
}

/** `c20260823-101502-4f1c2a`: sorts by time. UTC. */
function experimentId({ clock, random }: Pick<ChaosPorts, 'clock' | 'random'>): string {
  const [date = '', time = ''] = new Date(clock.now()).toISOString().split('T')
  const mark = Math.floor(random.next() * 0x1000000).toString(16).padStart(6, '0')
  return `c${date.replaceAll('-', '')}-${time.slice(0, 8).replaceAll(':', '')}-${mark}`
}
