import { buildGraph, type Catalog, type Graph, type ServiceId } from '@fermata/catalog'
import { ConfigurationError, didYouMean, type Problem, type Reason } from '@fermata/verdict'
import { because } from '../codes.ts'

/** Which services a release is about. */
export interface Selection {
  /** In catalog order: `release` may be changed, `check` is only looked at. */
  readonly roles: ReadonlyMap<ServiceId, 'release' | 'check'>
  /** The services above and nothing else. An edge may stand for a way through services that are not in it. */
  readonly graph: Graph
  readonly reasons: readonly Reason[]
}

/**
 * The wanted services, what they directly need, and what lies between two of them.
 * @param wanted undefined for every service with manifests
 * @throws ConfigurationError for a service that is not in the catalog, or is named and has no manifests
 */
export function selectServices(catalog: Catalog, wanted: readonly ServiceId[] | undefined): Selection {
  const { services } = catalog
  const problems = (wanted ?? []).flatMap((id) => wishProblem(catalog, id))
  if (problems.length > 0) throw new ConfigurationError(problems)
  const hasManifests = (id: ServiceId): boolean => (services.get(id)?.manifests.length ?? 0) > 0
  const released = new Set(wanted ?? [...services.keys()].filter(hasManifests))
  const whole = buildGraph(services.values())
  const between = (id: ServiceId): boolean => below.has(id) && above.has(id)
  const below = released.size === 0 ? new Map() : whole.withDependencies(released)
  const above = released.size === 0 ? new Map() : whole.withDependents(released)
  const direct = new Set([...released].flatMap((id) => whole.dependencies(id)))
  const looked = (id: ServiceId): boolean => !released.has(id) && (direct.has(id) || between(id))

  const roles = new Map<ServiceId, 'release' | 'check'>()
  const reasons: Reason[] = []
  for (const [id, { role }] of services) {
    if (released.has(id)) roles.set(id, 'release')
    else if (looked(id) && role !== 'load-generator' && hasManifests(id)) roles.set(id, 'check')
    else if (looked(id) && role !== 'load-generator') reasons.push(because('FM-DEPLOY-DEPENDENCY-UNSEEN', { says: `Whether ${id} is healthy is not known: it has no manifests in the catalog.`, service: id, where: services.get(id)?.where }))
    else if (wanted === undefined && !hasManifests(id)) reasons.push(because('FM-DEPLOY-NO-MANIFESTS', { says: `${id} is passed over: it has no manifests in the catalog.`, service: id, where: services.get(id)?.where }))
  }
  return { roles, graph: condensed(whole, roles), reasons }
}

function wishProblem(catalog: Catalog, id: ServiceId): readonly Problem[] {
  const service = catalog.services.get(id)
  if (service === undefined) {
    const meant = didYouMean(id, [...catalog.services.keys()])
    return [{ says: `Input services: ${catalog.file} has no service ${JSON.stringify(id)}.`, remedy: meant === undefined ? 'Name services of the catalog.' : `Did you mean ${meant}?` }]
  }
  if (service.manifests.length > 0) return []
  return [{ code: 'FM-DEPLOY-NO-MANIFESTS', says: `Service ${id} has no manifests, so it cannot be released.`, remedy: 'Give it `manifests` in the catalog, or leave it out of the input services.', where: service.where }]
}

/** Edges through services that are left out become edges between those that stay. */
function condensed(whole: Graph, kept: ReadonlyMap<ServiceId, unknown>): Graph {
  const needs = (id: ServiceId): ServiceId[] => {
    const found = new Set<ServiceId>()
    const seen = new Set<ServiceId>([id])
    const queue = [...whole.dependencies(id)]
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      if (kept.has(next)) found.add(next)
      else if (!seen.has(next)) queue.push(...whole.dependencies(next))
      seen.add(next)
    }
    return [...found]
  }
  return buildGraph([...kept.keys()].map((id) => ({ id, dependencies: needs(id) })))
}
