import type { Service } from '@fermata/catalog'
import { type KubeObject, mapAt, numberAt, type ObjectRef } from '@fermata/ports'
import type { Reason } from '@fermata/verdict'
import { because } from '../codes.ts'
import { trafficSettles } from '../defaults.ts'
import { isWorkload, stageOf } from '../plan/apply-order.ts'
import type { Fact } from '../plan/facts.ts'
import { keyOf, nameOf, placeOf, refOf } from '../plan/objects.ts'
import { nearestRatio } from '../traffic/replica-ratio.ts'
import type { Split } from '../traffic/router.ts'
import { routerOf } from '../traffic/routers.ts'
import { deploymentBeside, nameBeside, selectorBeside, serviceBeside } from './beside.ts'
import type { MigrationObjects } from './migration.ts'
import type { Surroundings } from './surroundings.ts'
import { type StageWork, stageWork } from './way.ts'

/** All from which the stages of a service follow. */
export interface Ground {
  readonly service: Service
  readonly strategy: Service['strategy']
  readonly facts: readonly Fact[]
  /** Of a canary or blue-green service with one Deployment; else undefined. */
  readonly around: Surroundings | undefined
  /** Undefined where there is none, or where it has run. */
  readonly migration: MigrationObjects | undefined
  /** There are metrics to ask. */
  readonly metrics: boolean
  /** Whether a service whose catalog wants it to be judged may go out unjudged. */
  readonly mayGoUnjudged: boolean
}

export interface Way {
  readonly stages: readonly StageWork[]
  readonly reasons: readonly Reason[]
}

/** How a service goes forward, stage by stage. Pure: the same ground gives the same stages. */
export function layStages(ground: Ground): Way {
  const { service, strategy, around, migration } = ground
  const before = migration === undefined ? [] : [stageWork({ name: 'migrate', hold: 0, analyse: false }, `${nameOf(refOf(migration.job))} runs ${service.migrationScripts.length} scripts`, { record: [migration.scripts, migration.job], watch: [refOf(migration.job)] })]
  const onward = strategy === 'rolling' ? { stages: [atOnce(ground)], reasons: [] } : beside(ground)
  return { stages: [...before, ...onward.stages], reasons: [...(around?.reasons ?? []), ...onward.reasons] }
}

/** The Deployment of a service that consists of one, and the Services that find its pods. */
export function shapeOf(facts: readonly Fact[]): { readonly deployment: Fact | undefined; readonly services: readonly Fact[]; readonly workloads: readonly Fact[] } {
  const workloads = facts.filter(({ object }) => isWorkload(object))
  const [only] = workloads
  const deployment = workloads.length === 1 && only?.object.kind === 'Deployment' ? only : undefined
  const labels = mapAt(deployment?.object, 'spec', 'template', 'metadata', 'labels')
  const services = facts.filter(({ object }) => {
    const selector = Object.entries(mapAt(object, 'spec', 'selector'))
    return object.apiVersion === 'v1' && object.kind === 'Service' && selector.length > 0 && selector.every(([key, value]) => labels[key] === value)
  })
  return { deployment, services, workloads }
}

function changed(facts: readonly Fact[]): readonly KubeObject[] {
  return facts.filter(({ does }) => does !== 'same').map(({ object }) => object)
}

function atOnce({ facts }: Ground): StageWork {
  return stageWork({ name: 'promote', hold: 0, analyse: false }, 'all its objects are written', { write: changed(facts), watch: facts.map(({ object }) => refOf(object)) })
}

function beside(ground: Ground): Way {
  const { service, strategy, facts, around } = ground
  const { deployment, services, workloads } = shapeOf(facts)
  const [stable] = services
  if (deployment === undefined || stable === undefined || around === undefined) {
    const lacks = deployment === undefined ? `it consists of ${workloads.map(({ object }) => nameOf(refOf(object))).join(', ') || 'no workload'}, and one Deployment is needed` : 'no Service of its manifests finds the pods of its Deployment'
    return { stages: [atOnce(ground)], reasons: [because('FM-DEPLOY-STRATEGY-IMPOSSIBLE', { says: `${service.id} cannot be released by ${strategy}: ${lacks}.`, service: service.id, where: service.where })] }
  }
  const why = around.live === undefined ? 'there is no old version yet' : deployment.does === 'same' && !around.leftovers ? 'no pod of it changes' : service.strategy === 'canary' && service.trafficSplit.length === 1 ? 'its traffic_split has no share below 100' : undefined
  if (why !== undefined) return { stages: [atOnce(ground)], reasons: changed(facts).length === 0 ? [] : [because('FM-DEPLOY-STRATEGY-ROLLING', { says: `${service.id} is released at once: ${why}.`, service: service.id })] }
  const plot: Plot = { ...ground, around, deployment: deployment.object, stable: stable.object, services: services.map(({ object }) => object), replicas: Math.max(1, numberAt(around.live, 'spec', 'replicas') ?? numberAt(deployment.object, 'spec', 'replicas') ?? 1) }
  if (strategy === 'blue_green') return blueGreen(plot)
  return around.routes.length > 0 ? canaryByRoute(plot) : canaryByPods(plot)
}

interface Plot extends Ground {
  readonly around: Surroundings
  readonly deployment: KubeObject
  /** The Service whose traffic is shared out: the first. */
  readonly stable: KubeObject
  readonly services: readonly KubeObject[]
  /** Pods of the old version now. */
  readonly replicas: number
}

/** Configuration goes first, in front of the new version; the rest of the changes waits until the service itself gets it. */
function parted({ facts, services, deployment, around }: Plot): { readonly first: readonly KubeObject[]; readonly later: readonly KubeObject[]; readonly routes: readonly KubeObject[] } {
  const all = changed(facts)
  const routed = new Set(around.routes.map((route) => keyOf(refOf(route))))
  const routes = all.filter((object) => routed.has(keyOf(refOf(object))))
  const before = (object: KubeObject): boolean => stageOf(object) < stageOf(deployment) && !services.includes(object) && object.kind !== 'Service'
  return { first: all.filter(before), later: all.filter((object) => !before(object) && !routes.includes(object)), routes }
}

function holdOf({ service }: Plot): number {
  return service.analysis?.hold ?? service.soak
}

function judged({ service, metrics }: Plot): boolean {
  return metrics && service.analysis !== undefined
}

/** A gate that the catalog asks for and that nobody can be asked is not a pass. */
function unjudged(plot: Plot): readonly Reason[] {
  const { service, mayGoUnjudged } = plot
  if (judged(plot)) return []
  if (service.analysis === undefined) return [because('FM-DEPLOY-UNJUDGED', { says: `${service.id} is not judged by metrics: the catalog has no \`analysis\` for it.`, service: service.id })]
  return [because('FM-DEPLOY-UNJUDGED', { says: `${service.id} is not judged by metrics: the catalog has \`analysis\` for it, and the input prometheus-url is empty.`, severity: mayGoUnjudged ? 'warning' : 'error', remedy: 'Give the input `prometheus-url`, or let it go unjudged by `on-inconclusive: warn`.', service: service.id, where: service.analysis.where })]
}

/** When all requests go to the new version, none are left on the old one to compare them with. */
function beyondJudging({ service }: Plot): readonly Reason[] {
  if (service.analysis === undefined) return []
  return [because('FM-DEPLOY-UNJUDGED', { says: `${service.id} has \`analysis\` in the catalog and goes out by blue_green: after the switch there is no old version with requests to compare it with, so only its readiness counts.`, severity: 'warning', remedy: 'Release it by `canary` to have it judged, or leave `analysis` out.', service: service.id, where: service.analysis.where })]
}

function unfused({ service }: Plot, what: string): Reason {
  return because('FM-DEPLOY-UNFUSED', { says: `${service.id}: while ${what}, the journal protects it and not the fuse.`, service: service.id })
}

function below100({ service }: Plot): readonly number[] {
  return service.trafficSplit.filter((percent) => percent < 100)
}

function everything({ facts }: Plot): readonly ObjectRef[] {
  return facts.map(({ object }) => refOf(object))
}

function canaryByPods(plot: Plot): Way {
  const { service, replicas, deployment, around } = plot
  const { first, later } = parted(plot)
  const canaryRef = { ...refOf(deployment), name: nameBeside(deployment.metadata.name, 'canary') }
  const ratios = below100(plot).map((percent) => ({ percent, ...nearestRatio(replicas, percent) }))
  const far = ratios.filter(({ percent, share }) => Math.abs(share - percent) > 1)
  const steps = ratios.map(({ percent, replicas: pods, share }, index) =>
    stageWork({ name: `shift-${percent}`, hold: holdOf(plot), analyse: judged(plot) }, `${pods} ${pods === 1 ? 'pod' : 'pods'} of the new version beside ${replicas}: ${percentText(share)} of the requests`, {
      protection: 'fuse',
      write: index === 0 ? first : [],
      temporary: [deploymentBeside(deployment, { track: 'canary', replicas: pods, hiddenFrom: undefined, labels: around.canaryLabels })],
      watch: [...first.map(refOf), refOf(deployment), canaryRef],
      compares: { canary: canaryRef, stable: refOf(deployment) },
    }))
  return {
    stages: [
      ...steps,
      stageWork({ name: 'promote', hold: 0, analyse: false }, 'the service itself gets the new version', { protection: 'fuse', write: later, watch: [...everything(plot), canaryRef] }),
      stageWork({ name: 'retire', hold: 0, analyse: false }, 'the canary is removed', { remove: [canaryRef], watch: everything(plot) }),
    ],
    reasons: [...unjudged(plot), ...far.map(({ percent, share, replicas: pods }) => because('FM-DEPLOY-SHARE-NEAREST', { says: `${service.id} has ${replicas} pods, so ${percent} % cannot be reached; the nearest is ${percentText(share)}, with ${pods} more.`, service: service.id, where: service.where }))],
  }
}

function canaryByRoute(plot: Plot): Way {
  const { service, replicas, deployment, stable, around } = plot
  const { first, later, routes: changedRoutes } = parted(plot)
  const namespace = stable.metadata.namespace ?? ''
  const selector = mapAt(stable, 'spec', 'selector') as Record<string, string>
  const bySubset = Object.keys(around.canaryLabels).length > 0
  const wish = { track: 'canary' as const, hiddenFrom: bySubset ? undefined : selector, labels: around.canaryLabels }
  const percents = below100(plot)
  const canary = deploymentBeside(deployment, { ...wish, replicas: Math.max(1, Math.ceil((replicas * Math.max(...percents)) / 100)) })
  const front = serviceBeside(stable, wish)
  const split = (percent: number): Split => ({ namespace, stable: stable.metadata.name, canary: front.metadata.name, percent })
  const routes = around.routes.map(refOf)
  const names = routes.map(nameOf).join(', ')
  const unfit = around.routes.flatMap((route) => percents.flatMap((percent) => {
    const change = routerOf(route).setWeight(route, split(percent))
    return change.is === 'impossible' ? [because('FM-DEPLOY-ROUTE-UNFIT', { says: `${service.id}: ${change.says}.`, remedy: change.remedy, service: service.id, where: placeOf(refOf(route)) })] : []
  }))
  const pair = [canary, front].map(refOf)
  const shifts = percents.map((percent, index) =>
    stageWork({ name: `shift-${percent}`, hold: holdOf(plot), analyse: judged(plot) }, `${percent} % to ${front.metadata.name} by ${names}`, {
      protection: 'journal',
      free: index === 0 ? pair : [],
      opens: refOf(canary),
      shift: { routes, split: split(percent), to: 'split' },
      watch: [...first.map(refOf), refOf(deployment), refOf(canary)],
      compares: { canary: refOf(canary), stable: refOf(deployment) },
    }))
  return {
    stages: [
      stageWork({ name: 'prepare', hold: 0, analyse: false }, `${nameOf(refOf(canary))} beside it, without traffic`, { protection: 'fuse', write: first, temporary: [canary, front], watch: [...first.map(refOf), refOf(canary)] }),
      ...shifts,
      stageWork({ name: 'promote', hold: 0, analyse: false }, 'the service itself gets the new version', { protection: 'journal', opens: refOf(canary), write: later, watch: [...everything(plot), refOf(canary)] }),
      stageWork({ name: 'return', hold: trafficSettles, analyse: false }, `all traffic back to ${stable.metadata.name}`, { protection: 'journal', opens: refOf(deployment), shift: { routes, split: split(0), to: 'stable' }, watch: everything(plot) }),
      stageWork({ name: 'retire', hold: 0, analyse: false }, 'the canary is removed', { write: changedRoutes, remove: pair.toReversed(), watch: everything(plot) }),
    ],
    reasons: [...unjudged(plot), ...unfit.slice(0, 1), unfused(plot, `${names} sends requests to ${front.metadata.name}`)],
  }
}

function blueGreen(plot: Plot): Way {
  const { replicas, deployment, services } = plot
  const { first, later } = parted(plot)
  const wish = { track: 'green' as const, hiddenFrom: mapAt(plot.stable, 'spec', 'selector') as Record<string, string> }
  const green = deploymentBeside(deployment, { ...wish, replicas, labels: {} })
  const greenRef = refOf(green)
  const switched = services.map((service) => ({ ...service, spec: { ...mapAt(service, 'spec'), selector: selectorBeside(service, wish) } }))
  const names = services.map((service) => nameOf(refOf(service))).join(', ')
  return {
    stages: [
      stageWork({ name: 'prepare', hold: 0, analyse: false }, `${nameOf(greenRef)} beside it, without traffic`, { protection: 'fuse', write: first, temporary: [green], watch: [...first.map(refOf), greenRef] }),
      stageWork({ name: 'switch', hold: holdOf(plot), analyse: false }, `${names} sends all requests to ${green.metadata.name}; the old version stays`, { protection: 'journal', free: [greenRef], opens: greenRef, write: switched, watch: [refOf(deployment), greenRef] }),
      stageWork({ name: 'promote', hold: 0, analyse: false }, 'the service itself gets the new version', { protection: 'journal', opens: greenRef, write: later.filter((object) => !services.includes(object)), watch: [...everything(plot), greenRef] }),
      stageWork({ name: 'return', hold: trafficSettles, analyse: false }, `${names} sends all requests to ${deployment.metadata.name} again`, { protection: 'journal', opens: refOf(deployment), write: services, watch: everything(plot) }),
      stageWork({ name: 'retire', hold: 0, analyse: false }, `${nameOf(greenRef)} is removed`, { remove: [greenRef], watch: everything(plot) }),
    ],
    reasons: [...beyondJudging(plot), unfused(plot, `${names} sends its requests to ${green.metadata.name}`)],
  }
}

function percentText(share: number): string {
  return `${Number.isInteger(share) ? share : share.toFixed(1)} %`
}
