import { expect } from '@jest/globals'
import type { Answered } from './client.ts'
import { type Given, topic } from './given.ts'
import { condition, isReady, job, namesOf, pod, service, template } from './objects.ts'
import { images } from './side.ts'

const set = (spec: object = {}, image: string = images.runs) => ({ apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: { name: 'db' }, spec: { serviceName: 'db', replicas: 2, selector: { matchLabels: { app: 'db' } }, template: template('db', image), ...spec } })
const setReady = (given: Given, count: number): Promise<Answered> => given.becomes('statefulsets', 'db', ({ status, metadata }) => status.observedGeneration === metadata.generation && status.readyReplicas === count && status['currentReplicas'] === count)
const imagesOf = (list: Answered): readonly string[] => list.items.map(({ metadata, spec }) => `${metadata.name} ${(spec['containers'] as readonly { readonly image: string }[])[0]?.image}`)
const change = (given: Given, resource: 'statefulsets' | 'daemonsets', name: string, image: string) => given.patch('strategic', resource, name, { spec: { template: { spec: { containers: [{ name: 'app', image }] } } } })

const stateful = topic('StatefulSets', {
  'pods come one after the other, with names that stay': async (given) => {
    const { metadata } = await given.list('pods')
    const watch = given.watch('pods', `resourceVersion=${metadata.resourceVersion}`)
    await watch.open
    await given.make('statefulsets', set())
    const { status } = await setReady(given, 2)
    expect(status).toMatchObject({ replicas: 2, readyReplicas: 2, availableReplicas: 2, currentReplicas: 2, updatedReplicas: 2, currentRevision: expect.stringMatching(/^db-/), observedGeneration: 1 })
    expect(status['updateRevision']).toBe(status['currentRevision'])
    const readyOrAdded = watch.events.filter(({ type, object }) => type === 'ADDED' || (type === 'MODIFIED' && isReady(object))).map(({ type, object }) => `${type === 'ADDED' ? 'added' : 'ready'} ${object.metadata.name}`)
    expect([...new Set(readyOrAdded)]).toEqual(['added db-0', 'ready db-0', 'added db-1', 'ready db-1'])
    expect(watch.events[0]?.object.metadata.labels).toMatchObject({ 'statefulset.kubernetes.io/pod-name': 'db-0', 'apps.kubernetes.io/pod-index': '0', 'controller-revision-hash': status['currentRevision'] })
  },
  'the last one is changed first': async (given) => {
    await given.make('statefulsets', set())
    const before = (await setReady(given, 2)).status['currentRevision']
    const { metadata } = await given.list('pods')
    const watch = given.watch('pods', `resourceVersion=${metadata.resourceVersion}`)
    await watch.open
    await change(given, 'statefulsets', 'db', images.alsoRuns)
    const { status } = await given.becomes('statefulsets', 'db', (each) => each.status.updatedReplicas === 2 && each.status['currentRevision'] === each.status['updateRevision'] && each.status['currentRevision'] !== before && each.status.readyReplicas === 2)
    expect(status['currentReplicas']).toBe(2)
    expect(imagesOf(await given.list('pods'))).toEqual([`db-0 ${images.alsoRuns}`, `db-1 ${images.alsoRuns}`])
    // A pod may be made twice: what counts is which came first.
    const made = () => [...new Set(watch.events.filter(({ type }) => type === 'ADDED').map(({ object }) => object.metadata.name))]
    await given.until('both to be told', () => made().length === 2)
    expect(made()).toEqual(['db-1', 'db-0'])
  },
  'below the partition nothing is changed': async (given) => {
    await given.make('statefulsets', set({ updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 1 } } }))
    await setReady(given, 2)
    await change(given, 'statefulsets', 'db', images.alsoRuns)
    const { status } = await given.becomes('statefulsets', 'db', (each) => each.status.updatedReplicas === 1 && each.status.readyReplicas === 2)
    expect(status['currentReplicas']).toBe(1)
    expect(status['updateRevision']).not.toBe(status['currentRevision'])
    expect(imagesOf(await given.list('pods'))).toEqual([`db-0 ${images.runs}`, `db-1 ${images.alsoRuns}`])
  },
  'one that is never ready holds the others': async (given) => {
    await given.make('statefulsets', set())
    await setReady(given, 2)
    await change(given, 'statefulsets', 'db', images.neverReady)
    await given.until('the new pod', async () => imagesOf(await given.list('pods')).includes(`db-1 ${images.neverReady}`))
    await given.becomes('statefulsets', 'db', (each) => each.status.readyReplicas === 1 && each.status.updatedReplicas === 1)
    expect(imagesOf(await given.list('pods'))).toEqual([`db-0 ${images.runs}`, `db-1 ${images.neverReady}`])
  },
  'all at once, if it is told so': async (given) => {
    await given.make('statefulsets', set({ podManagementPolicy: 'Parallel' }, images.neverReady))
    await given.until('both pods', async () => (await given.list('pods')).items.length === 2)
  },
  'fewer: the last ones go': async (given) => {
    await given.make('statefulsets', set())
    await setReady(given, 2)
    await given.patch('merge', 'statefulsets', 'db', { spec: { replicas: 1 } })
    await given.isGone('pods', 'db-1')
    expect(namesOf(await given.list('pods'))).toEqual(['db-0'])
  },
  'what must not change is refused': async (given) => {
    await given.make('statefulsets', set({ replicas: 0 }))
    expect((await given.patch('merge', 'statefulsets', 'db', { spec: { serviceName: 'other' } })).body).toMatchObject({ code: 422, reason: 'Invalid', message: expect.stringMatching(/^StatefulSet.apps "db" is invalid: spec: Forbidden: updates to statefulset spec for fields other than /) })
  },
})

const daemon = (image: string = images.runs) => ({ apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: { name: 'agent' }, spec: { selector: { matchLabels: { app: 'agent' } }, template: template('agent', image) } })

const daemons = topic('DaemonSets', {
  'one pod on each node, counted in the status': async (given) => {
    await given.make('daemonsets', daemon())
    const { status } = await given.becomes('daemonsets', 'agent', (each) => each.status['numberAvailable'] === 3)
    expect(status).toMatchObject({ desiredNumberScheduled: 3, currentNumberScheduled: 3, numberReady: 3, updatedNumberScheduled: 3, numberMisscheduled: 0, observedGeneration: 1 })
    expect(new Set((await given.list('pods')).items.map(({ spec }) => spec['nodeName'])).size).toBe(3)
  },
  'changed one after the other': async (given) => {
    await given.make('daemonsets', daemon())
    await given.becomes('daemonsets', 'agent', (each) => each.status['numberAvailable'] === 3)
    await change(given, 'daemonsets', 'agent', images.alsoRuns)
    await given.becomes('daemonsets', 'agent', ({ status, metadata }) => status.observedGeneration === metadata.generation && status['updatedNumberScheduled'] === 3 && status['numberAvailable'] === 3)
    expect((await given.list('controllerrevisions')).items.map((each) => each['revision']).toSorted()).toEqual([1, 2])
  },
  'one that is never ready stops the change': async (given) => {
    await given.make('daemonsets', daemon())
    await given.becomes('daemonsets', 'agent', (each) => each.status['numberAvailable'] === 3)
    await change(given, 'daemonsets', 'agent', images.neverReady)
    const { status } = await given.becomes('daemonsets', 'agent', (each) => each.status['updatedNumberScheduled'] === 1 && each.status['numberReady'] === 2)
    expect(status['numberUnavailable']).toBe(1)
  },
})

const end = (given: Given, type: string): Promise<Answered> => given.becomes('jobs', 'once', (each) => condition(each, type)?.status === 'True')

const jobs = topic('Jobs', {
  'runs to its end': async (given) => {
    await given.make('jobs', job('once', { completions: 2, parallelism: 1 }))
    const { status, spec } = await end(given, 'Complete')
    expect(status).toMatchObject({ succeeded: 2, startTime: expect.any(String), completionTime: expect.any(String) })
    expect([status['active'], status['failed']]).toEqual([undefined, undefined])
    expect(spec).toMatchObject({ completionMode: 'NonIndexed', suspend: false, backoffLimit: 6, podReplacementPolicy: 'TerminatingOrFailed' })
    expect(status.conditions).toMatchObject([{ type: 'SuccessCriteriaMet', status: 'True', reason: 'CompletionsReached', message: 'Reached expected number of succeeded pods' }, { type: 'Complete', status: 'True', reason: 'CompletionsReached' }])
  },
  'its pods name it': async (given) => {
    const made = await given.make('jobs', job('once'))
    await end(given, 'Complete')
    const [only] = (await given.list('pods')).items
    expect(only?.metadata).toMatchObject({ name: expect.stringMatching(/^once-[a-z0-9]{5}$/), labels: { 'batch.kubernetes.io/job-name': 'once', 'job-name': 'once', 'batch.kubernetes.io/controller-uid': made.metadata.uid, 'controller-uid': made.metadata.uid }, ownerReferences: [{ kind: 'Job', uid: made.metadata.uid, controller: true }] })
    expect(only?.metadata['finalizers']).toBeUndefined()
  },
  'fails when a pod fails and none is to be tried again': async (given) => {
    await given.make('jobs', job('once', { backoffLimit: 0 }, images.fails))
    const { status } = await end(given, 'Failed')
    expect(status.conditions).toMatchObject([{ type: 'FailureTarget', status: 'True', reason: 'BackoffLimitExceeded', message: 'Job has reached the specified backoff limit' }, { type: 'Failed', status: 'True', reason: 'BackoffLimitExceeded' }])
    expect(status).toMatchObject({ failed: 1 })
    expect(status['completionTime']).toBeUndefined()
  },
  'fails when its time is over, and takes its pods with it': async (given) => {
    await given.make('jobs', job('once', { activeDeadlineSeconds: 1 }, images.neverReady))
    const { status } = await end(given, 'Failed')
    expect(status.conditions).toMatchObject([{ type: 'FailureTarget' }, { type: 'Failed', reason: 'DeadlineExceeded', message: 'Job was active longer than specified deadline' }])
    await given.until('the end of its pod', async () => (await given.list('pods')).items.length === 0)
  },
  'waits while it is suspended': async (given) => {
    await given.make('jobs', job('once', { suspend: true }))
    const held = await given.becomes('jobs', 'once', (each) => condition(each, 'Suspended')?.status === 'True')
    expect([held.status['startTime'], (await given.list('pods')).items]).toEqual([undefined, []])
    await given.patch('merge', 'jobs', 'once', { spec: { suspend: false } })
    expect(condition(await end(given, 'Complete'), 'Suspended')).toMatchObject({ status: 'False', reason: 'JobResumed' })
  },
  'goes by itself some time after its end': async (given) => {
    await given.make('jobs', job('once', { ttlSecondsAfterFinished: 3 }))
    const { status } = await end(given, 'Complete')
    await given.isGone('jobs', 'once')
    // And not before: whole seconds are all that is told of its end.
    expect(given.world.now() - Date.parse(String(status['completionTime']))).toBeGreaterThanOrEqual(3_000)
    await given.until('the end of its pod', async () => (await given.list('pods')).items.length === 0)
  },
  'what must not change is refused': async (given) => {
    await given.make('jobs', job('once', { parallelism: 0 }))
    expect((await given.patch('merge', 'jobs', 'once', { spec: { completions: 3 } })).body).toMatchObject({ code: 422, details: { causes: [{ field: 'spec.completions' }] } })
    expect((await given.patch('strategic', 'jobs', 'once', { spec: { template: { spec: { containers: [{ name: 'app', image: images.runs }] } } } })).body).toMatchObject({ code: 422, details: { causes: [{ field: 'spec.template' }] } })
  },
})

const subsets = ({ body }: { readonly body: Answered }) => (body['subsets'] ?? []) as readonly { readonly addresses?: readonly { readonly targetRef: { readonly name: string } }[]; readonly notReadyAddresses?: readonly { readonly targetRef: { readonly name: string } }[]; readonly ports: readonly object[] }[]
const slices = async (given: Given): Promise<readonly Answered[]> => (await given.list('endpointslices', 'labelSelector=kubernetes.io%2Fservice-name%3Dweb')).items
const endpoints = async (given: Given) => (await slices(given)).flatMap((slice) => (slice['endpoints'] ?? []) as readonly { readonly targetRef: { readonly name: string }; readonly conditions: object }[])
const web = (name: string, image: string = images.runs, metadata: object = {}) => pod(name, image, { labels: { app: 'web' }, ...metadata })

const serving = topic('Services', {
  'ready pods stand behind it, others apart': async (given) => {
    await given.make('services', service('web'))
    await given.make('pods', web('a'))
    await given.make('pods', web('b', images.neverReady))
    await given.until('both', async () => { const list = await endpoints(given); return list.length === 2 && list.some((each) => JSON.stringify(each.conditions).includes('"ready":true')) })
    expect((await endpoints(given)).map(({ targetRef, conditions }) => [targetRef.name, conditions]).toSorted()).toEqual([['a', { ready: true, serving: true, terminating: false }], ['b', { ready: false, serving: false, terminating: false }]])
    await given.until('the old form', async () => subsets(await given.get('endpoints', 'web'))[0]?.notReadyAddresses !== undefined && subsets(await given.get('endpoints', 'web'))[0]?.addresses !== undefined)
    expect(subsets(await given.get('endpoints', 'web'))).toMatchObject([{ addresses: [{ targetRef: { kind: 'Pod', name: 'a' } }], notReadyAddresses: [{ targetRef: { kind: 'Pod', name: 'b' } }], ports: [{ port: 8080, protocol: 'TCP' }] }])
  },
  'a slice names its Service, its ports and its form': async (given) => {
    const owner = await given.make('services', service('web', { ports: [{ name: 'http', port: 80, targetPort: 'named' }] }))
    await given.make('pods', { ...web('a'), spec: { containers: [{ name: 'app', image: images.runs, ports: [{ name: 'named', containerPort: 9090 }] }] } })
    await given.until('the endpoint', async () => (await endpoints(given)).length === 1)
    expect(await slices(given)).toMatchObject([{ metadata: { generateName: 'web-', labels: { 'kubernetes.io/service-name': 'web', 'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io' }, ownerReferences: [{ kind: 'Service', uid: owner.metadata.uid, controller: true }] }, addressType: 'IPv4', ports: [{ name: 'http', port: 9090, protocol: 'TCP' }] }])
  },
  'without pods it has a slice without endpoints': async (given) => {
    await given.make('services', service('web'))
    const [slice] = await given.until('the slice', async () => { const found = await slices(given); return found.length > 0 && found })
    expect([slice?.['endpoints'] ?? null, slice?.['ports'] ?? null]).toEqual([null, null])
    await given.becomes('endpoints', 'web', (each) => each['subsets'] === undefined)
  },
  'another selector, other pods': async (given) => {
    await given.make('services', service('web'))
    await given.make('pods', web('a'))
    await given.make('pods', pod('b'))
    await given.until('the first', async () => (await endpoints(given))[0]?.targetRef.name === 'a')
    await given.patch('merge', 'services', 'web', { spec: { selector: { app: 'b' } } })
    await given.until('the second alone', async () => { const list = await endpoints(given); return list.length === 1 && list[0]?.targetRef.name === 'b' })
    await given.becomes('endpoints', 'web', (body) => subsets({ body })[0]?.addresses?.[0]?.targetRef.name === 'b')
  },
  'a pod that ends serves on, and is not ready': async (given) => {
    await given.make('services', service('web'))
    await given.make('pods', web('a', images.runs, { finalizers: ['contract.example/hold'] }))
    await given.until('the endpoint', async () => JSON.stringify(await endpoints(given)).includes('"ready":true'))
    await given.remove('pods', 'a')
    await given.until('its end', async () => JSON.stringify(await endpoints(given)).includes('"terminating":true'))
    expect((await endpoints(given))[0]?.conditions).toMatchObject({ ready: false, terminating: true })
    await given.patch('merge', 'pods', 'a', { metadata: { finalizers: null } })
    await given.until('no endpoint', async () => (await endpoints(given)).length === 0)
  },
  'published before they are ready, if it is told so': async (given) => {
    await given.make('services', service('web', { publishNotReadyAddresses: true, clusterIP: 'None' }))
    await given.make('pods', web('a', images.neverReady))
    await given.until('the endpoint', async () => JSON.stringify(await endpoints(given)).includes('"ready":true'))
    await given.becomes('endpoints', 'web', (body) => subsets({ body })[0]?.addresses?.length === 1)
    expect((await slices(given))[0]?.metadata.labels).toMatchObject({ 'service.kubernetes.io/headless': '' })
  },
  'what is told of it goes with it': async (given) => {
    await given.make('services', service('web'))
    await given.until('the slice', async () => (await slices(given)).length === 1)
    await given.remove('services', 'web')
    await given.until('the end of the slice', async () => (await slices(given)).length === 0)
    await given.isGone('endpoints', 'web')
  },
})

export const workloads = [stateful, daemons, jobs, serving]
