import { describe, expect, jest, test } from '@jest/globals'
import type { GraphEdge, GraphNode } from '@fermata/verdict'
import * as fc from 'fast-check'
import { layered } from './layout.ts'

jest.setTimeout(60_000)

/** Graphs as a plan has them: an edge leads to an earlier wave. A few lead elsewhere, or nowhere. */
const graphs = fc.integer({ min: 1, max: 60 }).chain((size) =>
  fc.record({
    nodes: fc.array(fc.nat(6), { minLength: size, maxLength: size }).map((waves) => waves.map((wave, index): GraphNode => ({ id: `n${index}`, label: `n${index}`, wave }))),
    edges: fc.array(fc.tuple(fc.nat(size - 1), fc.nat(size)), { maxLength: 120 }).map((pairs) => pairs.map(([from, to]): GraphEdge => ({ from: `n${from}`, to: `n${to}` }))),
  }),
)

describe('a layered drawing', () => {
  test('every node is placed once, waves run from left to right, and no two boxes overlap', () => {
    fc.assert(
      fc.property(graphs, ({ nodes, edges }) => {
        const { placed, columns, rows } = layered(nodes, edges)
        expect(placed.map(({ node }) => node.id).sort()).toEqual(nodes.map(({ id }) => id).sort())
        for (const { node, column, y } of placed) {
          expect(columns[column]?.wave).toBe(node.wave)
          expect(y).toBeGreaterThanOrEqual(0)
          expect(y + 1).toBeLessThanOrEqual(rows + 1e-9)
        }
        expect(columns.map(({ wave }) => wave)).toEqual(columns.map(({ wave }) => wave).toSorted((a, b) => a - b))
        for (const members of Map.groupBy(placed, ({ column }) => column).values()) {
          const heights = members.map(({ y }) => y).toSorted((a, b) => a - b)
          heights.slice(1).forEach((y, index) => expect(y - (heights[index] as number)).toBeGreaterThanOrEqual(0.9 - 1e-9))
        }
      }),
    )
  })

  test('an edge passes every column between its ends', () => {
    fc.assert(
      fc.property(graphs, ({ nodes, edges }) => {
        const { routes } = layered(nodes, edges)
        for (const { points } of routes) {
          const columns = points.map(({ column }) => column)
          const [first = 0, last = 0] = [columns[0], columns.at(-1)]
          if (first > last) expect(columns).toEqual(Array.from({ length: first - last + 1 }, (_, step) => first - step))
        }
      }),
    )
  })

  test('edges that lead nowhere are left out, the others are not', () => {
    const nodes: readonly GraphNode[] = [{ id: 'a', label: 'a', wave: 1 }, { id: 'b', label: 'b', wave: 2 }]
    expect(layered(nodes, [{ from: 'b', to: 'a' }, { from: 'b', to: 'gone' }, { from: 'a', to: 'a' }]).routes).toHaveLength(1)
  })

  test('a wave of more than twenty is wrapped', () => {
    const nodes = Array.from({ length: 45 }, (_, index): GraphNode => ({ id: `n${index}`, label: 'x', wave: 3 }))
    const { columns, placed } = layered(nodes, [])
    expect(columns).toEqual([{ wave: 3, first: true }, { wave: 3, first: false }, { wave: 3, first: false }])
    for (const members of Map.groupBy(placed, ({ column }) => column).values()) expect(members.length).toBeLessThanOrEqual(20)
  })

  test('crossings that can be avoided are', () => {
    const nodes = ['a', 'b', 'c'].flatMap((id): readonly GraphNode[] => [{ id, label: id, wave: 1 }, { id: `${id}2`, label: id, wave: 2 }])
    const { placed } = layered(nodes, [{ from: 'a2', to: 'c' }, { from: 'b2', to: 'b' }, { from: 'c2', to: 'a' }])
    const y = new Map(placed.map((one) => [one.node.id, one.y]))
    expect([y.get('a2'), y.get('b2'), y.get('c2')]).toEqual([y.get('c'), y.get('b'), y.get('a')])
  })

  test('the same graph gives the same drawing', () => {
    fc.assert(fc.property(graphs, ({ nodes, edges }) => expect(layered(nodes, edges)).toEqual(layered(nodes, edges))), { numRuns: 20 })
  })
})
