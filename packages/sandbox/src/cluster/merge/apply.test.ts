import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { KubeObject } from '@fermata/ports'
import { deployment, fixture } from '../testing/fixture.ts'
import type { Fixture } from '../testing/fixture.ts'

let given: Fixture
beforeEach(async () => { given = await fixture() })
afterEach(() => given.stop())

const path = '/apis/apps/v1/namespaces/shop/deployments/cart'
const merge = { 'content-type': 'application/merge-patch+json' }
const partial = (spec: object, metadata: object = {}): KubeObject => ({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'cart', namespace: 'shop', ...metadata }, spec })
const container = (fields: object): object => ({ template: { spec: { containers: [{ name: 'app', ...fields }] } } })
const live = async (): Promise<KubeObject & { readonly spec: { readonly replicas: number; readonly template: { readonly spec: { readonly containers: readonly { readonly name: string; readonly image: string; readonly env?: readonly { readonly name: string }[] }[] } } } }> => (await given.wire.send('GET', path)).body as never
const env = async (): Promise<readonly string[]> => ((await live()).spec.template.spec.containers[0]?.env ?? []).map(({ name }) => name)

interface Entry { readonly manager: string; readonly operation: string; readonly subresource?: string; readonly fieldsV1: object }
const owned = async (manager: string): Promise<object | undefined> => ((await live()).metadata['managedFields'] as readonly Entry[]).find((entry) => entry.manager === manager)?.fieldsV1

describe('conflicts', () => {
  beforeEach(async () => { await given.apply(deployment('cart', 'cart:1'), 'fieldManager=fermata') })

  test('one names the manager and the field', async () => {
    expect((await given.apply(partial(container({ image: 'other:1' })), 'fieldManager=other')).body).toEqual({
      kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', code: 409, reason: 'Conflict',
      message: 'Apply failed with 1 conflict: conflict with "fermata": .spec.template.spec.containers[name="app"].image',
      details: { causes: [{ reason: 'FieldManagerConflict', message: 'conflict with "fermata"', field: '.spec.template.spec.containers[name="app"].image' }] },
    })
  })

  test('several are listed by manager, those of updaters with their version', async () => {
    await given.wire.send('PATCH', `${path}?fieldManager=kubectl-edit`, { spec: { minReadySeconds: 3 } }, merge)
    const reply = await given.apply(partial({ replicas: 7, minReadySeconds: 4 }), 'fieldManager=other')
    expect(reply.body).toMatchObject({ message: 'Apply failed with 2 conflicts: conflicts with "fermata":\n- .spec.replicas\nconflicts with "kubectl-edit" using apps/v1:\n- .spec.minReadySeconds' })
  })

  test('force takes the field over', async () => {
    await given.apply(partial({ replicas: 7 }), 'fieldManager=other&force=true')
    expect((await live()).spec.replicas).toBe(7)
    expect(await owned('other')).toEqual({ 'f:spec': { 'f:replicas': {} } })
    expect(JSON.stringify(await owned('fermata'))).not.toContain('f:replicas')
  })

  test('agreeing is no conflict, and both own the field', async () => {
    expect((await given.apply(partial({ replicas: 3 }), 'fieldManager=other')).code).toBe(200)
    expect(JSON.stringify(await owned('fermata'))).toContain('f:replicas')
    expect(await owned('other')).toEqual({ 'f:spec': { 'f:replicas': {} } })
  })
})

describe('what a manager applies no longer', () => {
  test('goes, when nobody else owns it', async () => {
    await given.apply(deployment('cart', 'cart:1', 3, container({ image: 'cart:1', env: [{ name: 'A', value: '1' }, { name: 'B', value: '2' }] })), 'fieldManager=fermata&force=true')
    await given.apply({ ...deployment('cart', 'cart:1'), spec: { ...(deployment('cart', 'cart:1')['spec'] as object), template: { metadata: { labels: { app: 'cart' } }, spec: { containers: [{ name: 'app', image: 'cart:1', env: [{ name: 'B', value: '2' }] }] } } } }, 'fieldManager=fermata')
    expect(await env()).toEqual(['B'])
  })

  test('stays, when another manager applies it too', async () => {
    await given.apply(deployment('cart', 'cart:1'), 'fieldManager=fermata')
    await given.apply(partial(container({ env: [{ name: 'SHARED', value: '1' }] })), 'fieldManager=a')
    await given.apply(partial(container({ env: [{ name: 'SHARED', value: '1' }] })), 'fieldManager=b')
    await given.apply(partial({}), 'fieldManager=a')
    expect(await env()).toEqual(['SHARED'])
    await given.apply(partial({}), 'fieldManager=b')
    expect(await env()).toEqual([])
  })

  test('is not what others added beside it', async () => {
    await given.apply(deployment('cart', 'cart:1'), 'fieldManager=fermata')
    await given.wire.send('PATCH', `${path}?fieldManager=injector`, { spec: { template: { spec: { containers: [{ name: 'sidecar', image: 'mesh:1' }] } } } }, { 'content-type': 'application/strategic-merge-patch+json' })
    await given.apply(deployment('cart', 'cart:2'), 'fieldManager=fermata')
    expect((await live()).spec.template.spec.containers.map(({ name, image }) => `${name}=${image}`).sort()).toEqual(['app=cart:2', 'sidecar=mesh:1'])
  })
})

test('the same configuration again writes nothing', async () => {
  await given.apply(deployment('cart', 'cart:1'), 'fieldManager=fermata')
  await given.pass(10)
  const before = await live()
  await given.pass(10)
  await given.apply(deployment('cart', 'cart:1'), 'fieldManager=fermata')
  expect((await live()).metadata.resourceVersion).toBe(before.metadata.resourceVersion)
})

test('a dry run answers what would come of it and stores nothing', async () => {
  const reply = await given.apply(deployment('cart', 'cart:1'), 'fieldManager=fermata&dryRun=All')
  expect(reply).toMatchObject({ code: 201, body: { spec: { replicas: 3, progressDeadlineSeconds: 600, template: { spec: { containers: [{ imagePullPolicy: 'IfNotPresent' }] } } } } })
  expect((await given.wire.send('GET', path)).code).toBe(404)
})

test('an update of somebody else takes its fields from the applier', async () => {
  await given.apply(deployment('cart', 'cart:1'), 'fieldManager=fermata')
  await given.wire.send('PATCH', `${path}/scale?fieldManager=autoscaler`, { spec: { replicas: 9 } }, merge)
  expect(JSON.stringify(await owned('fermata'))).not.toContain('f:replicas')
  expect(((await live()).metadata['managedFields'] as readonly Entry[]).find((entry) => entry.manager === 'autoscaler')).toMatchObject({ operation: 'Update', subresource: 'scale', fieldsV1: { 'f:spec': { 'f:replicas': {} } } })
})

test('objects without managed fields belong to before-first-apply', async () => {
  await given.apply(deployment('cart', 'cart:1'), 'fieldManager=fermata')
  await given.wire.send('PATCH', path, { metadata: { managedFields: [{}] } }, merge)
  const reply = await given.apply(deployment('cart', 'cart:2'), 'fieldManager=fermata')
  expect(reply.body).toMatchObject({ code: 409, details: { causes: [{ message: 'conflict with "before-first-apply" using apps/v1' }] } })
})

describe('a configuration that its type does not allow is refused', () => {
  test.each`
    what                | spec                                                                            | message
    ${'unknown field'}  | ${container({ imag: 'x' })}                                                     | ${'.spec.template.spec.containers[name="app"].imag: field not declared in schema'}
    ${'wrong type'}     | ${container({ image: 'x', env: [{ name: 'A', value: 1 }] })}                    | ${'.spec.template.spec.containers[name="app"].env[name="A"].value: expected string, got &value.valueUnstructured{Value:1}'}
    ${'the same twice'} | ${container({ image: 'x', env: [{ name: 'A' }, { name: 'A' }] })}               | ${'.spec.template.spec.containers[name="app"].env: duplicate entries for key [name="A"]'}
  `('$what', async ({ spec, message }) => {
    expect((await given.apply(partial(spec as object))).body).toMatchObject({ code: 500, message: `failed to create typed patch object (shop/cart; apps/v1, Kind=Deployment): ${message}` })
  })
})
