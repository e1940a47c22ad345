import { ConfigurationError, type Problem } from '@fermata/verdict'
import { components, cycleThrough, type Components } from './components.ts'
import type { Graph, Reach } from './graph-types.ts'
import type { ServiceId } from './model.ts'
import { hasEdge, rowCount, transpose, visit, type Rows } from './rows.ts'

/** What the graph needs to know of a service. */
export interface GraphService {
  readonly id: ServiceId
  readonly dependencies: readonly ServiceId[]
}

/**
 * The graph of some services, in O(services + dependencies). A dependency that is named twice counts once.
 * Asked for a service that it does not have, the graph throws a RangeError: ask `has` first.
 * @throws ConfigurationError for an id that occurs twice, and for a dependency that is not among the services
 */
export function buildGraph(services: Iterable<GraphService>): Graph {
  const { ids, numbers, needs } = enumerate(services)
  const neededBy = transpose(needs, ids.length)
  const parts = components(needs)
  const nameAll = (nodes: readonly number[]): readonly ServiceId[] => nodes.map((node) => ids[node] as ServiceId)
  const nameRow = (rows: Rows, index: number): readonly ServiceId[] => {
    const names: ServiceId[] = []
    visit(rows, index, (node) => names.push(ids[node] as ServiceId))
    return names
  }
  const number = (id: ServiceId): number => {
    const known = numbers.get(id)
    if (known === undefined) throw new RangeError(`The graph has no service ${JSON.stringify(id)}.`)
    return known
  }
  const reach = (edges: Rows, origins: Iterable<ServiceId>): ReadonlyMap<ServiceId, Reach> =>
    named(ids, spread(edges, Array.from(origins, number)))

  let units: readonly (readonly ServiceId[])[] | undefined
  return {
    ids,
    has: (id) => numbers.has(id),
    dependencies: (id) => nameRow(needs, number(id)),
    dependents: (id) => nameRow(neededBy, number(id)),
    withDependents: (origins) => reach(neededBy, origins),
    withDependencies: (origins) => reach(needs, origins),
    get units() {
      return (units ??= Array.from({ length: parts.count }, (_, part) => nameRow(parts.members, part)))
    },
    cycles: cycles(needs, parts).map(nameAll),
    waves: (subset) => {
      const chosen = new Uint8Array(ids.length).fill(subset === undefined ? 1 : 0)
      for (const id of subset ?? []) chosen[number(id)] = 1
      return levels(needs, parts, chosen).map(nameAll)
    },
  }
}

interface Enumeration {
  readonly ids: readonly ServiceId[]
  readonly numbers: ReadonlyMap<ServiceId, number>
  /** Edges to what a service needs, in rising order. */
  readonly needs: Rows
}

function enumerate(services: Iterable<GraphService>): Enumeration {
  const all = [...services]
  const numbers = new Map<ServiceId, number>()
  let edges = 0
  for (const { id, dependencies } of all) {
    numbers.set(id, numbers.size)
    edges += dependencies.length
  }
  const starts = new Int32Array(all.length + 1)
  const targets = new Int32Array(edges)
  /** By target, the last service that named it, counted from 1: a dependency that is named twice counts once. */
  const namedBy = new Int32Array(all.length)
  const problems: Problem[] = numbers.size < all.length ? repeated(all) : []
  let filled = 0
  for (const [number, { id, dependencies }] of all.entries()) {
    for (const dependency of dependencies) {
      const target = numbers.get(dependency)
      if (target === undefined) problems.push({ says: `Service ${id} depends on ${JSON.stringify(dependency)}, which is no service.`, remedy: 'Define it, or remove the dependency.' })
      else if (namedBy[target] !== number + 1) {
        namedBy[target] = number + 1
        targets[filled++] = target
      }
    }
    starts[number + 1] = filled
  }
  if (problems.length > 0) throw new ConfigurationError(problems)
  const unsorted = { starts, targets: targets.subarray(0, filled) }
  return { ids: [...numbers.keys()], numbers, needs: transpose(transpose(unsorted, all.length), all.length) }
}

function repeated(all: readonly GraphService[]): Problem[] {
  const seen = new Set<ServiceId>()
  const twice = new Set<ServiceId>()
  for (const { id } of all) (seen.has(id) ? twice : seen).add(id)
  return Array.from(twice, (id) => ({ says: `Service ${id} is there more than once.`, remedy: 'Give each service its own id.' }))
}

interface Spread {
  /** -1 for a node that was not reached. */
  readonly distance: Int32Array
  /** The node before, or -1 for an origin. */
  readonly via: Int32Array
  readonly origin: Int32Array
}

/** Breadth-first search from several nodes at once. Of several shortest ways the one by catalog order is kept. */
function spread(edges: Rows, origins: readonly number[]): Spread {
  const nodes = rowCount(edges)
  const distance = new Int32Array(nodes).fill(-1)
  const via = new Int32Array(nodes).fill(-1)
  const origin = new Int32Array(nodes).fill(-1)
  const queue = [...new Set(origins)].sort((a, b) => a - b)
  for (const node of queue) {
    distance[node] = 0
    origin[node] = node
  }
  for (const node of queue) {
    const end = edges.starts[node + 1] as number
    for (let edge = edges.starts[node] as number; edge < end; edge++) {
      const target = edges.targets[edge] as number
      if (distance[target] !== -1) continue
      distance[target] = (distance[node] as number) + 1
      via[target] = node
      origin[target] = origin[node] as number
      queue.push(target)
    }
  }
  return { distance, via, origin }
}

function named(ids: readonly ServiceId[], { distance, via, origin }: Spread): ReadonlyMap<ServiceId, Reach> {
  const reached = new Map<ServiceId, Reach>()
  for (const [node, id] of ids.entries()) {
    const steps = distance[node] as number
    if (steps !== -1) reached.set(id, { via: ids[via[node] as number], origin: ids[origin[node] as number] as ServiceId, distance: steps })
  }
  return reached
}

/** A unit of one node that does not need itself is no cycle, and most units are of that kind: they cost no search. */
function cycles(needs: Rows, parts: Components): readonly (readonly number[])[] {
  const found: (readonly number[])[] = []
  for (let part = 0; part < parts.count; part++) {
    const size = (parts.members.starts[part + 1] as number) - (parts.members.starts[part] as number)
    const first = parts.members.targets[parts.members.starts[part] as number] as number
    if (size > 1 || hasEdge(needs, first, first)) found.push(cycleThrough(needs, parts.of, first))
  }
  return found
}

/**
 * Longest-path levels of the chosen nodes over the condensed graph. A unit that is not chosen hands on the level of what it needs
 * and takes none itself, so order through it counts and no level is empty.
 */
function levels(needs: Rows, parts: Components, chosen: Uint8Array): readonly (readonly number[])[] {
  const level = new Int32Array(parts.count)
  const takesLevel = new Uint8Array(parts.count)
  const { starts, targets: members } = parts.members
  for (let part = 0; part < parts.count; part++) {
    let own = 0
    for (let member = starts[part] as number; member < (starts[part + 1] as number); member++) {
      const node = members[member] as number
      if (chosen[node] === 1) takesLevel[part] = 1
      const end = needs.starts[node + 1] as number
      for (let edge = needs.starts[node] as number; edge < end; edge++) {
        const below = parts.of[needs.targets[edge] as number] as number
        if (below !== part) own = Math.max(own, (level[below] as number) + (takesLevel[below] as number))
      }
    }
    level[part] = own
  }
  const result: number[][] = []
  for (const [node, part] of parts.of.entries()) {
    if (chosen[node] === 1) (result[level[part] as number] ??= []).push(node)
  }
  return result
}
