import { expect } from '@jest/globals'
import { type Given, topic } from './given.ts'
import { condition, deployment, namesOf, pod } from './objects.ts'
import { images } from './side.ts'

const budget = (spec: object, name = 'web') => ({ apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: { name }, spec: { selector: { matchLabels: { app: 'web' } }, ...spec } })
const evict = (given: Given, name: string, more: object = {}) => given.admin.send('POST', given.at('pods', name, 'eviction'), { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace: given.namespace }, ...more })

/** A Deployment whose pods are ready, under a budget that has counted them; gives the names of the pods. */
async function guarded(given: Given, spec: object, replicas = 2, image: string = images.runs): Promise<readonly string[]> {
  await given.make('deployments', deployment('web', image, { replicas }))
  await given.make('poddisruptionbudgets', budget(spec))
  await given.until('its pods', async () => {
    const { items } = await given.list('pods')
    return items.length === replicas && items.every(({ status }) => status.phase === 'Running')
  })
  if (image === images.runs) await given.becomes('poddisruptionbudgets', 'web', ({ status, metadata }) => status.observedGeneration === metadata.generation && status['currentHealthy'] === replicas)
  return namesOf(await given.list('pods'))
}

export const evicting = topic('evicting', {
  'without a budget a pod is deleted, with its time to end': async (given) => {
    await given.make('pods', pod('a', images.runs, { finalizers: ['contract.example/hold'] }))
    await given.becomes('pods', 'a', ({ status }) => status.phase === 'Running')
    const { code, body } = await evict(given, 'a')
    expect([code, body]).toMatchObject([201, { kind: 'Status', status: 'Success', code: 201 }])
    const left = await given.read('pods', 'a')
    expect(left.metadata).toMatchObject({ deletionTimestamp: expect.any(String), deletionGracePeriodSeconds: 30 })
    expect(condition(left, 'DisruptionTarget')).toMatchObject({ status: 'True', reason: 'EvictionByEvictionAPI', message: 'Eviction API: evicting' })
    await given.patch('merge', 'pods', 'a', { metadata: { finalizers: null } })
  },
  'a budget counts what it guards': async (given) => {
    await guarded(given, { minAvailable: 1 })
    const { status } = await given.read('poddisruptionbudgets', 'web')
    expect(status).toMatchObject({ currentHealthy: 2, desiredHealthy: 1, expectedPods: 2, disruptionsAllowed: 1, observedGeneration: 1, conditions: [{ type: 'DisruptionAllowed', status: 'True', reason: 'SufficientPods', observedGeneration: 1 }] })
  },
  'one is let go, the next one is refused until there are enough again': async (given) => {
    for (const name of ['a', 'b', 'c']) await given.make('pods', pod(name, images.runs, { labels: { app: 'web' } }))
    await given.make('poddisruptionbudgets', budget({ minAvailable: 2 }))
    await given.becomes('poddisruptionbudgets', 'web', ({ status }) => status['disruptionsAllowed'] === 1)
    expect((await evict(given, 'a')).code).toBe(201)
    const { code, body, headers } = await evict(given, 'b')
    expect([code, body]).toMatchObject([429, { kind: 'Status', reason: 'TooManyRequests', message: "Cannot evict pod as it would violate the pod's disruption budget.", details: { causes: [{ reason: 'DisruptionBudget', message: expect.stringMatching(/^The disruption budget web /) }] } }])
    // Only a budget that is still being counted says when to come again.
    expect(headers['retry-after']).toBe(body.details.retryAfterSeconds?.toString())
    expect((await given.read('pods', 'b')).metadata.deletionTimestamp).toBeUndefined()
    await given.make('pods', pod('d', images.runs, { labels: { app: 'web' } }))
    await given.until('the next one to be let go', async () => (await evict(given, 'b')).code === 201)
  },
  'a tight budget says how many it needs and has': async (given) => {
    const [first = ''] = await guarded(given, { minAvailable: 2 })
    expect((await evict(given, first)).body).toMatchObject({ code: 429, details: { causes: [{ reason: 'DisruptionBudget', message: 'The disruption budget web needs 2 healthy pods and has 2 currently' }] } })
    expect((await given.read('poddisruptionbudgets', 'web')).status).toMatchObject({ disruptionsAllowed: 0, conditions: [{ status: 'False', reason: 'InsufficientPods' }] })
  },
  'a budget may say how many may be missing': async (given) => {
    await guarded(given, { maxUnavailable: '50%' }, 3)
    expect((await given.read('poddisruptionbudgets', 'web')).status).toMatchObject({ expectedPods: 3, desiredHealthy: 1, disruptionsAllowed: 2 })
  },
  'a pod that is not ready is let go only by a budget that says so': async (given) => {
    const [first = ''] = await guarded(given, { minAvailable: 1 }, 1, images.neverReady)
    expect((await evict(given, first)).code).toBe(429)
    await given.patch('merge', 'poddisruptionbudgets', 'web', { spec: { unhealthyPodEvictionPolicy: 'AlwaysAllow' } })
    expect((await evict(given, first)).code).toBe(201)
  },
  'of two budgets none can be asked': async (given) => {
    const [first = ''] = await guarded(given, { minAvailable: 0 })
    await given.make('poddisruptionbudgets', budget({ minAvailable: 0 }, 'other'))
    expect((await evict(given, first)).body).toMatchObject({ code: 500, message: 'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.' })
  },
  'what is not there is 404': async (given) => expect((await evict(given, 'none')).body).toMatchObject({ code: 404, message: 'pods "none" not found' }),
  'another pod of the same name is refused': async (given) => {
    await given.make('pods', pod('a'))
    expect((await evict(given, 'a', { deleteOptions: { preconditions: { uid: '11111111-1111-1111-1111-111111111111' } } })).body).toMatchObject({ code: 409, reason: 'Conflict' })
  },
  'the name must be that of the address': async (given) => {
    await given.make('pods', pod('a'))
    expect((await given.admin.send('POST', given.at('pods', 'a', 'eviction'), { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'b' } })).body).toMatchObject({ code: 400, reason: 'BadRequest' })
  },
  'a budget says one thing': async (given) => {
    expect((await given.admin.send('POST', given.at('poddisruptionbudgets'), budget({ minAvailable: 1, maxUnavailable: 1 }))).body).toMatchObject({ code: 422, details: { causes: [{ field: 'spec' }] } })
  },
})
