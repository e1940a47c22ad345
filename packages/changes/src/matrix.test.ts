import { expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { type MatrixEntry, matrixOf } from './matrix.ts'

const servicesIn = (entry: MatrixEntry) => ('service' in entry ? [entry.service] : entry.services)

test('services have entries of their own while they fit', () => {
  expect(matrixOf([['a'], ['b', 'c']], 3)).toEqual([{ service: 'a', wave: 0 }, { service: 'b', wave: 1 }, { service: 'c', wave: 1 }])
})

test('more services than entries are batched within their wave, as evenly as can be', () => {
  expect(matrixOf([['a', 'b', 'c', 'd', 'e'], ['f']], 3)).toEqual([{ services: ['a', 'b'], wave: 0 }, { services: ['c', 'd', 'e'], wave: 0 }, { services: ['f'], wave: 1 }])
})

test('more waves than entries put neighbours together', () => {
  expect(matrixOf([['a'], ['b'], ['c'], ['d']], 2)).toEqual([{ services: ['a', 'b'], wave: 0 }, { services: ['c', 'd'], wave: 2 }])
})

test('nothing gives no entry', () => {
  expect(matrixOf([], 256)).toEqual([])
})

test('no entry is lost, doubled or out of order, there are never too many, and no batch could be smaller', () => {
  fc.assert(fc.property(fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 30 }), fc.integer({ min: 1, max: 20 }), (sizes, limit) => {
    let next = 0
    const waves = sizes.map((size) => Array.from({ length: size }, () => `s${next++}`))
    const entries = matrixOf(waves, limit)
    expect(entries.length).toBeLessThanOrEqual(limit)
    expect(entries.flatMap(servicesIn)).toEqual(waves.flat())
    expect(entries.map(({ wave }) => wave)).toEqual(entries.map(({ wave }) => wave).toSorted((a, b) => a - b))
    if (waves.length > limit || next <= limit) return
    const largest = Math.max(...entries.map((entry) => servicesIn(entry).length))
    expect(sizes.reduce((sum, size) => sum + Math.ceil(size / (largest - 1 || Number.MIN_VALUE)), 0)).toBeGreaterThan(limit)
  }))
})
