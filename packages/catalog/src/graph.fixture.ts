import * as fc from 'fast-check'
import type { GraphService } from './graph.ts'

/** The services of the introductory example. */
export const shop: readonly GraphService[] = [
  { id: 'database', dependencies: [] },
  { id: 'backend-api', dependencies: ['database'] },
  { id: 'frontend', dependencies: ['backend-api'] },
  { id: 'worker-service', dependencies: ['database', 'backend-api'] },
]

/** `s0` is needed by `s1`, that by `s2`, and so on. */
export function chain(length: number): readonly GraphService[] {
  return Array.from({ length }, (_, index) => ({ id: `s${index}`, dependencies: index === 0 ? [] : [`s${index - 1}`] }))
}

/** Small graphs of all kinds, with cycles, self-loops and repeated dependencies. */
export const graphs: fc.Arbitrary<readonly GraphService[]> = fc
  .integer({ min: 0, max: 9 })
  .chain((size) => fc.array(fc.array(fc.nat({ max: Math.max(0, size - 1) }), { maxLength: 3 }), { minLength: size, maxLength: size }))
  .map((edges) => edges.map((targets, index) => ({ id: `s${index}`, dependencies: targets.map((target) => `s${target}`) })))

/** Number of edges on a shortest way from one service to another along dependencies (Floyd and Warshall); 0 to itself, Infinity where there is none. */
export function naiveReach(services: readonly GraphService[]): (from: string, to: string) => number {
  const distance = new Map<string, number>()
  const get = (from: string, to: string): number => (from === to ? 0 : (distance.get(`${from} ${to}`) ?? Number.POSITIVE_INFINITY))
  for (const { id, dependencies } of services) for (const dependency of dependencies) distance.set(`${id} ${dependency}`, 1)
  for (const { id: by } of services) {
    for (const { id: from } of services) {
      for (const { id: to } of services) distance.set(`${from} ${to}`, Math.min(get(from, to), get(from, by) + get(by, to)))
    }
  }
  return get
}
