import { expect } from '@jest/globals'
import { topic } from './given.ts'
import { configMap, deployment } from './objects.ts'
import { images } from './side.ts'

const two = (name: string) => deployment(name, images.runs, { replicas: 0, template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'app', image: 'a:1', env: [{ name: 'X', value: '1' }, { name: 'Y', value: '1' }] }, { name: 'side', image: 's:1' }] } } })
const podOf = (body: { readonly spec: { readonly template?: unknown } }) => (body.spec.template as { readonly spec: { readonly containers: readonly { readonly name: string; readonly image: string; readonly env?: readonly object[] }[] } }).spec

export const patching = topic('patching', {
  'merge: maps are merged, null removes, lists are replaced': async (given) => {
    await given.make('deployments', two('web'))
    expect((await given.patch('merge', 'deployments', 'web', { metadata: { labels: { a: '1', b: '2' } } })).body.metadata.labels).toEqual({ a: '1', b: '2' })
    expect((await given.patch('merge', 'deployments', 'web', { metadata: { labels: { a: null, c: '3' } } })).body.metadata.labels).toEqual({ b: '2', c: '3' })
    expect(podOf((await given.patch('merge', 'deployments', 'web', { spec: { template: { spec: { containers: [{ name: 'app', image: 'a:2' }] } } } })).body).containers).toMatchObject([{ name: 'app', image: 'a:2' }])
  },
  'merge: the version in it is a condition': async (given) => {
    const made = await given.make('configmaps', configMap('a'))
    const patch = (x: string) => given.patch('merge', 'configmaps', 'a', { metadata: { resourceVersion: made.metadata.resourceVersion }, data: { x } })
    expect((await patch('1')).code).toBe(200)
    expect((await patch('2')).body).toMatchObject({ code: 409, reason: 'Conflict' })
  },
  'merge: another uid is refused': async (given) => {
    await given.make('configmaps', configMap('a'))
    expect((await given.patch('merge', 'configmaps', 'a', { metadata: { uid: '11111111-1111-1111-1111-111111111111' } })).body).toMatchObject({ code: 422, reason: 'Invalid', details: { causes: [{ reason: 'FieldValueInvalid', field: 'metadata.uid' }, {}] } })
  },
  'merge: what is no object is refused': async (given) => {
    await given.make('configmaps', configMap('a'))
    for (const patch of ['{', '[]']) expect((await given.patch('merge', 'configmaps', 'a', patch)).body).toMatchObject({ code: 400, reason: 'BadRequest' })
  },
  'json: add, replace, remove, move, copy, test': async (given) => {
    await given.make('configmaps', configMap('a', { x: '1', y: '2' }, { annotations: { 'contract.example/z': '3' } }))
    const { code, body } = await given.patch('json', 'configmaps', 'a', [{ op: 'test', path: '/data/x', value: '1' }, { op: 'replace', path: '/data/x', value: '9' }, { op: 'remove', path: '/metadata/annotations/contract.example~1z' }, { op: 'add', path: '/metadata/labels', value: { own: 'a' } }, { op: 'move', from: '/data/y', path: '/data/w' }, { op: 'copy', from: '/data/w', path: '/data/v' }])
    expect([code, body['data'], body.metadata.labels, body.metadata.annotations]).toEqual([200, { x: '9', w: '2', v: '2' }, { own: 'a' }, undefined])
  },
  'json: items of lists, before one and at the end': async (given) => {
    await given.make('deployments', two('web'))
    const { body } = await given.patch('json', 'deployments', 'web', [{ op: 'add', path: '/spec/template/spec/containers/0', value: { name: 'first', image: 'f:1' } }, { op: 'add', path: '/spec/template/spec/containers/-', value: { name: 'last', image: 'l:1' } }, { op: 'replace', path: '/spec/template/spec/containers/1/image', value: 'a:2' }])
    expect(podOf(body).containers.map(({ name, image }) => `${name} ${image}`)).toEqual(['first f:1', 'app a:2', 'side s:1', 'last l:1'])
  },
  'json: a test that fails refuses all of it': async (given) => {
    await given.make('configmaps', configMap('a', { x: '1' }))
    const { body } = await given.patch('json', 'configmaps', 'a', [{ op: 'replace', path: '/data/x', value: '2' }, { op: 'test', path: '/data/x', value: '1' }])
    expect(body).toMatchObject({ code: 422, reason: 'Invalid', message: 'the server rejected our request due to an error in our request' })
    expect((await given.read('configmaps', 'a'))['data']).toEqual({ x: '1' })
  },
  'json: a path that leads nowhere is refused': async (given) => {
    await given.make('configmaps', configMap('a', { x: '1' }))
    for (const operation of [{ op: 'remove', path: '/data/none' }, { op: 'add', path: '/none/x', value: '1' }, { op: 'turn', path: '/data' }]) expect((await given.patch('json', 'configmaps', 'a', [operation])).body).toMatchObject({ code: 422, reason: 'Invalid' })
  },
  'json: what is no list of operations is refused': async (given) => {
    await given.make('configmaps', configMap('a'))
    expect((await given.patch('json', 'configmaps', 'a', { op: 'add' })).body).toMatchObject({ code: 400, reason: 'BadRequest' })
  },
  'strategic: items are merged by their keys': async (given) => {
    await given.make('deployments', two('web'))
    const { containers } = podOf((await given.patch('strategic', 'deployments', 'web', { spec: { template: { spec: { containers: [{ name: 'app', image: 'a:2', env: [{ name: 'Y', value: '2' }, { name: 'Z', value: '3' }] }] } } } })).body)
    expect(containers.map(({ name, image }) => `${name} ${image}`)).toEqual(['app a:2', 'side s:1'])
    expect(containers[0]?.env).toEqual(expect.arrayContaining([{ name: 'X', value: '1' }, { name: 'Y', value: '2' }, { name: 'Z', value: '3' }]))
  },
  'strategic: directives delete and replace': async (given) => {
    await given.make('deployments', two('web'))
    expect(podOf((await given.patch('strategic', 'deployments', 'web', { spec: { template: { spec: { containers: [{ $patch: 'delete', name: 'side' }] } } } })).body).containers.map(({ name }) => name)).toEqual(['app'])
    expect(podOf((await given.patch('strategic', 'deployments', 'web', { spec: { template: { spec: { containers: [{ $patch: 'replace' }, { name: 'only', image: 'o:1' }] } } } })).body).containers.map(({ name }) => name)).toEqual(['only'])
    expect((await given.patch('strategic', 'deployments', 'web', { spec: { strategy: { $retainKeys: ['type'], type: 'Recreate' } } })).body.spec['strategy']).toEqual({ type: 'Recreate' })
  },
  'strategic: finalizers are a set': async (given) => {
    await given.make('configmaps', configMap('a', {}, { finalizers: ['contract.example/one'] }))
    expect((await given.patch('strategic', 'configmaps', 'a', { metadata: { finalizers: ['contract.example/two'] } })).body.metadata['finalizers']).toEqual(expect.arrayContaining(['contract.example/one', 'contract.example/two']))
    expect((await given.patch('strategic', 'configmaps', 'a', { metadata: { '$deleteFromPrimitiveList/finalizers': ['contract.example/one'] } })).body.metadata['finalizers']).toEqual(['contract.example/two'])
    await given.patch('merge', 'configmaps', 'a', { metadata: { finalizers: null } })
  },
  'what is not there cannot be patched': async (given) => {
    for (const [type, patch] of [['merge', {}], ['json', []], ['strategic', {}]] as const) expect((await given.patch(type, 'configmaps', 'a', patch)).body).toMatchObject({ code: 404, reason: 'NotFound', message: 'configmaps "a" not found' })
  },
  'a name cannot be changed': async (given) => {
    await given.make('configmaps', configMap('a'))
    expect((await given.patch('merge', 'configmaps', 'a', { metadata: { name: 'b' } })).body).toMatchObject({ code: 400, reason: 'BadRequest' })
  },
  'a form of patch that there is not is refused': async (given) => {
    await given.make('configmaps', configMap('a'))
    expect((await given.admin.send('PATCH', given.at('configmaps', 'a'), {}, { type: 'application/json' })).body).toMatchObject({ code: 415, reason: 'UnsupportedMediaType' })
  },
  'what becomes invalid is refused': async (given) => {
    await given.make('deployments', two('web'))
    expect((await given.patch('merge', 'deployments', 'web', { spec: { replicas: -1 } })).body).toMatchObject({ code: 422, reason: 'Invalid', message: 'Deployment.apps "web" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0', details: { causes: [{ field: 'spec.replicas' }] } })
  },
  'a patch that changes nothing keeps the version': async (given) => {
    const made = await given.make('configmaps', configMap('a', { x: '1' }))
    expect((await given.patch('merge', 'configmaps', 'a', { data: { x: '1' } })).body.metadata.resourceVersion).toBe(made.metadata.resourceVersion)
    expect((await given.patch('json', 'configmaps', 'a', [{ op: 'replace', path: '/data/x', value: '1' }])).body.metadata.resourceVersion).toBe(made.metadata.resourceVersion)
  },
  'the patcher is noted as the manager of what changed': async (given) => {
    await given.make('configmaps', configMap('a', { x: '1', y: '1' }), 'fieldManager=first')
    const { body } = await given.patch('merge', 'configmaps', 'a', { data: { x: '2', y: '1' } }, 'fieldManager=second')
    expect(body.metadata['managedFields']).toMatchObject([{ manager: 'first', fieldsV1: { 'f:data': { '.': {}, 'f:y': {} } } }, { manager: 'second', operation: 'Update', fieldsV1: { 'f:data': { 'f:x': {} } } }])
  },
})
