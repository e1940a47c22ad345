import type { GraphEdge, GraphNode } from '@fermata/verdict'

/** A place in the drawing: column from the left, height in rows from the top, fractions allowed. */
export interface Point {
  readonly column: number
  readonly y: number
}
export interface Placed extends Point {
  readonly node: GraphNode
}
/** From the dependent to what it needs, by way of the columns in between. */
export interface Route {
  readonly edge: GraphEdge
  readonly points: readonly Point[]
}
export interface Layout {
  readonly columns: readonly { readonly wave: number; readonly first: boolean }[]
  readonly placed: readonly Placed[]
  readonly routes: readonly Route[]
  /** Height of the drawing in rows. */
  readonly rows: number
}

/** A column with more nodes is wrapped, else it is taller than a screen. */
const tallest = 20
const sweeps = 24

/** A node, or the place where a long edge passes a column. */
interface Slot {
  readonly node?: GraphNode
  readonly column: number
  /** Slots of the columns beside this one that it is joined to. */
  readonly left: Slot[]
  readonly right: Slot[]
  order: number
  y: number
}

/**
 * A layered drawing whose columns are the waves of a deployment: what stands further right waited for what stands further left.
 * Order in a column by barycentres (Sugiyama, Tagawa, Toda 1981), the best of so many sweeps by its crossings;
 * heights by least squares that keep order and distance. The same graph gives the same drawing.
 */
export function layered(nodes: readonly GraphNode[], edges: readonly GraphEdge[]): Layout {
  const columns = columnsOf(nodes)
  const slots = new Map<string, Slot>()
  const grid: Slot[][] = columns.map(({ members }, column) =>
    members.map((node, place) => {
      const slot: Slot = { node, column, left: [], right: [], order: place, y: place }
      slots.set(node.id, slot)
      return slot
    }),
  )
  const passings = new Map<string, Slot>()
  const routes = edges.flatMap((edge) => {
    const [tail, head] = [slots.get(edge.from), slots.get(edge.to)]
    return tail === undefined || head === undefined || tail === head ? [] : [{ edge, slots: join(grid, passings, tail, head) }]
  })
  arrange(grid)
  settle(grid)
  const least = grid.flat().reduce((lowest, slot) => Math.min(lowest, slot.y), Infinity)
  const at = (slot: Slot): Point => ({ column: slot.column, y: slot.y - least })
  return {
    columns: columns.map(({ wave }, index) => ({ wave, first: columns[index - 1]?.wave !== wave })),
    placed: grid.flat().flatMap((slot) => (slot.node === undefined ? [] : [{ node: slot.node, ...at(slot) }])),
    routes: routes.map(({ edge, slots: way }) => ({ edge, points: way.map(at) })),
    rows: grid.flat().reduce((most, slot) => Math.max(most, slot.y - least + 1), 0),
  }
}

function columnsOf(nodes: readonly GraphNode[]): readonly { readonly wave: number; readonly members: readonly GraphNode[] }[] {
  const unique = [...new Map(nodes.map((node) => [node.id, node])).values()]
  const waves = [...Map.groupBy(unique, (node) => node.wave)].toSorted(([a], [b]) => a - b)
  return waves.flatMap(([wave, members]) => {
    const parts = Math.ceil(members.length / tallest)
    const size = Math.ceil(members.length / parts)
    return Array.from({ length: parts }, (_, part) => ({ wave, members: members.slice(part * size, (part + 1) * size) }))
  })
}

/**
 * The slots along an edge. Edges to the same service pass a column at the same place, so that they read as one trunk with branches.
 * An edge inside of a column, or against the waves, goes straight.
 */
function join(grid: Slot[][], passings: Map<string, Slot>, tail: Slot, head: Slot): readonly Slot[] {
  const way = [tail]
  for (let column = tail.column - 1; column > head.column; column--) {
    const key = `${column} ${head.node?.id}`
    const known = passings.get(key)
    const passing: Slot = known ?? { column, left: [], right: [], order: grid[column]?.length ?? 0, y: 0 }
    if (known === undefined) grid[column]?.push(passing)
    passings.set(key, passing)
    way.push(passing)
  }
  way.push(head)
  for (let step = 1; tail.column > head.column && step < way.length; step++) {
    const [right, left] = [way[step - 1] as Slot, way[step] as Slot]
    if (right.left.includes(left)) break
    right.left.push(left)
    left.right.push(right)
  }
  return way
}

function arrange(grid: Slot[][]): void {
  let best = grid.map((column) => [...column])
  let fewest = crossings(grid)
  for (let sweep = 0; sweep < sweeps && fewest > 0; sweep++) {
    const rightwards = sweep % 2 === 0
    for (const column of rightwards ? grid : grid.toReversed()) {
      const middle = new Map(column.map((slot) => [slot, barycentre(slot, rightwards ? slot.left : slot.right)]))
      column.sort((a, b) => (middle.get(a) as number) - (middle.get(b) as number) || a.order - b.order)
      column.forEach((slot, index) => (slot.order = index))
    }
    const now = crossings(grid)
    if (now < fewest) [fewest, best] = [now, grid.map((column) => [...column])]
  }
  best.forEach((column, index) => {
    grid[index] = column
    column.forEach((slot, place) => (slot.order = place))
  })
}

function barycentre(slot: Slot, neighbours: readonly Slot[]): number {
  return neighbours.length === 0 ? slot.order : neighbours.reduce((sum, one) => sum + one.order, 0) / neighbours.length
}

/** Pairs of edges between neighbouring columns that cross: inversions of their ends. */
function crossings(grid: readonly (readonly Slot[])[]): number {
  return grid.reduce((sum, column) => {
    const ends = column.toSorted((a, b) => a.order - b.order).flatMap((slot) => slot.left.map((left) => left.order).sort((a, b) => a - b))
    return sum + inversions(ends)
  }, 0)
}

function inversions(values: readonly number[]): number {
  if (values.length < 2) return 0
  const half = values.length >> 1
  const [a, b] = [values.slice(0, half), values.slice(half)]
  const inside = inversions(a) + inversions(b)
  const [left, right] = [a.toSorted((x, y) => x - y), b.toSorted((x, y) => x - y)]
  let passed = 0
  return right.reduce((sum, value) => {
    while (passed < left.length && (left[passed] as number) <= value) passed += 1
    return sum + left.length - passed
  }, inside)
}

/** Gives heights: first centred columns, then each slot as near to its neighbours as order and distance allow. */
function settle(grid: readonly (readonly Slot[])[]): void {
  const tall = Math.max(1, ...grid.map((column) => column.length))
  for (const column of grid) column.forEach((slot, index) => (slot.y = index + (tall - column.length) / 2))
  for (let round = 0; round < 6; round++) {
    for (const column of round % 2 === 0 ? grid : grid.toReversed()) {
      const wished = column.map((slot) => {
        const all = [...slot.left, ...slot.right]
        return all.length === 0 ? slot.y : all.reduce((sum, one) => sum + one.y, 0) / all.length
      })
      inOrder(wished, column.map((slot, index) => distance(column[index - 1], slot))).forEach((y, index) => ((column[index] as Slot).y = y))
    }
  }
}

/** A passing edge needs less room than a box. */
function distance(above: Slot | undefined, below: Slot): number {
  if (above === undefined) return 0
  return above.node !== undefined && below.node !== undefined ? 1 : 0.45
}

/** Positions nearest to the wished ones by least squares that keep the given distances: isotonic regression by pooling neighbours. */
function inOrder(wished: readonly number[], gaps: readonly number[]): readonly number[] {
  let offset = 0
  const offsets = gaps.map((gap) => (offset += gap))
  const pools: { sum: number; count: number }[] = []
  wished.forEach((wish, index) => {
    pools.push({ sum: wish - (offsets[index] as number), count: 1 })
    for (let last = pools.length - 1; last > 0; last--) {
      const [before, after] = [pools[last - 1] as (typeof pools)[number], pools[last] as (typeof pools)[number]]
      if (before.sum / before.count <= after.sum / after.count) break
      pools.splice(last - 1, 2, { sum: before.sum + after.sum, count: before.count + after.count })
    }
  })
  const levels = pools.flatMap(({ sum, count }) => Array.from({ length: count }, () => sum / count))
  return levels.map((level, index) => level + (offsets[index] as number))
}
