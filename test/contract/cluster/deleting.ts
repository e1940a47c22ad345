import { expect } from '@jest/globals'
import type { Given } from './given.ts'
import { topic } from './given.ts'
import { configMap, deployment, job, namesOf, ownerOf, pod } from './objects.ts'
import { images } from './side.ts'

const held = { finalizers: ['contract.example/hold'] }
const options = (more: object) => ({ apiVersion: 'v1', kind: 'DeleteOptions', ...more })
const release = (given: Given, name: string) => given.patch('merge', 'configmaps', name, { metadata: { finalizers: null } })

const deleting = topic('deleting', {
  'tells what is gone': async (given) => {
    const { metadata } = await given.make('configmaps', configMap('a'))
    const { code, body } = await given.remove('configmaps', 'a', options({ propagationPolicy: 'Background' }))
    expect([code, body]).toEqual([200, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details: { name: 'a', kind: 'configmaps', uid: metadata.uid } }])
    expect((await given.get('configmaps', 'a')).code).toBe(404)
  },
  'what is not there is 404': async (given) => expect((await given.remove('configmaps', 'none', options({}))).body).toMatchObject({ code: 404, reason: 'NotFound', message: 'configmaps "none" not found' }),
  'another one of the same name is refused': async (given) => {
    const { metadata } = await given.make('configmaps', configMap('a'))
    await given.remove('configmaps', 'a')
    const again = await given.make('configmaps', configMap('a'))
    expect((await given.remove('configmaps', 'a', options({ preconditions: { uid: metadata.uid } }))).body).toMatchObject({ code: 409, reason: 'Conflict', message: expect.stringMatching(new RegExp(`the UID in the precondition \\(${metadata.uid}\\) does not match the UID in record \\(${again.metadata.uid}\\)`)) })
    expect((await given.remove('configmaps', 'a', options({ preconditions: { uid: again.metadata.uid } }))).code).toBe(200)
  },
  'another version than the one that was read is refused': async (given) => {
    const { metadata } = await given.make('configmaps', configMap('a'))
    const { body } = await given.patch('merge', 'configmaps', 'a', { data: { x: '1' } })
    expect((await given.remove('configmaps', 'a', options({ preconditions: { resourceVersion: metadata.resourceVersion } }))).body).toMatchObject({ code: 409, reason: 'Conflict', message: expect.stringContaining('the ResourceVersion in the precondition') })
    expect((await given.remove('configmaps', 'a', options({ preconditions: { uid: metadata.uid, resourceVersion: body.metadata.resourceVersion } }))).code).toBe(200)
  },
  'a finalizer holds it, marked as deleted': async (given) => {
    await given.make('configmaps', configMap('a', {}, held))
    const { code, body } = await given.remove('configmaps', 'a')
    expect([code, body]).toMatchObject([200, { kind: 'ConfigMap', metadata: { deletionTimestamp: expect.any(String), deletionGracePeriodSeconds: 0, finalizers: held.finalizers } }])
    expect((await given.read('configmaps', 'a')).metadata.deletionTimestamp).toBe(body.metadata.deletionTimestamp)
    expect((await given.admin.send('POST', given.at('configmaps'), configMap('a'))).body).toMatchObject({ code: 409, reason: 'AlreadyExists', message: 'object is being deleted: configmaps "a" already exists' })
    expect((await release(given, 'a')).code).toBe(200)
    expect((await given.get('configmaps', 'a')).code).toBe(404)
  },
  'what is being deleted gets no more finalizers': async (given) => {
    await given.make('configmaps', configMap('a', {}, held))
    await given.remove('configmaps', 'a')
    expect((await given.patch('merge', 'configmaps', 'a', { metadata: { finalizers: [...held.finalizers, 'contract.example/more'] } })).body).toMatchObject({ code: 422, reason: 'Invalid', details: { causes: [{ reason: 'FieldValueForbidden', field: 'metadata.finalizers' }, {}] } })
    expect((await given.patch('merge', 'configmaps', 'a', { data: { x: '1' } })).code).toBe(200)
    await release(given, 'a')
  },
  'a finalizer needs a name of somebody': async (given) => {
    expect((await given.admin.send('POST', given.at('configmaps'), configMap('a', {}, { finalizers: ['hold'] }))).body).toMatchObject({ code: 422, details: { causes: [{ field: 'metadata.finalizers[0]' }] } })
  },
  'a pod is given time to end': async (given) => {
    await given.make('pods', pod('a', undefined, held, { terminationGracePeriodSeconds: 7 }))
    await given.becomes('pods', 'a', ({ status }) => status.phase === 'Running')
    const { body } = await given.remove('pods', 'a')
    expect(body).toMatchObject({ kind: 'Pod', metadata: { deletionTimestamp: expect.any(String), deletionGracePeriodSeconds: 7 } })
    const sooner = await given.remove('pods', 'a', options({ gracePeriodSeconds: 1 }))
    expect(sooner.body.metadata['deletionGracePeriodSeconds']).toBe(1)
    await given.patch('merge', 'pods', 'a', { metadata: { finalizers: null } })
    await given.isGone('pods', 'a')
  },
  'a pod that nobody else holds is given it, too': async (given) => {
    await given.make('pods', pod('a', undefined, {}, { terminationGracePeriodSeconds: 7 }))
    await given.becomes('pods', 'a', ({ status }) => status.phase === 'Running')
    expect((await given.remove('pods', 'a')).body).toMatchObject({ kind: 'Pod', metadata: { deletionTimestamp: expect.any(String), deletionGracePeriodSeconds: 7 } })
    await given.isGone('pods', 'a')
  },
  'a pod without time ends at once': async (given) => {
    await given.make('pods', pod('a'))
    await given.becomes('pods', 'a', ({ status }) => status.phase === 'Running')
    expect((await given.remove('pods', 'a', options({ gracePeriodSeconds: 0 }))).body).toMatchObject({ kind: 'Pod', metadata: { deletionGracePeriodSeconds: 0 } })
    expect((await given.get('pods', 'a')).code).toBe(404)
  },
  'a pod without a node ends at once': async (given) => {
    await given.make('pods', pod('a', undefined, {}, { schedulingGates: [{ name: 'contract.example/wait' }] }))
    await given.remove('pods', 'a')
    expect((await given.get('pods', 'a')).code).toBe(404)
  },
  'many go at once, by their labels': async (given) => {
    for (const name of ['a', 'b', 'c']) await given.make('configmaps', configMap(name, {}, { labels: { own: name } }))
    expect((await given.admin.send('DELETE', `${given.at('configmaps')}?labelSelector=${encodeURIComponent('own in (a,b)')}`)).code).toBe(200)
    expect(namesOf(await given.list('configmaps', 'labelSelector=own'))).toEqual(['c'])
  },
  'there are three ways to treat dependents': async (given) => {
    await given.make('configmaps', configMap('a'))
    expect((await given.remove('configmaps', 'a', options({ propagationPolicy: 'Sideways' }))).body).toMatchObject({ code: 422, reason: 'Invalid', details: { causes: [{ field: 'propagationPolicy' }] } })
  },
  'options that are none are refused': async (given) => {
    await given.make('configmaps', configMap('a'))
    expect((await given.remove('configmaps', 'a', { apiVersion: 'v1', kind: 'ConfigMap' })).code).toBe(400)
  },
  'a namespace takes all that is in it, and takes nothing more': async (given) => {
    const name = `${given.namespace}-more`
    const path = `/api/v1/namespaces/${name}`
    await given.make('namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name, ...held } })
    await given.admin.send('POST', `${path}/configmaps`, configMap('a'))
    expect((await given.remove('namespaces', name)).body).toMatchObject({ kind: 'Namespace', metadata: { deletionTimestamp: expect.any(String) }, status: { phase: 'Terminating' } })
    expect((await given.admin.send('POST', `${path}/configmaps`, configMap('b'))).body).toMatchObject({ code: 403, reason: 'Forbidden', message: `configmaps "b" is forbidden: unable to create new content in namespace ${name} because it is being terminated`, details: { causes: [{ reason: 'NamespaceTerminating', field: 'metadata.namespace' }] } })
    await given.until('the end of what is in it', async () => (await given.admin.send('GET', `${path}/configmaps/a`)).code === 404)
    await given.patch('merge', 'namespaces', name, { metadata: { finalizers: null } })
    await given.isGone('namespaces', name)
  },
})

/** An owner and what it owns. */
async function family(given: Given, reference: object = {}): Promise<void> {
  const owner = await given.make('configmaps', configMap('owner'))
  await given.make('configmaps', configMap('child', {}, { ownerReferences: [ownerOf(owner, reference)] }))
}

/** Whether something stays is only known when the collector was seen at work after it. */
async function collectorWorked(given: Given): Promise<void> {
  const owner = await given.make('configmaps', configMap('probe-owner'))
  await given.make('configmaps', configMap('probe', {}, { ownerReferences: [ownerOf(owner)] }))
  await given.remove('configmaps', 'probe-owner', options({ propagationPolicy: 'Background' }))
  await given.isGone('configmaps', 'probe')
}

const collecting = topic('owners', {
  'in the background: the owner goes at once, what it owns after it': async (given) => {
    await family(given)
    await given.remove('configmaps', 'owner', options({ propagationPolicy: 'Background' }))
    expect((await given.get('configmaps', 'owner')).code).toBe(404)
    await given.isGone('configmaps', 'child')
  },
  'in the foreground: the owner waits for what blocks it': async (given) => {
    const owner = await given.make('configmaps', configMap('owner'))
    await given.make('configmaps', configMap('child', {}, { ...held, ownerReferences: [ownerOf(owner, { blockOwnerDeletion: true })] }))
    expect((await given.remove('configmaps', 'owner', options({ propagationPolicy: 'Foreground' }))).body.metadata['finalizers']).toEqual(['foregroundDeletion'])
    await given.becomes('configmaps', 'child', ({ metadata }) => metadata.deletionTimestamp !== undefined)
    expect((await given.read('configmaps', 'owner')).metadata.deletionTimestamp).toBeDefined()
    await release(given, 'child')
    await given.isGone('configmaps', 'owner')
  },
  'in the foreground: what does not block is not waited for': async (given) => {
    await family(given)
    await given.remove('configmaps', 'owner', options({ propagationPolicy: 'Foreground' }))
    await given.isGone('configmaps', 'owner')
    await given.isGone('configmaps', 'child')
  },
  'orphaned: what it owned stays, and is nobody\'s': async (given) => {
    await family(given)
    await given.remove('configmaps', 'owner', options({ propagationPolicy: 'Orphan' }))
    await given.isGone('configmaps', 'owner')
    expect((await given.read('configmaps', 'child')).metadata.ownerReferences).toBeUndefined()
    await collectorWorked(given)
    expect((await given.get('configmaps', 'child')).code).toBe(200)
  },
  'whose owner was never there goes': async (given) => {
    await given.make('configmaps', configMap('child', {}, { ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: '11111111-1111-1111-1111-111111111111' }] }))
    await given.isGone('configmaps', 'child')
  },
  'whose owner was replaced by another of the same name goes': async (given) => {
    await family(given)
    await given.remove('configmaps', 'owner', options({ propagationPolicy: 'Background' }))
    await given.make('configmaps', configMap('owner'))
    await given.isGone('configmaps', 'child')
    expect((await given.get('configmaps', 'owner')).code).toBe(200)
  },
  'with two owners it stays until both are gone': async (given) => {
    const [a, b] = [await given.make('configmaps', configMap('a')), await given.make('configmaps', configMap('b'))]
    await given.make('configmaps', configMap('child', {}, { ownerReferences: [ownerOf(a), ownerOf(b)] }))
    await given.remove('configmaps', 'a', options({ propagationPolicy: 'Background' }))
    await given.becomes('configmaps', 'child', ({ metadata }) => metadata.ownerReferences?.length === 1)
    expect((await given.read('configmaps', 'child')).metadata.ownerReferences).toMatchObject([{ name: 'b' }])
    await given.remove('configmaps', 'b', options({ propagationPolicy: 'Background' }))
    await given.isGone('configmaps', 'child')
  },
  'set free before, it stays': async (given) => {
    await family(given)
    await given.patch('merge', 'configmaps', 'child', { metadata: { ownerReferences: null } })
    await given.remove('configmaps', 'owner', options({ propagationPolicy: 'Background' }))
    await collectorWorked(given)
    expect((await given.get('configmaps', 'child')).code).toBe(200)
  },
  'adopted afterwards, it goes too': async (given) => {
    const owner = await given.make('configmaps', configMap('owner'))
    await given.make('configmaps', configMap('child'))
    await given.patch('merge', 'configmaps', 'child', { metadata: { ownerReferences: [ownerOf(owner)] } })
    await given.remove('configmaps', 'owner', options({ propagationPolicy: 'Background' }))
    await given.isGone('configmaps', 'child')
  },
  'in two generations': async (given) => {
    await given.make('deployments', deployment('web'))
    await given.becomes('deployments', 'web', ({ status }) => status.readyReplicas === 2)
    await given.remove('deployments', 'web', options({ propagationPolicy: 'Background' }))
    await given.until('the end of all', async () => (await given.list('replicasets')).items.length === 0 && (await given.list('pods')).items.length === 0)
  },
  'a Deployment that is orphaned leaves its pods running': async (given) => {
    await given.make('deployments', deployment('web'))
    await given.becomes('deployments', 'web', ({ status }) => status.readyReplicas === 2)
    await given.remove('deployments', 'web', options({ propagationPolicy: 'Orphan' }))
    await given.isGone('deployments', 'web')
    await collectorWorked(given)
    expect([(await given.list('replicasets')).items.length, (await given.list('pods')).items.length]).toEqual([1, 2])
  },
  'a Job keeps its pods, unless the request says how': async (given) => {
    await given.make('jobs', job('once', {}, images.neverReady))
    await given.until('its pod', async () => (await given.list('pods')).items.length === 1)
    const { headers } = await given.remove('jobs', 'once')
    expect(String(headers['warning'])).toContain('child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them')
    await given.isGone('jobs', 'once')
    await collectorWorked(given)
    expect((await given.list('pods')).items).toHaveLength(1)
  },
  'a reference must name its owner whole': async (given) => {
    expect((await given.admin.send('POST', given.at('configmaps'), configMap('a', {}, { ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'x' }] }))).body).toMatchObject({ code: 422, details: { causes: [{ field: 'metadata.ownerReferences.uid' }] } })
    const owner = await given.make('configmaps', configMap('owner'))
    expect((await given.admin.send('POST', given.at('configmaps'), configMap('a', {}, { ownerReferences: [ownerOf(owner, { controller: true }), { ...ownerOf(owner, { controller: true }), uid: '11111111-1111-1111-1111-111111111111' }] }))).body).toMatchObject({ code: 422, details: { causes: [{ field: 'metadata.ownerReferences' }] } })
  },
})

export const removing = [deleting, collecting]
