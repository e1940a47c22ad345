import { describe, expect, test } from '@jest/globals'
import type { KubeObject } from '@fermata/ports'
import fc from 'fast-check'
import { extract, type FieldSet, leaves, union } from './fields.ts'
import { formerOf, wayBack } from './former.ts'

const ref = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'cart' }
const server = 'k:{"name":"server"}'

interface Owner {
  readonly manager: string
  readonly operation?: 'Apply' | 'Update'
  readonly fields: FieldSet
}

function object(content: Readonly<Record<string, unknown>>, owners: readonly Owner[], release?: string): KubeObject {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name: 'cart',
      namespace: 'shop',
      resourceVersion: '7',
      ...(release !== undefined && { annotations: { 'fermata.dev/release': release } }),
      managedFields: owners.map(({ manager, operation = 'Apply', fields }) => ({ manager, operation, fieldsType: 'FieldsV1', fieldsV1: fields })),
    },
    ...content,
  }
}

const container = (image: string, more = {}): Readonly<Record<string, unknown>> => ({ spec: { template: { spec: { containers: [{ name: 'server', image, ...more }] } } } })
const ownsContainer = (members: FieldSet): FieldSet => ({ 'f:spec': { 'f:template': { 'f:spec': { 'f:containers': { [server]: { '.': {}, 'f:name': {}, ...members } } } } } })
const ours = (fields: FieldSet): Owner => ({ manager: 'fermata', fields })
const specOf = (way: ReturnType<typeof wayBack>): unknown => (way.is === 'apply' ? way.object['spec'] : way)

/** An object before, what a dry run of our write gives, and the object when it is to be undone. */
function undo(before: KubeObject, after: KubeObject, now: KubeObject = after): ReturnType<typeof wayBack> {
  return wayBack(formerOf(ref, before, after), { ...now, metadata: { ...now.metadata, annotations: { 'fermata.dev/release': 'r2' } } }, 'r2')
}

describe('a field', () => {
  test('that we owned and changed comes back', () => {
    const way = undo(object(container('cart:1'), [ours(ownsContainer({ 'f:image': {} }))]), object(container('cart:2'), [ours(ownsContainer({ 'f:image': {} }))]))
    expect(specOf(way)).toEqual({ template: { spec: { containers: [{ name: 'server', image: 'cart:1' }] } } })
  })

  test('that we added is left out, so that the API server removes it', () => {
    const way = undo(object(container('cart:1'), [ours(ownsContainer({ 'f:image': {} }))]), object(container('cart:1', { tty: true }), [ours(ownsContainer({ 'f:image': {}, 'f:tty': {} }))]))
    expect(specOf(way)).toEqual({ template: { spec: { containers: [{ name: 'server', image: 'cart:1' }] } } })
  })

  test('that we owned and the release dropped comes back', () => {
    const way = undo(object(container('cart:1', { tty: true }), [ours(ownsContainer({ 'f:image': {}, 'f:tty': {} }))]), object(container('cart:1'), [ours(ownsContainer({ 'f:image': {} }))]))
    expect(specOf(way)).toEqual({ template: { spec: { containers: [{ name: 'server', image: 'cart:1', tty: true }] } } })
  })

  test('that we took over by force comes back with the value of its former owner', () => {
    const way = undo(object(container('cart:1'), [{ manager: 'kubectl', operation: 'Update', fields: ownsContainer({ 'f:image': {} }) }]), object(container('cart:2'), [ours(ownsContainer({ 'f:image': {} }))]))
    expect(specOf(way)).toEqual({ template: { spec: { containers: [{ name: 'server', image: 'cart:1' }] } } })
  })

  test('that we came to share with its owner is let go of', () => {
    const theirs: Owner = { manager: 'kubectl', operation: 'Update', fields: ownsContainer({ 'f:image': {} }) }
    const way = undo(object(container('cart:1'), [theirs]), object(container('cart:1', { tty: true }), [theirs, ours(ownsContainer({ 'f:image': {}, 'f:tty': {} }))]))
    expect(specOf(way)).toBeUndefined()
  })

  test('that somebody has taken over since is left as it is', () => {
    const replicas = (count: number): Readonly<Record<string, unknown>> => ({ spec: { replicas: count } })
    const set: FieldSet = { 'f:spec': { 'f:replicas': {} } }
    const way = undo(object(replicas(2), [ours(set)]), object(replicas(3), [ours(set)]), object(replicas(9), [{ manager: 'autoscaler', operation: 'Update', fields: set }]))
    expect(specOf(way)).toBeUndefined()
  })

  test('of others beside ours is not mentioned', () => {
    const theirs: Owner = { manager: 'mesh', operation: 'Update', fields: { 'f:metadata': { 'f:labels': { 'f:team': {} } } } }
    const before = { ...object(container('cart:1'), [theirs, ours(ownsContainer({ 'f:image': {} }))]) }
    const labelled = { ...before, metadata: { ...before.metadata, labels: { team: 'baskets' } } }
    const way = undo(labelled, labelled)
    expect(way.is === 'apply' && way.object.metadata.labels).toBeUndefined()
  })

  test('in a list keeps its place, so that the former pod template is the same one', () => {
    const env = (values: readonly string[]): Readonly<Record<string, unknown>> => container('cart:1', { env: values.map((name) => ({ name, value: name })) })
    const owns = (names: readonly string[]): Owner => ours(ownsContainer({ 'f:env': Object.fromEntries(names.map((name) => [`k:{"name":"${name}"}`, { '.': {}, 'f:name': {}, 'f:value': {} }])) }))
    const way = undo(object(env(['z', 'a', 'm']), [owns(['a', 'm', 'z'])]), object(env(['a']), [owns(['a'])]))
    expect(JSON.stringify(specOf(way))).toBe(JSON.stringify({ template: { spec: { containers: [{ name: 'server', env: [{ name: 'z', value: 'z' }, { name: 'a', value: 'a' }, { name: 'm', value: 'm' }] }] } } }))
  })
})

describe('an object', () => {
  const before = object({ spec: { replicas: 1 } }, [ours({ 'f:spec': { 'f:replicas': {} } })], 'r1')
  const former = formerOf(ref, before, before)
  test.each([
    ['that carries our mark', 'r2', 'apply'],
    ['that the write has not reached', 'r1', 'nothing'],
    ['that a later release has written', 'r3', 'superseded'],
    ['that lost its mark', undefined, 'superseded'],
  ])('%s: %s gives %s', (_, release, is) => {
    expect(wayBack(former, object({ spec: { replicas: 2 } }, [ours({ 'f:spec': { 'f:replicas': {} } })], release), 'r2').is).toBe(is)
  })

  test('that somebody has deleted is written again', () => {
    expect(wayBack(former, undefined, 'r2')).toMatchObject({ is: 'apply', object: { spec: { replicas: 1 } } })
  })

  test.each([
    ['is not there', undefined, 'nothing'],
    ['is ours', 'r2', 'nothing'],
    ['belongs to a later release', 'r3', 'superseded'],
  ])('that was absent and %s', (_, release, is) => {
    const now = release === undefined ? undefined : object({}, [], release)
    expect(wayBack({ is: 'absent', ref }, now, 'r2').is).toBe(is)
  })

  test('is only written over the version that was looked at', () => {
    expect(wayBack(former, object({ spec: { replicas: 2 } }, [ours({ 'f:spec': { 'f:replicas': {} } })], 'r2'), 'r2')).toMatchObject({ object: { metadata: { resourceVersion: '7', name: 'cart', namespace: 'shop' } } })
  })
})

function nested<T>(depth: number, around: (deeper: fc.Arbitrary<T>) => fc.Arbitrary<T>, leaf: fc.Arbitrary<T>): fc.Arbitrary<T> {
  return depth === 0 ? leaf : around(nested(depth - 1, around, leaf))
}

describe('a set of fields', () => {
  const name = fc.constantFrom('a', 'b', 'c')
  const set: fc.Arbitrary<FieldSet> = nested(3, (deeper) => fc.dictionary(name.map((one) => `f:${one}`), deeper, { maxKeys: 3 }), fc.constant({}))
  const value: fc.Arbitrary<unknown> = nested<unknown>(3, (deeper) => fc.oneof(fc.integer(), fc.dictionary(name, deeper, { maxKeys: 3 })), fc.integer())

  test('together with another has the leaves of both', () => {
    const keys = (one: FieldSet): readonly string[] => leaves(one).map((path) => path.join('/'))
    fc.assert(fc.property(set, set, (a, b) => {
      const both = keys(union(a, b))
      for (const leaf of [...keys(a), ...keys(b)]) expect(both).toContain(leaf)
      expect(union(a, a)).toEqual(a)
    }))
  })

  test('takes out of a value nothing that is not in it, and taking again changes nothing', () => {
    fc.assert(fc.property(value, set, (one, fields) => {
      const taken = extract(one, fields)
      expect(extract(taken, fields)).toEqual(taken)
    }))
  })

  test('whose form is not known is an error and no guess', () => {
    expect(() => extract({ a: 1 }, { 'x:a': {} })).toThrow(RangeError)
  })
})
