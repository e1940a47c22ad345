import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { canonical, digest } from './canonical.ts'
import { planDifferences } from './differences.ts'
import { planOf, type Plan, type PlannedService } from './plan.ts'

const service = (id: string, dependencies: readonly string[] = [], more: Partial<PlannedService> = {}): PlannedService => ({
  id,
  does: 'release',
  dependencies,
  strategy: 'rolling',
  timeout: 60_000,
  soak: 0,
  stages: [{ name: 'promote', hold: 0, analyse: false, protection: 'nothing', says: 'all its objects are written', digest: 'd' }],
  objects: [{ ref: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: id }, does: 'change', digest: 'd1', changes: [{ path: 'spec.replicas', from: 1, to: 2 }] }],
  images: [],
  migration: undefined,
  ...more,
})
const plan = (services: readonly PlannedService[], more: Partial<Plan> = {}): Plan =>
  planOf({ environment: 'staging', cluster: { server: 'https://a', context: 'a' }, namespace: 'shop', strategy: 'catalog', parallelism: 8, onFailure: 'rollback', onInconclusive: 'fail', fieldConflicts: 'fail', services, ...more })

describe('canonical JSON', () => {
  test('is the same for equal values, whatever the order of their keys', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => {
      const turned = JSON.parse(JSON.stringify(value), (_, part: unknown) => (typeof part === 'object' && part !== null && !Array.isArray(part) ? Object.fromEntries(Object.entries(part).toReversed()) : part)) as unknown
      expect(canonical(turned)).toBe(canonical(value))
      expect(JSON.parse(canonical(value))).toEqual(JSON.parse(JSON.stringify(value)))
    }))
  })

  test('differs for values that differ', () => {
    expect(digest({ a: [1, 2] })).not.toBe(digest({ a: [2, 1] }))
    expect(digest({ a: '1' })).not.toBe(digest({ a: 1 }))
  })
})

describe('the steps of a plan', () => {
  test('begin a service when what it needs has soaked, or is looked at', () => {
    const { steps } = plan([service('db', [], { does: 'check' }), service('cart', ['db']), service('web', ['cart'])])
    const needs = Object.fromEntries(steps.map((step) => [step.id, step.needs]))
    expect(needs).toEqual({ 'db/check': [], 'cart/apply': ['db/check'], 'cart/settle': ['cart/apply'], 'cart/soak': ['cart/settle'], 'web/apply': ['cart/soak'], 'web/settle': ['web/apply'], 'web/soak': ['web/settle'] })
  })

  test('begin the services of a cycle together, and what needs one of them after all', () => {
    const { steps } = plan([service('db'), service('a', ['b', 'db']), service('b', ['a']), service('web', ['a'])])
    const needs = (id: string): readonly string[] | undefined => steps.find((step) => step.id === id)?.needs
    expect([needs('a/apply'), needs('b/apply'), needs('web/apply')]).toEqual([['db/soak'], ['db/soak'], ['a/soak', 'b/soak']])
  })
})

describe('the hash of a plan', () => {
  const base = plan([service('cart')])
  test('is the same for the same plan, also after a way through a file', () => {
    expect(plan([service('cart')]).hash).toBe(base.hash)
    expect(planDifferences(base, JSON.parse(JSON.stringify(base)) as Plan)).toEqual([])
  })

  const change = { ref: base.services[0]?.objects[0]?.ref as NonNullable<PlannedService['objects'][number]['ref']>, does: 'change', digest: 'd1', changes: [{ path: 'spec.replicas', from: 1, to: 2 }] } as const
  test.each<[string, Plan, string]>([
    ['another service', plan([service('cart'), service('web')]), 'web was not in the plan'],
    ['a service less', plan([]), 'cart is no longer in the plan'],
    ['another dependency', plan([service('cart', [], { soak: 5 })]), 'cart: soak was 0 and is 5'],
    ['other manifests', plan([service('cart', [], { objects: [{ ...change, digest: 'd2' }] })]), 'the manifests say something else'],
    ['another cluster state', plan([service('cart', [], { objects: [{ ...change, changes: [{ path: 'spec.replicas', from: 5, to: 2 }] }] })]), 'the object in the cluster has changed since'],
    ['an object that is there by now', plan([service('cart', [], { objects: [{ ...change, does: 'same', changes: [] }] })]), 'was to be changed and is to stay the same'],
    ['another policy', plan([service('cart')], { onFailure: 'halt' }), 'onFailure was "rollback" and is "halt"'],
    ['another cluster', plan([service('cart')], { cluster: { server: 'https://b', context: 'b' } }), 'cluster was'],
  ])('differs by %s, in words', (_, other, says) => {
    expect(other.hash).not.toBe(base.hash)
    expect(planDifferences(base, other).join('; ')).toContain(says)
  })
})
