import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { KubeObject } from '@fermata/ports'
import { fixture } from '../testing/fixture.ts'
import type { Fixture } from '../testing/fixture.ts'

let given: Fixture
beforeEach(async () => { given = await fixture() })
afterEach(() => given.stop())

const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
const widgets = '/apis/example.com/v1/namespaces/shop/widgets'
const spec = {
  type: 'object', required: ['size'],
  properties: {
    size: { type: 'integer', minimum: 1 }, mode: { type: 'string', enum: ['a', 'b'], default: 'a' },
    parts: { type: 'array', items: { type: 'object', required: ['key'], properties: { key: { type: 'string' }, value: { type: 'string', default: 'v' } } }, 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['key'] },
  },
}
const definition = (schema: object = { type: 'object', properties: { spec } }): object => ({ metadata: { name: 'widgets.example.com' }, spec: { group: 'example.com', scope: 'Namespaced', names: { plural: 'widgets', kind: 'Widget' }, versions: [{ name: 'v1', served: true, storage: true, subresources: { status: {} }, schema: { openAPIV3Schema: schema } }] } })
const widget = (body: object): object => ({ apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'w', namespace: 'shop' }, spec: body })
const send = (method: string, path: string, body?: unknown, type = 'application/json'): Promise<{ readonly code: number; readonly body: unknown }> => given.wire.send(method, path, body, body === undefined ? {} : { 'content-type': type })

describe('a custom resource definition', () => {
  beforeEach(async () => { await send('POST', definitions, definition()); await given.pass(1) })

  test('makes its kind known', async () => {
    expect((await send('GET', '/apis/example.com/v1')).body).toMatchObject({ kind: 'APIResourceList', resources: [{ name: 'widgets', kind: 'Widget', namespaced: true }, { name: 'widgets/status' }] })
    expect((await send('GET', `${definitions}/widgets.example.com`)).body).toMatchObject({ status: { conditions: [{ type: 'NamesAccepted', status: 'True' }, { type: 'Established', status: 'True' }] } })
  })

  test('gives its objects defaults and takes what its schema does not know', async () => {
    expect((await send('POST', widgets, widget({ size: 1, other: 1, parts: [{ key: 'k' }] }))).body).toMatchObject({ metadata: { generation: 1 }, spec: { size: 1, mode: 'a', parts: [{ key: 'k', value: 'v' }] } })
    expect(JSON.stringify((await send('GET', `${widgets}/w`)).body)).not.toContain('other')
  })

  test.each`
    body                              | field          | message
    ${{}}                             | ${'spec.size'} | ${'Required value'}
    ${{ size: 0 }}                    | ${'spec.size'} | ${'Invalid value: 0: spec.size in body should be greater than or equal to 1'}
    ${{ size: 'x' }}                  | ${'spec.size'} | ${'Invalid value: "string": spec.size in body must be of type integer: "string"'}
    ${{ size: 1, mode: 'z' }}         | ${'spec.mode'} | ${'Unsupported value: "z": supported values: "a", "b"'}
  `('refuses $body', async ({ body, field, message }) => {
    expect(await send('POST', widgets, widget(body as object))).toMatchObject({ code: 422, body: { details: { causes: [{ field, message }] } } })
  })

  test('lets several managers apply items of one list', async () => {
    const apply = (manager: string, body: object): Promise<unknown> => send('PATCH', `${widgets}/w?fieldManager=${manager}`, widget(body), 'application/apply-patch+yaml')
    await apply('a', { size: 1, parts: [{ key: 'a' }] })
    await apply('b', { parts: [{ key: 'b' }] })
    await apply('a', { size: 1 })
    expect((await send('GET', `${widgets}/w`)).body).toMatchObject({ spec: { parts: [{ key: 'b' }] } })
  })

  test('takes its objects with it', async () => {
    await send('POST', widgets, widget({ size: 1 }))
    await send('DELETE', `${definitions}/widgets.example.com`)
    await given.pass(1)
    expect((await send('GET', widgets)).code).toBe(404)
  })
})

test.each`
  what            | schema
  ${'CEL'}        | ${{ type: 'object', properties: { spec: { type: 'object', 'x-kubernetes-validations': [{ rule: 'true' }] } } }}
  ${'oneOf'}      | ${{ type: 'object', properties: { spec: { type: 'object', oneOf: [] } } }}
`('a definition whose $what would not be enforced is refused', async ({ schema }) => {
  expect((await send('POST', definitions, definition(schema as object))).body).toMatchObject({ code: 501 })
})

test('a route gets the weights and kinds that the Gateway API defaults', async () => {
  const route: KubeObject = { apiVersion: 'gateway.networking.k8s.io/v1', kind: 'HTTPRoute', metadata: { name: 'cart', namespace: 'shop' }, spec: { parentRefs: [{ name: 'main' }], rules: [{ backendRefs: [{ name: 'cart', port: 80 }] }] } }
  expect((await given.apply(route)).body).toMatchObject({
    spec: { parentRefs: [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'main' }], rules: [{ matches: [{ path: { type: 'PathPrefix', value: '/' } }], backendRefs: [{ group: '', kind: 'Service', name: 'cart', port: 80, weight: 1 }] }] },
  })
})

test('a kind without a schema keeps what it is given', async () => {
  const body = { hosts: ['cart'], http: [{ route: [{ destination: { host: 'cart', subset: 'v1' }, weight: 90 }], timeout: null, retries: {} }] }
  expect((await given.apply({ apiVersion: 'networking.istio.io/v1', kind: 'VirtualService', metadata: { name: 'cart', namespace: 'shop' }, spec: body } as KubeObject)).body).toMatchObject({ spec: body })
})
