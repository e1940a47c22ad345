import { expect } from '@jest/globals'
import { type Given, topic } from './given.ts'

const served = async (given: Given, path: string) => (await given.admin.send('GET', path)).body

/** Kinds that the adapter or a manifest may name, and how the server must describe each. */
const kinds = [
  ['/api/v1', 'Pod', 'pods', true], ['/api/v1', 'Service', 'services', true], ['/api/v1', 'ConfigMap', 'configmaps', true], ['/api/v1', 'Secret', 'secrets', true], ['/api/v1', 'Namespace', 'namespaces', false], ['/api/v1', 'Event', 'events', true], ['/api/v1', 'ServiceAccount', 'serviceaccounts', true], ['/api/v1', 'PersistentVolumeClaim', 'persistentvolumeclaims', true], ['/api/v1', 'ResourceQuota', 'resourcequotas', true], ['/api/v1', 'Endpoints', 'endpoints', true], ['/api/v1', 'Node', 'nodes', false],
  ['/apis/apps/v1', 'Deployment', 'deployments', true], ['/apis/apps/v1', 'ReplicaSet', 'replicasets', true], ['/apis/apps/v1', 'StatefulSet', 'statefulsets', true], ['/apis/apps/v1', 'DaemonSet', 'daemonsets', true], ['/apis/apps/v1', 'ControllerRevision', 'controllerrevisions', true],
  ['/apis/batch/v1', 'Job', 'jobs', true], ['/apis/batch/v1', 'CronJob', 'cronjobs', true], ['/apis/autoscaling/v2', 'HorizontalPodAutoscaler', 'horizontalpodautoscalers', true], ['/apis/policy/v1', 'PodDisruptionBudget', 'poddisruptionbudgets', true], ['/apis/networking.k8s.io/v1', 'Ingress', 'ingresses', true], ['/apis/networking.k8s.io/v1', 'NetworkPolicy', 'networkpolicies', true],
  ['/apis/rbac.authorization.k8s.io/v1', 'Role', 'roles', true], ['/apis/rbac.authorization.k8s.io/v1', 'ClusterRole', 'clusterroles', false], ['/apis/coordination.k8s.io/v1', 'Lease', 'leases', true], ['/apis/discovery.k8s.io/v1', 'EndpointSlice', 'endpointslices', true], ['/apis/authorization.k8s.io/v1', 'SelfSubjectAccessReview', 'selfsubjectaccessreviews', false],
] as const

const discovery = topic('discovery', {
  'the version': async (given) => expect(await served(given, '/version')).toMatchObject({ major: '1', minor: '35', gitVersion: expect.stringMatching(/^v1\.35\.\d+/) }),
  'the health': async (given) => { for (const path of ['/readyz', '/livez', '/healthz']) expect(await given.admin.send('GET', path)).toMatchObject({ code: 200, text: 'ok' }) },
  'every kind is described': async (given) => {
    const lists = new Map(await Promise.all([...new Set(kinds.map(([path]) => path))].map(async (path) => [path, await served(given, path)] as const)))
    for (const [path, kind, name, namespaced] of kinds) expect([kind, ((lists.get(path)?.['resources'] ?? []) as readonly { readonly name: string }[]).find((each) => each.name === name)]).toMatchObject([kind, { name, kind, namespaced, verbs: expect.arrayContaining(['create']) }])
  },
  'a group lists its kinds with their subresources': async (given) => {
    const list = await served(given, '/apis/apps/v1')
    expect(list).toMatchObject({ kind: 'APIResourceList', apiVersion: 'v1', groupVersion: 'apps/v1' })
    expect(list['resources']).toEqual(expect.arrayContaining([
      expect.objectContaining({ name: 'deployments', singularName: 'deployment', namespaced: true, kind: 'Deployment', verbs: ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'], shortNames: ['deploy'], categories: ['all'] }),
      { name: 'deployments/scale', singularName: '', namespaced: true, group: 'autoscaling', version: 'v1', kind: 'Scale', verbs: ['get', 'patch', 'update'] },
      { name: 'deployments/status', singularName: '', namespaced: true, kind: 'Deployment', verbs: ['get', 'patch', 'update'] },
    ]))
    expect((await served(given, '/api/v1'))['resources']).toEqual(expect.arrayContaining([expect.objectContaining({ name: 'pods/eviction', group: 'policy', version: 'v1', kind: 'Eviction', verbs: ['create'] }), expect.objectContaining({ name: 'pods/log', verbs: ['get'] })]))
  },
  'a group tells its versions': async (given) => {
    expect(await served(given, '/apis/apps')).toMatchObject({ kind: 'APIGroup', apiVersion: 'v1', name: 'apps', versions: [{ groupVersion: 'apps/v1', version: 'v1' }], preferredVersion: { groupVersion: 'apps/v1', version: 'v1' } })
    expect(await served(given, '/apis')).toMatchObject({ kind: 'APIGroupList', groups: expect.arrayContaining([expect.objectContaining({ name: 'apps' }), expect.objectContaining({ name: 'batch' })]) })
    expect(await served(given, '/api')).toMatchObject({ kind: 'APIVersions', versions: ['v1'] })
  },
  'a group or a version that there is not is 404': async (given) => {
    for (const path of ['/apis/nowhere.example.com/v1', '/apis/nowhere.example.com', '/apis/apps/v9', '/api/v9']) expect([path, (await given.admin.send('GET', path)).code]).toEqual([path, 404])
  },
})

const definition = (plural: string, schema: object = {}) => ({
  apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: `${plural}.contract.example` },
  spec: { group: 'contract.example', scope: 'Namespaced', names: { plural, singular: plural.slice(0, -1), kind: plural[0]?.toUpperCase() + plural.slice(1, -1), listKind: `${plural[0]?.toUpperCase()}${plural.slice(1, -1)}List` }, versions: [{ name: 'v1', served: true, storage: true, subresources: { status: {} }, schema: { openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', required: ['size'], properties: { size: { type: 'integer', minimum: 1 }, form: { type: 'string', enum: ['round', 'square'], default: 'round' }, parts: { type: 'array', items: { type: 'object', properties: { name: { type: 'string' }, weight: { type: 'integer' } } } } } }, status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } } } }, ...schema }] },
})

/** A kind of its own for the case, once the server serves it; gives the address of its objects. */
async function defined(given: Given, plural: string): Promise<string> {
  await given.make('customresourcedefinitions', definition(plural))
  await given.becomes('customresourcedefinitions', `${plural}.contract.example`, ({ status }) => status.conditions?.some(({ type, status: is }) => type === 'Established' && is === 'True') === true)
  const path = `/apis/contract.example/v1/namespaces/${given.namespace}/${plural}`
  await given.until('the kind to be served', async () => (await given.admin.send('GET', path)).code === 200)
  return path
}

const thing = (kind: string, spec: object, more: object = {}) => ({ apiVersion: 'contract.example/v1', kind, metadata: { name: 'a' }, spec, ...more })

const custom = topic('custom kinds', {
  'are served once they are defined, and described': async (given) => {
    const path = await defined(given, 'wheels')
    await given.until('its description', async () => (await given.admin.send('GET', '/apis/contract.example/v1')).text.includes('"wheels"'))
    expect((await served(given, '/apis/contract.example/v1'))['resources']).toEqual(expect.arrayContaining([expect.objectContaining({ name: 'wheels', singularName: 'wheel', namespaced: true, kind: 'Wheel', verbs: expect.arrayContaining(['get', 'list', 'watch', 'create', 'update', 'patch', 'delete']) })]))
    const made = await given.admin.send('POST', path, thing('Wheel', { size: 2 }))
    expect([made.code, made.body]).toMatchObject([201, { kind: 'Wheel', metadata: { generation: 1, uid: expect.any(String) }, spec: { size: 2, form: 'round' } }])
    expect(await served(given, path)).toMatchObject({ kind: 'WheelList', apiVersion: 'contract.example/v1', items: [{ apiVersion: 'contract.example/v1', kind: 'Wheel', metadata: { name: 'a' } }] })
    await given.remove('customresourcedefinitions', 'wheels.contract.example')
    await given.until('its end', async () => (await given.admin.send('GET', path)).code === 404)
  },
  'are held to their schema': async (given) => {
    const path = await defined(given, 'boxes')
    const refused = async (spec: object) => (await given.admin.send('POST', path, thing('Boxe', spec))).body
    expect(await refused({ size: 0 })).toMatchObject({ code: 422, reason: 'Invalid', message: expect.stringMatching(/^Boxe\.contract\.example "a" is invalid: spec\.size: Invalid value: 0: spec\.size in body should be greater than or equal to 1$/) })
    expect(await refused({})).toMatchObject({ code: 422, details: { causes: [{ reason: 'FieldValueRequired', field: 'spec.size' }] } })
    expect(await refused({ size: 1, form: 'odd' })).toMatchObject({ code: 422, details: { causes: [{ reason: 'FieldValueNotSupported', field: 'spec.form' }] } })
    expect(await refused({ size: '1' })).toMatchObject({ code: 422, details: { causes: [{ reason: 'FieldValueTypeInvalid', field: 'spec.size' }] } })
    const { body } = await given.admin.send('POST', path, thing('Boxe', { size: 1, foo: 1 }))
    expect(body.spec).toEqual({ size: 1, form: 'round' })
    expect((await given.admin.send('POST', `${path}?fieldValidation=Strict`, thing('Boxe', { size: 1, foo: 1 }))).body).toMatchObject({ code: 400, message: expect.stringContaining('strict decoding error: unknown field "spec.foo"') })
  },
  'are patched by merge, by operations and by applying, not strategically': async (given) => {
    const path = await defined(given, 'tubes')
    const patch = (type: string, body: unknown, query = '') => given.admin.send('PATCH', `${path}/a${query}`, body, { type })
    expect((await patch('application/apply-patch+yaml', thing('Tube', { size: 1, parts: [{ name: 'x', weight: 1 }] }), '?fieldManager=first')).code).toBe(201)
    expect((await patch('application/merge-patch+json', { spec: { size: 2 } })).body).toMatchObject({ metadata: { generation: 2 }, spec: { size: 2 } })
    expect((await patch('application/json-patch+json', [{ op: 'test', path: '/spec/parts/0/name', value: 'x' }, { op: 'replace', path: '/spec/parts/0/weight', value: 3 }])).body.spec['parts']).toEqual([{ name: 'x', weight: 3 }])
    expect((await patch('application/strategic-merge-patch+json', { spec: { size: 3 } })).body).toMatchObject({ code: 415, reason: 'UnsupportedMediaType' })
    expect((await patch('application/apply-patch+yaml', thing('Tube', { size: 1 }), '?fieldManager=first')).body).toMatchObject({ code: 409, details: { causes: [{ field: '.spec.size' }] } })
    const status = await given.admin.send('PATCH', `${path}/a/status`, { spec: { size: 9 }, status: { seen: 1 } }, { type: 'application/merge-patch+json' })
    expect(status.body).toMatchObject({ metadata: { generation: 3 }, spec: { size: 2 }, status: { seen: 1 } })
  },
  'take their objects with them': async (given) => {
    const path = await defined(given, 'rings')
    await given.admin.send('POST', path, thing('Ring', { size: 1 }))
    await given.remove('customresourcedefinitions', 'rings.contract.example')
    await given.isGone('customresourcedefinitions', 'rings.contract.example')
    const again = await defined(given, 'rings')
    expect((await served(given, again)).items).toEqual([])
  },
})

export const described = [discovery, custom]
