import { expect } from '@jest/globals'
import { type Given, topic } from './given.ts'
import { configMap, namesOf, pod } from './objects.ts'
import { images } from './side.ts'

const lease = (spec: object = {}, metadata: object = {}) => ({ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: 'web', ...metadata }, spec: { holderIdentity: 'first', leaseDurationSeconds: 30, leaseTransitions: 1, acquireTime: '2026-01-05T09:00:00.000000Z', renewTime: '2026-01-05T09:00:00.123456Z', ...spec } })

const leases = topic('Leases', {
  'keep what is written, to the microsecond': async (given) => {
    await given.make('leases', lease())
    expect((await given.read('leases', 'web')).spec).toEqual(lease().spec)
    expect((await given.put('leases', { ...(await given.read('leases', 'web')), spec: { ...lease().spec, renewTime: '2026-01-05T10:00:01.500000+01:00' } })).body.spec['renewTime']).toBe('2026-01-05T09:00:01.500000Z')
    expect((await given.put('leases', { ...(await given.read('leases', 'web')), spec: { ...lease().spec, renewTime: '2026-01-05T10:00:01.5Z' } })).body).toMatchObject({ code: 400, message: expect.stringContaining('parsing time "2026-01-05T10:00:01.5Z" as "2006-01-02T15:04:05.000000Z07:00"') })
  },
  'of several who are the first, one is': async (given) => {
    const codes = await Promise.all(['a', 'b', 'c', 'd'].map(async (holderIdentity) => (await given.admin.send('POST', given.at('leases'), lease({ holderIdentity }))).code))
    expect(codes.toSorted()).toEqual([201, 409, 409, 409])
  },
  'of several who take it over at once, one does': async (given) => {
    const made = await given.make('leases', lease())
    const replies = await Promise.all(['a', 'b', 'c', 'd'].map((holderIdentity) => given.put('leases', { ...made, spec: { ...made.spec, holderIdentity, leaseTransitions: 2 } })))
    expect(replies.map(({ code }) => code).toSorted()).toEqual([200, 409, 409, 409])
    const winner = replies.find(({ code }) => code === 200)?.body
    expect((await given.read('leases', 'web')).spec).toEqual(winner?.spec)
    expect(replies.find(({ code }) => code === 409)?.body).toMatchObject({ reason: 'Conflict', message: 'Operation cannot be fulfilled on leases.coordination.k8s.io "web": the object has been modified; please apply your changes to the latest version and try again' })
  },
  'are not replaced without saying over which version': async (given) => {
    await given.make('leases', lease())
    expect((await given.put('leases', lease({ holderIdentity: 'thief' }))).body).toMatchObject({ code: 422, reason: 'Invalid', message: 'leases.coordination.k8s.io "web" is invalid: metadata.resourceVersion: Invalid value: 0: must be specified for an update' })
  },
  'are made by being replaced': async (given) => expect((await given.put('leases', lease())).code).toBe(201),
  'last for a time': async (given) => {
    expect((await given.admin.send('POST', given.at('leases'), lease({ leaseDurationSeconds: 0 }))).body).toMatchObject({ code: 422, details: { causes: [{ field: 'spec.leaseDurationSeconds' }] } })
    expect((await given.admin.send('POST', given.at('leases'), lease({ renewTime: 'yesterday' }))).body).toMatchObject({ code: 400, reason: 'BadRequest' })
  },
})

const event = (given: Given, name: string, more: object = {}) => ({ apiVersion: 'v1', kind: 'Event', metadata: { name, namespace: given.namespace }, involvedObject: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', namespace: given.namespace }, reason: 'Released', message: 'The release is over.', type: 'Normal', source: { component: 'fermata' }, firstTimestamp: '2026-01-05T09:00:00Z', lastTimestamp: '2026-01-05T09:00:00Z', count: 1, ...more })

const events = topic('Events', {
  'are kept as they are told': async (given) => {
    const made = await given.make('events', event(given, 'web.1'))
    expect(made).toMatchObject({ involvedObject: { kind: 'Deployment', name: 'web' }, reason: 'Released', type: 'Normal', source: { component: 'fermata' }, count: 1 })
  },
  'are found by what they are about': async (given) => {
    await given.make('events', event(given, 'web.1'))
    await given.make('events', event(given, 'web.2', { type: 'Warning', reason: 'Failed' }))
    await given.make('events', event(given, 'other.1', { involvedObject: { apiVersion: 'v1', kind: 'Pod', name: 'other', namespace: given.namespace } }))
    const find = async (selector: string) => namesOf(await given.list('events', `fieldSelector=${encodeURIComponent(selector)}`))
    expect(await find('involvedObject.name=web')).toEqual(['web.1', 'web.2'])
    expect(await find('involvedObject.kind=Pod,involvedObject.namespace!=elsewhere')).toEqual(['other.1'])
    expect(await find('type=Warning,reason=Failed')).toEqual(['web.2'])
  },
  'are about something in their namespace': async (given) => {
    expect((await given.admin.send('POST', given.at('events'), event(given, 'web.1', { involvedObject: { kind: 'Pod', name: 'a', namespace: 'elsewhere' } }))).body).toMatchObject({ code: 422, details: { causes: [{ field: 'involvedObject.namespace' }] } })
  },
  'tell where a pod went': async (given) => {
    await given.make('pods', pod('a'))
    const { items } = await given.until('the event', async () => { const list = await given.list('events', 'fieldSelector=involvedObject.name%3Da,reason%3DScheduled'); return list.items.length > 0 && list })
    expect(items[0]).toMatchObject({ type: 'Normal', message: expect.stringMatching(new RegExp(`^Successfully assigned ${given.namespace}/a to node-[123]$`)), involvedObject: { kind: 'Pod', name: 'a' } })
  },
})

const refused = async (given: Given, resource: 'pods' | 'configmaps' | 'services', object: object) => (await given.admin.send('POST', given.at(resource), object)).body
const quota = (hard: object) => ({ apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'few' }, spec: { hard } })
const counted = (given: Given) => given.becomes('resourcequotas', 'few', ({ status }) => status['used'] !== undefined)
const withResources = (name: string, resources: object) => ({ ...pod(name), spec: { containers: [{ name: 'app', image: images.runs, resources }] } })

const admission = topic('admission', {
  'a quota of objects': async (given) => {
    await given.make('resourcequotas', quota({ 'count/configmaps': '2' }))
    expect((await counted(given)).status).toMatchObject({ hard: { 'count/configmaps': '2' }, used: { 'count/configmaps': '1' } })
    await given.make('configmaps', configMap('a'))
    expect(await refused(given, 'configmaps', configMap('b'))).toMatchObject({ code: 403, reason: 'Forbidden', message: 'configmaps "b" is forbidden: exceeded quota: few, requested: count/configmaps=1, used: count/configmaps=2, limited: count/configmaps=2', details: { name: 'b', kind: 'configmaps' } })
    expect((await given.apply('configmaps', configMap('b'), 'first')).body).toMatchObject({ code: 403 })
    expect((await given.patch('merge', 'configmaps', 'a', { data: { x: '1' } })).code).toBe(200)
    await given.remove('configmaps', 'a')
    await given.until('the place to be free', async () => (await given.admin.send('POST', given.at('configmaps'), configMap('b'))).code === 201)
  },
  'a quota of processors and memory': async (given) => {
    await given.make('resourcequotas', quota({ 'requests.cpu': '1', 'limits.memory': '1Gi' }))
    await counted(given)
    expect(await refused(given, 'pods', withResources('a', { requests: { cpu: '500m' } }))).toMatchObject({ code: 403, message: 'pods "a" is forbidden: failed quota: few: must specify limits.memory for: app' })
    await given.make('pods', withResources('a', { requests: { cpu: '600m' }, limits: { memory: '512Mi' } }))
    expect(await refused(given, 'pods', withResources('b', { requests: { cpu: '600m' }, limits: { memory: '512Mi' } }))).toMatchObject({ code: 403, message: 'pods "b" is forbidden: exceeded quota: few, requested: requests.cpu=600m, used: requests.cpu=600m, limited: requests.cpu=1' })
  },
  'limits of a namespace are filled in, and held': async (given) => {
    await given.make('limitranges', { apiVersion: 'v1', kind: 'LimitRange', metadata: { name: 'limits' }, spec: { limits: [{ type: 'Container', default: { cpu: '500m' }, defaultRequest: { cpu: '100m' }, max: { cpu: '1' } }] } })
    // The server takes up a limit when it has heard of it.
    await given.until('the limit', async () => (await given.admin.send('POST', `${given.at('pods')}?dryRun=All`, withResources('b', { limits: { cpu: '2' } }))).code === 403)
    expect(await given.make('pods', pod('a'))).toMatchObject({ metadata: { annotations: { 'kubernetes.io/limit-ranger': 'LimitRanger plugin set: cpu request for container app; cpu limit for container app' } }, spec: { containers: [{ resources: { requests: { cpu: '100m' }, limits: { cpu: '500m' } } }] }, status: { qosClass: 'Burstable' } })
    expect(await refused(given, 'pods', withResources('b', { limits: { cpu: '2' } }))).toMatchObject({ code: 403, message: 'pods "b" is forbidden: maximum cpu usage per Container is 1, but limit is 2' })
  },
  'requests must fit their limits, and amounts be amounts': async (given) => {
    expect(await refused(given, 'pods', withResources('a', { requests: { cpu: '2' }, limits: { cpu: '1' } }))).toMatchObject({ code: 422, details: { causes: [{ field: 'spec.containers[0].resources.requests', message: 'Invalid value: "2": must be less than or equal to cpu limit of 1' }] } })
    expect(await refused(given, 'pods', withResources('a', { requests: { cpu: 'much' } }))).toMatchObject({ code: 400, reason: 'BadRequest' })
  },
  'addresses of Services are given once': async (given) => {
    const service = (name: string, clusterIP?: string) => ({ apiVersion: 'v1', kind: 'Service', metadata: { name }, spec: { ports: [{ port: 80 }], ...(clusterIP !== undefined && { clusterIP }) } })
    const made = await given.make('services', service('a'))
    const address = String(made.spec['clusterIP'])
    expect(await refused(given, 'services', service('b', address))).toMatchObject({ code: 422, details: { causes: [{ field: 'spec.clusterIPs' }] } })
    await given.remove('services', 'a')
    await given.make('services', service('b', address))
  },
})

export const keeping = [leases, events, admission]
