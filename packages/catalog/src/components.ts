import { row, rowCount, transpose, type Rows } from './rows.ts'

/** Strongly connected components, numbered so that every edge leads to an equal or a smaller number. */
export interface Components {
  readonly count: number
  /** The component of each node. */
  readonly of: Int32Array
  /** The nodes of each component, in rising order. */
  readonly members: Rows
}

/**
 * Tarjan's algorithm (SIAM J. Comput. 1(2), 1972, 146-160) in O(nodes + edges).
 * With an explicit path instead of recursion: a chain of 100,000 services must not overflow the call stack.
 */
export function components(edges: Rows): Components {
  const nodes = rowCount(edges)
  const of = new Int32Array(nodes).fill(-1)
  const found = new Int32Array(nodes) // order of discovery from 1; 0 is not yet
  const low = new Int32Array(nodes) // the earliest open node known to be reachable
  const next = edges.starts.slice() // the edge to look at next
  const path: number[] = []
  const open: number[] = [] // found, and in no component yet
  let discoveries = 0
  let count = 0

  const enter = (node: number): void => {
    found[node] = low[node] = ++discoveries
    path.push(node)
    open.push(node)
  }
  const close = (root: number): void => {
    for (let member = open.pop(); member !== undefined; member = open.pop()) {
      of[member] = count
      if (member === root) break
    }
    count++
  }
  const lower = (node: number, to: number): void => {
    if (to < (low[node] as number)) low[node] = to
  }

  for (let start = 0; start < nodes; start++) {
    if (found[start] === 0) enter(start)
    for (let node = path.at(-1); node !== undefined; node = path.at(-1)) {
      const edge = next[node] as number
      if (edge < (edges.starts[node + 1] as number)) {
        next[node] = edge + 1
        const target = edges.targets[edge] as number
        if (found[target] === 0) enter(target)
        else if (of[target] === -1) lower(node, found[target] as number)
        continue
      }
      path.pop()
      if (low[node] === found[node]) close(node)
      else lower(path.at(-1) as number, low[node] as number)
    }
  }
  return { count, of, members: transpose({ starts: Int32Array.from({ length: nodes + 1 }, (_, node) => node), targets: of }, count) }
}

/** A shortest way from a node on a cycle back to itself, by breadth-first search inside of its component; both ends are the node. */
export function cycleThrough(edges: Rows, of: Int32Array, node: number): readonly number[] {
  const from = new Map<number, number>()
  const queue = [node]
  for (const here of queue) {
    for (const target of row(edges, here)) {
      if (target === node) return [...wayBack(from, here), node]
      if (of[target] !== of[node] || from.has(target)) continue
      from.set(target, here)
      queue.push(target)
    }
  }
  throw new Error(`Node ${node} is on no cycle.`)
}

/** From where the search began to `end`, both included. */
function wayBack(from: ReadonlyMap<number, number>, end: number): readonly number[] {
  const way: number[] = []
  for (let here: number | undefined = end; here !== undefined; here = from.get(here)) way.push(here)
  return way.toReversed()
}
