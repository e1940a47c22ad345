import { expect, test } from '@jest/globals'
import type { KubeObject } from '@fermata/ports'
import { fieldChanges } from './field-changes.ts'

const object = (content: object, kind = 'Deployment'): KubeObject => ({ apiVersion: 'v1', kind, metadata: { name: 'cart' }, ...content })
const server = (image: string, more: object = {}): object => ({ spec: { containers: [{ name: 'server', image }, { name: 'log', ...more }] } })

test.each<[string, object, object, readonly object[]]>([
  ['nothing', { spec: { a: 1 } }, { spec: { a: 1 } }, []],
  ['a value', { spec: { a: 1 } }, { spec: { a: 2 } }, [{ path: 'spec.a', from: 1, to: 2 }]],
  ['a field that comes', { spec: {} }, { spec: { a: null } }, [{ path: 'spec.a', from: undefined, to: null }]],
  ['a field that goes', { spec: { a: false } }, { spec: {} }, [{ path: 'spec.a', from: false, to: undefined }]],
  ['a named item of a list', server('a:1'), server('a:2'), [{ path: 'spec.containers[server].image', from: 'a:1', to: 'a:2' }]],
  ['an item that comes', { l: [{ name: 'a' }] }, { l: [{ name: 'a' }, { name: 'b' }] }, [{ path: 'l[b]', from: undefined, to: { name: 'b' } }]],
  ['the order of named items', { l: [{ name: 'a' }, { name: 'b' }] }, { l: [{ name: 'b' }, { name: 'a' }] }, [{ path: 'l', from: ['a', 'b'], to: ['b', 'a'] }]],
  ['a list of values', { l: [1, 2] }, { l: [1] }, [{ path: 'l', from: [1, 2], to: [1] }]],
  ['a key with a dot', { metadata: { name: 'cart', labels: { 'a.b/c': 'x' } } }, { metadata: { name: 'cart', labels: { 'a.b/c': 'y' } } }, [{ path: 'metadata.labels[a.b/c]', from: 'x', to: 'y' }]],
  ['status and bookkeeping', { status: { a: 1 }, metadata: { name: 'cart', resourceVersion: '1', generation: 1, managedFields: [1] } }, { status: { a: 2 }, metadata: { name: 'cart', resourceVersion: '2', generation: 2, managedFields: [2] } }, []],
  ['our own mark', { metadata: { name: 'cart', annotations: { 'fermata.dev/release': 'r1' } } }, { metadata: { name: 'cart' } }, []],
])('%s', (_, from, to, changes) => {
  expect(fieldChanges(object(from), object(to))).toEqual(changes)
})

test('values of a Secret are never told, only that they differ', () => {
  expect(fieldChanges(object({ data: { key: 'YQ==' }, type: 'Opaque' }, 'Secret'), object({ data: { key: 'Yg==', more: 'Yw==' }, type: 'Other' }, 'Secret'))).toEqual([
    { path: 'data.key', from: '(hidden)', to: '(hidden)' },
    { path: 'data.more', from: undefined, to: '(hidden)' },
    { path: 'type', from: 'Opaque', to: 'Other' },
  ])
})

test('values of a Secret that gets its first data, or loses all, are not told either', () => {
  expect(JSON.stringify(fieldChanges(object({}, 'Secret'), object({ data: { key: 'Yg==' } }, 'Secret')))).not.toContain('Yg==')
  expect(JSON.stringify(fieldChanges(object({ data: { key: 'Yg==' } }, 'Secret'), object({}, 'Secret')))).not.toContain('Yg==')
})
