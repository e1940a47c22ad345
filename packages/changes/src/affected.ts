import { buildGraph, type Catalog, type Graph, type Reach, type Service, type ServiceId } from '@fermata/catalog'

export interface Affected {
  /** Everything that is reached, removed services left out. */
  readonly by: ReadonlyMap<ServiceId, Reach>
}

/**
 * The services that need something that changed or is gone, directly or not. Looked for in the graph of base and head together:
 * an edge that was taken away, or that led to a service that is gone, exists in the base alone.
 */
export function affectedBy(changed: Iterable<ServiceId>, removed: readonly ServiceId[], head: Graph, catalogs: readonly Catalog[]): Affected {
  const graph = catalogs.length < 2 ? head : buildGraph(united(catalogs))
  const reached = graph.withDependents([...changed, ...removed])
  if (removed.length === 0) return { by: reached }
  const gone = new Set(removed)
  return { by: new Map([...reached].filter(([id]) => !gone.has(id))) }
}

function united(catalogs: readonly Catalog[]): readonly Pick<Service, 'id' | 'dependencies'>[] {
  const dependencies = new Map<ServiceId, Set<ServiceId>>()
  for (const { services } of catalogs) {
    for (const [id, service] of services) {
      const known = dependencies.get(id)
      if (known === undefined) dependencies.set(id, new Set(service.dependencies))
      else for (const dependency of service.dependencies) known.add(dependency)
    }
  }
  return Array.from(dependencies, ([id, needs]) => ({ id, dependencies: [...needs] }))
}

/** From a service down to what changed: `[web, cart, ledger]` when web needs cart and cart needs ledger. */
export function wayTo(id: ServiceId, reached: ReadonlyMap<ServiceId, Reach>): readonly ServiceId[] {
  const way = [id]
  for (let via = reached.get(id)?.via; via !== undefined; via = reached.get(via)?.via) way.push(via)
  return way
}
