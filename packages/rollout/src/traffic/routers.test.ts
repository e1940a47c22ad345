import { describe, expect, test } from '@jest/globals'
import type { KubeObject } from '@fermata/ports'
import fc from 'fast-check'
import { httpRoute } from './http-route.ts'
import type { Change, PatchOperation, Router, Split } from './router.ts'
import { namesCanarySubset, virtualService } from './virtual-service.ts'

const split = (percent: number): Split => ({ namespace: 'shop', stable: 'cart', canary: 'cart-canary', percent })

interface Written {
  readonly name: string
  readonly weight?: number | undefined
  readonly [field: string]: unknown
}

/** How each provider writes a list of rules with backends. */
const dialects: readonly (readonly [string, Router, (rules: readonly (readonly Written[])[]) => KubeObject])[] = [
  ['HTTPRoute', httpRoute, (rules) => ({ apiVersion: 'gateway.networking.k8s.io/v1', kind: 'HTTPRoute', metadata: { name: 'shop', namespace: 'shop', resourceVersion: '7' }, spec: { parentRefs: [{ name: 'public' }], rules: rules.map((backendRefs) => ({ matches: [{ path: { value: '/' } }], backendRefs })) } })],
  ['VirtualService', virtualService, (rules) => ({ apiVersion: 'networking.istio.io/v1', kind: 'VirtualService', metadata: { name: 'shop', namespace: 'shop', resourceVersion: '7' }, spec: { hosts: ['shop'], http: rules.map((route) => ({ route: route.map(({ name, ...rest }) => ({ destination: { host: name }, ...rest })) })) } })],
]

/** The object after a change, as an API server would have it (RFC 6902, the four operations that we use). */
function after(object: KubeObject, change: Change): KubeObject {
  if (change.is === 'impossible') throw new Error(change.says)
  const copy = structuredClone(object) as unknown as Record<string, unknown>
  for (const operation of change.is === 'patch' ? change.operations : []) patch(copy, operation)
  return copy as unknown as KubeObject
}

function patch(root: Record<string, unknown>, { op, path, value }: PatchOperation): void {
  const steps = path.slice(1).split('/')
  const last = steps.pop() ?? ''
  const parent = steps.reduce<unknown>((here, step) => (here as Record<string, unknown>)[step], root) as Record<string, unknown>
  if (op === 'test') expect(parent[last]).toEqual(value)
  else if (Array.isArray(parent)) {
    if (op === 'remove') parent.splice(Number(last), 1)
    else parent.splice(last === '-' ? parent.length : Number(last), op === 'replace' ? 1 : 0, value)
  } else if (op === 'remove') delete parent[last]
  else {
    expect(Object.hasOwn(parent, last)).toBe(op === 'replace')
    parent[last] = value
  }
}

describe.each(dialects)('%s', (_, router, written) => {
  const weight = fc.option(fc.integer({ min: 0, max: 10 }).map((tens) => tens * 100), { nil: undefined })
  const foreign = fc.record({ name: fc.constantFrom('other', 'third', 'cart-api', 'cart.elsewhere'), weight, port: fc.integer(), note: fc.string() }).map(({ weight: given, ...rest }) => (given === undefined ? rest : { ...rest, weight: given }))
  /** Beside others the weight of ours is a multiple of 100, so that every whole percentage of it is a whole number. */
  const rule = fc.tuple(fc.array(foreign, { maxLength: 2 }), fc.constantFrom(100, 400), fc.array(foreign, { maxLength: 2 })).map(([before, ours, behind]): readonly Written[] => [...before, { name: 'cart', weight: ours, port: 80 }, ...behind])
  const others = fc.array(foreign, { minLength: 1, maxLength: 3 })
  const routes = fc.tuple(rule, fc.array(fc.oneof(rule, others), { maxLength: 3 })).map(([first, rest]) => written([first, ...rest]))
  const rulesOf = (route: KubeObject): readonly string[] => ((route['spec'] as { readonly rules?: readonly { readonly backendRefs: readonly unknown[] }[]; readonly http?: readonly { readonly route: readonly unknown[] }[] })).rules?.map(({ backendRefs }) => ours(backendRefs)) ?? ((route['spec'] as { readonly http: readonly { readonly route: readonly unknown[] }[] }).http.map(({ route: list }) => ours(list)))
  const ours = (backends: readonly unknown[]): string => JSON.stringify(backends.filter((backend) => !/"(?:name|host)":"cart(?:-canary)?"/.test(JSON.stringify(backend))))

  test('every share that is given stands there in every rule, and nothing of anybody else has changed by a byte', () => {
    fc.assert(fc.property(routes, fc.array(fc.integer({ min: 1, max: 99 }), { minLength: 1, maxLength: 4 }), (route, shares) => {
      let now = route
      for (const percent of shares) {
        now = after(now, router.setWeight(now, split(percent)))
        expect([router.verifyWeight(now, split(percent)), router.observe(now, split(percent))]).toEqual([true, percent])
        expect(router.setWeight(now, split(percent))).toEqual({ is: 'nothing' })
        expect(rulesOf(now)).toEqual(rulesOf(route))
      }
    }), { numRuns: 150 })
  })

  test('the way back brings the route to what it was, byte for byte, however often the share was changed', () => {
    fc.assert(fc.property(routes, fc.array(fc.integer({ min: 1, max: 99 }), { maxLength: 4 }), (route, shares) => {
      const before = router.weights(route, split(0))
      const shifted = shares.reduce((now, percent) => after(now, router.setWeight(now, split(percent))), route)
      const back = after(shifted, router.reset(shifted, split(0), before))
      expect(JSON.stringify(back)).toBe(JSON.stringify(route))
      expect(router.reset(back, split(0), before)).toEqual({ is: 'nothing' })
    }), { numRuns: 150 })
  })

  test('a backend that another team adds in the middle stays there on the way back', () => {
    const route = written([[{ name: 'cart', weight: 100 }]])
    const shifted = after(route, router.setWeight(route, split(20)))
    const list = JSON.stringify(shifted)
    const added = JSON.parse(list.replace(/(\{[^{}]*(?:\{[^{}]*\})?[^{}]*"weight":20\})/, '$1,{"destination":{"host":"late"},"name":"late","weight":5}')) as KubeObject
    const back = after(added, router.reset(added, split(0), router.weights(route, split(0))))
    expect(JSON.stringify(back)).toContain('"late"')
    expect(JSON.stringify(back)).not.toContain('cart-canary')
    expect(router.observe(back, split(0))).toBe(0)
  })

  test('holds only for the version that was looked at', () => {
    const route = written([[{ name: 'cart', weight: 100 }]])
    expect(router.setWeight(route, split(20))).toMatchObject({ is: 'patch', operations: [{ op: 'test', path: '/metadata/resourceVersion', value: '7' }, expect.anything(), expect.anything()] })
  })

  test('a route without our backend carries nothing of ours, and cannot be given a share', () => {
    const route = written([[{ name: 'other', weight: 100 }], [{ name: 'cart-api' }]])
    expect(router.carries(route, split(0))).toBe(false)
    expect(router.setWeight(route, split(20))).toMatchObject({ is: 'impossible', says: expect.stringContaining('has no backend cart') })
    expect(router.verifyWeight(route, split(0))).toBe(false)
  })

  test.each([[1, 10], [3, 50], [50, 1]])('weight %p beside another team\'s cannot give %p %, and says so', (whole, percent) => {
    expect(router.setWeight(written([[{ name: 'cart', weight: whole }, { name: 'other', weight: 7 }]]), split(percent))).toMatchObject({ is: 'impossible', remedy: expect.stringContaining('Multiply all weights') })
  })

  test('what has no rules is no route', () => {
    const { spec: _spec, ...bare } = written([]) as KubeObject & { readonly spec: unknown }
    expect(router.carries(bare as KubeObject, split(0))).toBe(false)
  })
})

describe('an HTTPRoute', () => {
  const route = (backend: Readonly<Record<string, unknown>>): KubeObject => ({ apiVersion: 'gateway.networking.k8s.io/v1', kind: 'HTTPRoute', metadata: { name: 'shop', namespace: 'shop' }, spec: { rules: [{ backendRefs: [backend] }] } })

  test.each<[string, Readonly<Record<string, unknown>>, boolean]>([
    ['a Service by its name alone', { name: 'cart' }, true],
    ['of the same namespace, named', { name: 'cart', namespace: 'shop', kind: 'Service', group: '' }, true],
    ['of another namespace', { name: 'cart', namespace: 'other' }, false],
    ['another kind', { name: 'cart', kind: 'ServiceImport', group: 'multicluster.x-k8s.io' }, false],
  ])('%s', (_, backend, expected) => {
    expect(httpRoute.carries(route(backend), split(0))).toBe(expected)
  })

  test('where no weight was written none is left', () => {
    const shifted = after(route({ name: 'cart', port: 80 }), httpRoute.setWeight(route({ name: 'cart', port: 80 }), split(30)))
    expect(after(shifted, httpRoute.reset(shifted, split(0), [null]))).toEqual(route({ name: 'cart', port: 80 }))
  })

  test('filters and ports of the backend are those of the canary too', () => {
    const filters = [{ type: 'RequestHeaderModifier', requestHeaderModifier: { set: [{ name: 'a', value: 'b' }] } }]
    const shifted = after(route({ name: 'cart', port: 8080, filters }), httpRoute.setWeight(route({ name: 'cart', port: 8080, filters }), split(30)))
    expect(shifted['spec']).toEqual({ rules: [{ backendRefs: [{ name: 'cart', port: 8080, filters, weight: 70 }, { name: 'cart-canary', port: 8080, filters, weight: 30 }] }] })
  })
})

describe('a VirtualService', () => {
  const withHeader = { match: [{ headers: { 'x-canary': { exact: 'true' } } }], route: [{ destination: { host: 'cart', subset: 'canary' } }] }
  const route = (...weighted: readonly unknown[]): KubeObject => ({ apiVersion: 'networking.istio.io/v1beta1', kind: 'VirtualService', metadata: { name: 'shop', namespace: 'shop' }, spec: { hosts: ['cart'], http: [withHeader, { route: weighted }] } })

  test('as people write it, with a header and two subsets: the weights move, the header stays', () => {
    const before = route({ destination: { host: 'cart', subset: 'stable' }, weight: 100 }, { destination: { host: 'cart', subset: 'canary' }, weight: 0 })
    const shifted = after(before, virtualService.setWeight(before, split(10)))
    expect(shifted).toEqual(route({ destination: { host: 'cart', subset: 'stable' }, weight: 90 }, { destination: { host: 'cart', subset: 'canary' }, weight: 10 }))
    expect(after(shifted, virtualService.reset(shifted, split(0), virtualService.weights(before, split(0))))).toEqual(before)
    expect(namesCanarySubset(before, split(0))).toBe(true)
  })

  test.each(['cart', 'cart.shop', 'cart.shop.svc', 'cart.shop.svc.cluster.local'])('host %s is our Service', (host) => {
    expect(virtualService.carries(route({ destination: { host } }), split(0))).toBe(true)
  })

  test.each(['cart.other', 'cart.example.com', 'cart-canary'])('host %s is not', (host) => {
    expect(virtualService.carries({ ...route(), spec: { http: [{ route: [{ destination: { host } }] }] } }, { namespace: 'shop', stable: 'cart' })).toBe(false)
  })

  test('the only destination of a rule has all of it, without a weight', () => {
    const before = route({ destination: { host: 'cart' } })
    const shifted = after(before, virtualService.setWeight(before, split(25)))
    expect(virtualService.observe(shifted, split(25))).toBe(25)
    expect(after(shifted, virtualService.reset(shifted, split(0), virtualService.weights(before, split(0))))).toEqual(before)
  })
})
