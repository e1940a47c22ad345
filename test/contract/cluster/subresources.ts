import { expect } from '@jest/globals'
import type { Given } from './given.ts'
import { topic } from './given.ts'
import { configMap, deployment, pod } from './objects.ts'
import { images } from './side.ts'

const asleep = (given: Given, spec: object = {}) => given.make('deployments', deployment('web', images.runs, { replicas: 0, paused: true, ...spec }))
const scaleOf = (replicas: number | undefined, more: object = {}) => ({ apiVersion: 'autoscaling/v1', kind: 'Scale', metadata: { name: 'web', ...more }, spec: { replicas } })

const status = topic('the status', {
  'is changed at its own address, and nothing else with it': async (given) => {
    await asleep(given)
    const { code, body } = await given.patch('merge', 'deployments', 'web', { metadata: { labels: { a: '1' } }, spec: { replicas: 9 }, status: { collisionCount: 7 } }, undefined, 'status')
    expect([code, body.spec.replicas, body.status['collisionCount']]).toEqual([200, 0, 7])
    const pods = await given.make('pods', pod('a'))
    expect((await given.put('pods', { ...pods, metadata: { ...pods.metadata, resourceVersion: undefined }, spec: { ...pods.spec, priority: 5 }, status: { ...pods.status, message: 'told' } }, undefined, 'status')).body).toMatchObject({ spec: { priority: 0 }, status: { message: 'told' } })
  },
  'cannot be changed at the address of the object': async (given) => {
    await asleep(given)
    expect((await given.patch('merge', 'deployments', 'web', { status: { collisionCount: 7 } })).body.status['collisionCount']).toBeUndefined()
    expect((await given.make('deployments', { ...deployment('new', images.runs, { replicas: 0 }), status: { collisionCount: 7 } })).status['collisionCount']).toBeUndefined()
  },
  'is read at its own address, with the whole object': async (given) => {
    await asleep(given)
    expect((await given.admin.send('GET', given.at('deployments', 'web', 'status'))).body).toMatchObject({ kind: 'Deployment', metadata: { name: 'web' }, spec: { replicas: 0 } })
  },
  'is refused over an older version': async (given) => {
    const made = await given.make('poddisruptionbudgets', { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: { name: 'web' }, spec: { minAvailable: 1, selector: { matchLabels: { app: 'web' } } } })
    await given.patch('merge', 'poddisruptionbudgets', 'web', { metadata: { labels: { a: '1' } } })
    expect((await given.put('poddisruptionbudgets', made, undefined, 'status')).body).toMatchObject({ code: 409, reason: 'Conflict' })
  },
  'is not there for kinds without one': async (given) => {
    await given.make('configmaps', configMap('a'))
    expect((await given.patch('merge', 'configmaps', 'a', {}, undefined, 'status')).body).toMatchObject({ code: 404, message: 'the server could not find the requested resource' })
  },
})

const scale = topic('the scale', {
  'shows the number that is wanted, the number that is there, and whom it counts': async (given) => {
    const made = await given.make('deployments', deployment('web'))
    await given.becomes('deployments', 'web', (object) => object.status.readyReplicas === 2)
    expect((await given.admin.send('GET', given.at('deployments', 'web', 'scale'))).body).toEqual({ kind: 'Scale', apiVersion: 'autoscaling/v1', metadata: { name: 'web', namespace: given.namespace, uid: made.metadata.uid, resourceVersion: expect.any(String), creationTimestamp: made.metadata.creationTimestamp }, spec: { replicas: 2 }, status: { replicas: 2, selector: 'app=web' } })
  },
  'is written whole': async (given) => {
    await asleep(given)
    expect((await given.put('deployments', scaleOf(3), undefined, 'scale')).body).toMatchObject({ kind: 'Scale', spec: { replicas: 3 } })
    expect(await given.read('deployments', 'web')).toMatchObject({ metadata: { generation: 2 }, spec: { replicas: 3 } })
  },
  'is patched': async (given) => {
    await asleep(given)
    expect((await given.patch('merge', 'deployments', 'web', { spec: { replicas: 4 } }, undefined, 'scale')).body.spec.replicas).toBe(4)
    expect((await given.patch('json', 'deployments', 'web', [{ op: 'replace', path: '/spec/replicas', value: 5 }], undefined, 'scale')).body.spec.replicas).toBe(5)
    expect((await given.read('deployments', 'web')).spec.replicas).toBe(5)
  },
  'is refused over an older version': async (given) => {
    const { metadata } = await asleep(given)
    await given.patch('merge', 'deployments', 'web', { metadata: { labels: { a: '1' } } })
    expect((await given.put('deployments', scaleOf(1, { resourceVersion: metadata.resourceVersion }), undefined, 'scale')).body).toMatchObject({ code: 409, reason: 'Conflict' })
  },
  'is never negative': async (given) => {
    await asleep(given)
    expect((await given.put('deployments', scaleOf(-1), undefined, 'scale')).body).toMatchObject({ code: 422, reason: 'Invalid', details: { causes: [{ field: 'spec.replicas' }] } })
  },
  'belongs to an object that is there, of a kind that has one': async (given) => {
    expect((await given.put('deployments', scaleOf(1), undefined, 'scale')).body).toMatchObject({ code: 404, message: 'deployments.apps "web" not found' })
    await given.make('configmaps', configMap('a'))
    expect((await given.admin.send('GET', given.at('configmaps', 'a', 'scale'))).body).toMatchObject({ code: 404, message: 'the server could not find the requested resource' })
    for (const resource of ['statefulsets', 'replicasets'] as const) expect((await given.admin.send('GET', given.at(resource, 'none', 'scale'))).body).toMatchObject({ code: 404, reason: 'NotFound', message: `${resource}.apps "none" not found` })
  },
})

const logs = topic('logs', {
  'of a pod that is not there are 404': async (given) => expect((await given.admin.send('GET', given.at('pods', 'none', 'log'))).body).toMatchObject({ code: 404, message: 'pods "none" not found' }),
  'of a pod without a node are empty': async (given) => {
    await given.make('pods', pod('a', undefined, {}, { schedulingGates: [{ name: 'contract.example/wait' }] }))
    expect(await given.admin.send('GET', given.at('pods', 'a', 'log'))).toMatchObject({ code: 204, text: '' })
  },
  'of a container that is not there are refused': async (given) => {
    await given.make('pods', pod('a', undefined, {}, { schedulingGates: [{ name: 'contract.example/wait' }] }))
    expect((await given.admin.send('GET', `${given.at('pods', 'a', 'log')}?container=other`)).body).toMatchObject({ code: 400, message: 'container other is not valid for pod a' })
  },
  'of one of several containers must say which': async (given) => {
    await given.make('pods', pod('a', undefined, {}, { schedulingGates: [{ name: 'contract.example/wait' }], containers: [{ name: 'app', image: images.runs }, { name: 'side', image: images.runs }] }))
    expect((await given.admin.send('GET', given.at('pods', 'a', 'log'))).body).toMatchObject({ code: 400, message: 'a container name must be specified for pod a, choose one of: [app side]' })
  },
})

const trial = (given: Given, what: () => Promise<{ readonly code: number }>) => async (resource: 'configmaps' | 'deployments' | 'pods', name: string): Promise<void> => {
  const before = await given.get(resource, name)
  const { code } = await what()
  expect(code).toBeLessThan(300)
  const after = await given.get(resource, name)
  expect([after.code, after.body.metadata.resourceVersion]).toEqual([before.code, before.body.metadata.resourceVersion])
}

const dry = topic('trials', {
  'of making one': async (given) => {
    await trial(given, () => given.admin.send('POST', `${given.at('configmaps')}?dryRun=All`, configMap('a')))('configmaps', 'a')
    const { body } = await given.admin.send('POST', `${given.at('configmaps')}?dryRun=All`, { ...configMap(''), metadata: { generateName: 'x-' } })
    expect(body.metadata).toMatchObject({ name: expect.stringMatching(/^x-/), uid: expect.any(String) })
    expect(body.metadata.resourceVersion).toBeUndefined()
  },
  'are refused as the real thing is': async (given) => {
    await given.make('configmaps', configMap('a'))
    expect((await given.admin.send('POST', `${given.at('configmaps')}?dryRun=All`, configMap('a'))).code).toBe(409)
    expect((await given.admin.send('POST', `${given.at('deployments')}?dryRun=All`, deployment('web', '', { replicas: -1 }))).code).toBe(422)
    expect((await given.admin.send('DELETE', `${given.at('configmaps', 'none')}?dryRun=All`)).code).toBe(404)
  },
  'of replacing one': async (given) => {
    const made = await given.make('configmaps', configMap('a'))
    await trial(given, async () => {
      const reply = await given.put('configmaps', { ...made, data: { x: '1' } }, 'dryRun=All')
      expect(reply.body['data']).toEqual({ x: '1' })
      return reply
    })('configmaps', 'a')
  },
  'of patching one': async (given) => {
    await given.make('configmaps', configMap('a'))
    for (const [type, patch] of [['merge', { data: { x: '1' } }], ['strategic', { data: { x: '1' } }], ['json', [{ op: 'add', path: '/data', value: { x: '1' } }]], ['apply', configMap('a', { x: '1' })]] as const) await trial(given, () => given.patch(type, 'configmaps', 'a', patch, 'dryRun=All&fieldManager=first'))('configmaps', 'a')
  },
  'of deleting one, and many': async (given) => {
    await given.make('configmaps', configMap('a'))
    await trial(given, () => given.admin.send('DELETE', `${given.at('configmaps', 'a')}?dryRun=All`))('configmaps', 'a')
    await trial(given, () => given.remove('configmaps', 'a', { apiVersion: 'v1', kind: 'DeleteOptions', dryRun: ['All'] }))('configmaps', 'a')
    await trial(given, () => given.admin.send('DELETE', `${given.at('configmaps')}?dryRun=All`))('configmaps', 'a')
  },
  'of a scale and a status': async (given) => {
    await asleep(given)
    await given.becomes('deployments', 'web', (object) => object.status.observedGeneration === 1 && (object.status.conditions?.length ?? 0) === 2)
    await trial(given, () => given.put('deployments', scaleOf(3), 'dryRun=All', 'scale'))('deployments', 'web')
    await trial(given, () => given.patch('merge', 'deployments', 'web', { status: { collisionCount: 3 } }, 'dryRun=All', 'status'))('deployments', 'web')
  },
  'of an eviction': async (given) => {
    await given.make('pods', pod('a', undefined, {}, { schedulingGates: [{ name: 'contract.example/wait' }] }))
    await given.becomes('pods', 'a', ({ status: { conditions } }) => (conditions?.length ?? 0) > 0)
    await trial(given, () => given.admin.send('POST', `${given.at('pods', 'a', 'eviction')}?dryRun=All`, { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'a' } }))('pods', 'a')
  },
  'are all or nothing': async (given) => {
    expect((await given.admin.send('POST', `${given.at('configmaps')}?dryRun=Some`, configMap('a'))).body).toMatchObject({ code: 422, reason: 'Invalid', details: { causes: [{ field: 'dryRun' }] } })
  },
})

export const subresources = [status, scale, logs, dry]
