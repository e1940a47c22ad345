import { expect } from '@jest/globals'
import type { Answered } from './client.ts'
import { type Given, topic } from './given.ts'
import { configMap, deployment } from './objects.ts'
import { images } from './side.ts'

interface Entry { readonly manager: string; readonly operation: string; readonly subresource?: string; readonly fieldsV1: object }
const managersOf = (object: Answered): readonly string[] => ((object.metadata['managedFields'] ?? []) as readonly Entry[]).map(({ manager, operation }) => `${manager} ${operation}`)
const fieldsOwned = (object: Answered, manager: string): object | undefined => ((object.metadata['managedFields'] ?? []) as readonly Entry[]).find((entry) => entry.manager === manager)?.fieldsV1
const asleep = (spec: object = {}) => deployment('web', images.runs, { replicas: 0, ...spec })
const containers = (...list: readonly object[]) => ({ metadata: { labels: { app: 'web' } }, spec: { containers: list } })
const namesOfContainers = (object: Answered): readonly string[] => (object.spec.template as { readonly spec: { readonly containers: readonly { readonly name: string }[] } }).spec.containers.map(({ name }) => name)

async function applied(given: Given, object: Parameters<Given['apply']>[1], manager: string, query?: string): Promise<Answered> {
  const { code, body, text } = await given.apply(object.kind === 'Deployment' ? 'deployments' : 'configmaps', object, manager, query)
  expect({ code, text: code < 300 ? '' : text }).toMatchObject({ text: '' })
  return body
}

const owning = topic('applying: ownership', {
  'what is not there is made': async (given) => {
    const { code, body } = await given.apply('configmaps', configMap('a', { x: '1' }), 'first')
    expect(code).toBe(201)
    expect(body.metadata['managedFields']).toEqual([{ manager: 'first', operation: 'Apply', apiVersion: 'v1', time: expect.any(String), fieldsType: 'FieldsV1', fieldsV1: { 'f:data': { 'f:x': {} } } }])
  },
  'the same again changes nothing': async (given) => {
    const first = await applied(given, configMap('a', { x: '1' }), 'first')
    const { code, body } = await given.apply('configmaps', configMap('a', { x: '1' }), 'first')
    expect([code, body]).toEqual([200, first])
  },
  'a field that is no longer applied is removed': async (given) => {
    await applied(given, configMap('a', { x: '1', y: '1' }), 'first')
    expect((await applied(given, configMap('a', { x: '1' }), 'first'))['data']).toEqual({ x: '1' })
  },
  'a field that another one applied too stays': async (given) => {
    await applied(given, configMap('a', { x: '1', y: '1' }), 'first')
    await applied(given, configMap('a', { y: '1' }), 'second')
    const after = await applied(given, configMap('a', { x: '1' }), 'first')
    expect(after['data']).toEqual({ x: '1', y: '1' })
    expect(fieldsOwned(after, 'second')).toEqual({ 'f:data': { 'f:y': {} } })
  },
  'fields of others survive': async (given) => {
    await applied(given, configMap('a', { x: '1' }), 'first')
    await given.patch('merge', 'configmaps', 'a', { metadata: { annotations: { note: 'mine' } }, data: { other: '1' } }, 'fieldManager=editor')
    const after = await applied(given, configMap('a', { x: '2' }), 'first')
    expect([after['data'], after.metadata.annotations]).toEqual([{ x: '2', other: '1' }, { note: 'mine' }])
    expect(managersOf(after)).toEqual(['first Apply', 'editor Update'])
  },
  'what was made in another way is not removed by leaving it out': async (given) => {
    await given.make('configmaps', configMap('a', { x: '1', y: '1' }), 'fieldManager=maker')
    const after = await applied(given, configMap('a', { x: '1' }), 'first')
    expect([after['data'], managersOf(after)]).toEqual([{ x: '1', y: '1' }, ['first Apply', 'maker Update']])
  },
  'whoever applies nothing gives up all of it': async (given) => {
    await applied(given, configMap('a', { x: '1' }), 'first')
    await applied(given, configMap('a', { y: '1' }), 'second')
    const { kind, apiVersion, metadata } = configMap('a')
    const after = await applied(given, { kind, apiVersion, metadata }, 'first')
    expect([after['data'], managersOf(after)]).toEqual([{ y: '1' }, ['second Apply']])
  },
  'items of lists are owned by their keys': async (given) => {
    await applied(given, asleep({ template: containers({ name: 'app', image: 'a:1' }) }), 'first')
    const { spec: _, ...rest } = asleep()
    await applied(given, { ...rest, spec: { template: { spec: { containers: [{ name: 'side', image: 's:1' }] } } } }, 'second')
    const both = await applied(given, asleep({ template: containers({ name: 'app', image: 'a:2' }) }), 'first')
    expect(namesOfContainers(both)).toEqual(['app', 'side'])
    const one = await applied(given, { ...rest, spec: {} }, 'second')
    expect(namesOfContainers(one)).toEqual(['app'])
  },
  'an item that is no longer applied is removed': async (given) => {
    await applied(given, asleep({ template: containers({ name: 'app', image: 'a:1', env: [{ name: 'X', value: '1' }, { name: 'Y', value: '1' }] }, { name: 'side', image: 's:1' }) }), 'first')
    const after = await applied(given, asleep({ template: containers({ name: 'app', image: 'a:1', env: [{ name: 'Y', value: '1' }] }) }), 'first')
    expect(after.spec.template).toMatchObject({ spec: { containers: [{ name: 'app', env: [{ name: 'Y', value: '1' }] }] } })
  },
  'a default takes the place of what is removed': async (given) => {
    await applied(given, asleep({ revisionHistoryLimit: 3 }), 'first')
    expect((await applied(given, asleep(), 'first')).spec['revisionHistoryLimit']).toBe(10)
  },
})

const disputing = topic('applying: conflicts', {
  'another value of a field that another one applied is refused, field by field': async (given) => {
    await applied(given, configMap('a', { x: '1', y: '1' }), 'first')
    expect((await given.apply('configmaps', configMap('a', { x: '2', y: '2' }), 'second')).body).toMatchObject({
      code: 409, reason: 'Conflict', message: 'Apply failed with 2 conflicts: conflicts with "first":\n- .data.x\n- .data.y',
      details: { causes: [{ reason: 'FieldManagerConflict', message: 'conflict with "first"', field: '.data.x' }, { reason: 'FieldManagerConflict', message: 'conflict with "first"', field: '.data.y' }] },
    })
    expect((await given.read('configmaps', 'a'))['data']).toEqual({ x: '1', y: '1' })
  },
  'a field that was written by an update is disputed with its time': async (given) => {
    await given.make('configmaps', configMap('a', { x: '1' }), 'fieldManager=maker')
    expect((await given.apply('configmaps', configMap('a', { x: '2' }), 'first')).body).toMatchObject({ code: 409, message: expect.stringMatching(/^Apply failed with 1 conflict: conflict with "maker" using v1: \.data\.x$/), details: { causes: [{ reason: 'FieldManagerConflict', message: expect.stringMatching(/^conflict with "maker" using v1( at .*)?$/), field: '.data.x' }] } })
  },
  'the same value is shared': async (given) => {
    await applied(given, configMap('a', { x: '1' }), 'first')
    expect(managersOf(await applied(given, configMap('a', { x: '1' }), 'second')).toSorted()).toEqual(['first Apply', 'second Apply'])
  },
  'a shared field cannot be changed by one': async (given) => {
    await applied(given, configMap('a', { x: '1' }), 'first')
    await applied(given, configMap('a', { x: '1' }), 'second')
    expect((await given.apply('configmaps', configMap('a', { x: '2' }), 'first')).body).toMatchObject({ code: 409, details: { causes: [{ message: 'conflict with "second"' }] } })
  },
  'force takes the field over': async (given) => {
    await applied(given, configMap('a', { x: '1', y: '1' }), 'first')
    const after = await applied(given, configMap('a', { x: '2' }), 'second', 'force=true')
    expect(after['data']).toEqual({ x: '2', y: '1' })
    expect([fieldsOwned(after, 'first'), fieldsOwned(after, 'second')]).toEqual([{ 'f:data': { 'f:y': {} } }, { 'f:data': { 'f:x': {} } }])
  },
  'an item of a list is named by its keys': async (given) => {
    await applied(given, asleep({ template: containers({ name: 'app', image: 'a:1' }) }), 'first')
    expect((await given.apply('deployments', asleep({ template: containers({ name: 'app', image: 'a:2' }) }), 'second')).body.details.causes).toMatchObject([{ field: '.spec.template.spec.containers[name="app"].image' }])
  },
  'an autoscaler owns the number that it set': async (given) => {
    await applied(given, asleep(), 'first')
    const scaled = await given.admin.send('PUT', `${given.at('deployments', 'web', 'scale')}?fieldManager=scaler`, { apiVersion: 'autoscaling/v1', kind: 'Scale', metadata: { name: 'web' }, spec: { replicas: 1 } })
    expect(scaled.code).toBe(200)
    const after = await given.read('deployments', 'web')
    expect(((after.metadata['managedFields'] ?? []) as readonly Entry[]).find(({ manager }) => manager === 'scaler')).toMatchObject({ operation: 'Update', subresource: 'scale', fieldsV1: { 'f:spec': { 'f:replicas': {} } } })
    expect((await given.apply('deployments', asleep(), 'first')).body).toMatchObject({ code: 409, details: { causes: [{ message: expect.stringMatching(/^conflict with "scaler" with subresource "scale" using apps\/v1( at .*)?$/), field: '.spec.replicas' }] } })
    const { replicas: _, ...spec } = asleep()['spec'] as { readonly replicas: number }
    expect((await applied(given, { ...asleep(), spec }, 'first')).spec.replicas).toBe(1)
  },
})

const asking = topic('applying: the request', {
  'who applies must say who it is': async (given) => {
    expect((await given.apply('configmaps', configMap('a'), '')).body).toMatchObject({ code: 422, reason: 'Invalid', message: 'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch' })
  },
  'a trial tells what would come of it, and does nothing': async (given) => {
    const first = await applied(given, configMap('a', { x: '1' }), 'first')
    expect((await applied(given, configMap('a', { y: '1' }), 'first', 'dryRun=All'))['data']).toEqual({ y: '1' })
    expect(await given.read('configmaps', 'a')).toEqual(first)
    expect((await given.apply('configmaps', configMap('b'), 'first', 'dryRun=All')).code).toBe(201)
    expect((await given.get('configmaps', 'b')).code).toBe(404)
    expect((await given.apply('configmaps', configMap('a', { x: '2' }), 'second', 'dryRun=All')).body).toMatchObject({ code: 409 })
  },
  'a version in it is a condition': async (given) => {
    const { metadata } = await applied(given, configMap('a', { x: '1' }), 'first')
    await applied(given, configMap('a', { x: '2' }), 'first')
    expect((await given.apply('configmaps', configMap('a', { x: '3' }, { resourceVersion: metadata.resourceVersion }), 'first')).body).toMatchObject({ code: 409, reason: 'Conflict' })
  },
  'a field that there is not is refused, strict or not': async (given) => {
    const strange = { ...configMap('a'), foo: 1 }
    for (const validation of ['Ignore', 'Strict']) expect((await given.apply('configmaps', strange, 'first', `fieldValidation=${validation}`)).body).toMatchObject({ code: 500, message: 'failed to create typed patch object (/a; /v1, Kind=ConfigMap): .foo: field not declared in schema' })
  },
  'ownership cannot be sent along': async (given) => {
    expect((await given.apply('configmaps', configMap('a', {}, { managedFields: [{ manager: 'x', operation: 'Apply', apiVersion: 'v1', fieldsType: 'FieldsV1', fieldsV1: {} }] }), 'first')).body).toMatchObject({ code: 400, reason: 'BadRequest', message: 'metadata.managedFields must be nil' })
  },
  'the name must be that of the address': async (given) => {
    expect((await given.admin.send('PATCH', `${given.at('configmaps', 'a')}?fieldManager=first`, configMap('b'), { type: 'application/apply-patch+yaml' })).body).toMatchObject({ code: 400, reason: 'BadRequest', message: 'the name of the object (b) does not match the name on the URL (a)' })
  },
  'the kind must be said': async (given) => {
    const { kind: _, ...rest } = configMap('a')
    expect((await given.apply('configmaps', rest as never, 'first')).code).toBe(400)
  },
  'what is invalid is refused': async (given) => {
    expect((await given.apply('deployments', asleep({ replicas: -1 }), 'first')).body).toMatchObject({ code: 422, reason: 'Invalid', details: { causes: [{ field: 'spec.replicas' }] } })
  },
  'a value of another type is refused': async (given) => {
    expect((await given.apply('deployments', asleep({ replicas: 'two' }), 'first')).code).toBe(500)
  },
  'two items with one key are refused': async (given) => {
    expect((await given.apply('deployments', asleep({ template: containers({ name: 'app', image: 'a:1' }, { name: 'app', image: 'a:2' }) }), 'first')).body).toMatchObject({ code: 500, message: expect.stringContaining('duplicate entries for key [name="app"]') })
  },
})

export const applying = [owning, disputing, asking]
