import { expect } from '@jest/globals'
import type { Answered } from './client.ts'
import { type Given, topic } from './given.ts'
import { condition, deployment, namesOf, ownerOf, template } from './objects.ts'
import { images } from './side.ts'

const revision = 'deployment.kubernetes.io/revision'
const revisionOf = ({ metadata }: Answered): string | undefined => metadata.annotations?.[revision]
/** What `kubectl rollout status` waits for. */
const isRolledOut = ({ metadata, spec, status }: Answered): boolean => status.observedGeneration === metadata.generation && (spec.replicas ?? 0) === (status.updatedReplicas ?? 0) && (status.replicas ?? 0) === (status.updatedReplicas ?? 0) && (status.availableReplicas ?? 0) === (status.updatedReplicas ?? 0)
const rolledOut = (given: Given): Promise<Answered> => given.becomes('deployments', 'web', isRolledOut)
const progressing = (given: Given, reason: string): Promise<Answered> => given.becomes('deployments', 'web', (object) => object.status.observedGeneration === object.metadata.generation && condition(object, 'Progressing')?.reason === reason)

async function released(given: Given, spec: object = {}): Promise<Answered> {
  await given.make('deployments', deployment('web', images.runs, spec))
  await rolledOut(given)
  return progressing(given, 'NewReplicaSetAvailable')
}

const release = async (given: Given, image: string): Promise<void> => {
  expect((await given.patch('strategic', 'deployments', 'web', { spec: { template: { spec: { containers: [{ name: 'app', image }] } } } })).code).toBe(200)
}
const imageOf = ({ spec }: Answered): string | undefined => (spec.template as { readonly spec: { readonly containers: readonly { readonly image: string }[] } }).spec.containers[0]?.image
const setOf = async (given: Given, image: string): Promise<Answered> => {
  const found = (await given.list('replicasets')).items.find((set) => imageOf(set) === image)
  if (found === undefined) throw new Error(`no ReplicaSet of ${image}`)
  return found
}

interface Watched {
  readonly watch: ReturnType<Given['admin']['watch']>
  readonly items: readonly Answered[]
}

const releasing = topic('Deployments', {
  'a first release: status and conditions': async (given) => {
    const object = await released(given)
    expect(revisionOf(object)).toBe('1')
    expect(object.status).toMatchObject({ observedGeneration: 1, replicas: 2, updatedReplicas: 2, readyReplicas: 2, availableReplicas: 2 })
    expect(object.status['unavailableReplicas']).toBeUndefined()
    expect(condition(object, 'Available')).toMatchObject({ status: 'True', reason: 'MinimumReplicasAvailable', message: 'Deployment has minimum availability.' })
    expect(condition(object, 'Progressing')).toMatchObject({ status: 'True', reason: 'NewReplicaSetAvailable', message: expect.stringMatching(/^ReplicaSet "web-[a-z0-9]+" has successfully progressed\.$/) })
  },
  'its ReplicaSet and its pods name their owners and their template': async (given) => {
    const object = await released(given)
    const [set] = (await given.list('replicasets')).items
    const hash = set?.metadata.labels?.['pod-template-hash']
    expect(set).toMatchObject({ metadata: { name: `web-${hash}`, ownerReferences: [ownerOf(object, { controller: true, blockOwnerDeletion: true })], annotations: { [revision]: '1', 'deployment.kubernetes.io/desired-replicas': '2', 'deployment.kubernetes.io/max-replicas': '3' }, labels: { app: 'web' } }, spec: { replicas: 2, selector: { matchLabels: { app: 'web', 'pod-template-hash': hash } } }, status: { replicas: 2, fullyLabeledReplicas: 2, readyReplicas: 2, availableReplicas: 2, observedGeneration: 1 } })
    for (const pod of (await given.list('pods')).items) expect(pod.metadata).toMatchObject({ name: expect.stringMatching(new RegExp(`^web-${hash}-[a-z0-9]{5}$`)), generateName: `web-${hash}-`, labels: { app: 'web', 'pod-template-hash': hash }, ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: `web-${hash}`, uid: set?.metadata.uid, controller: true, blockOwnerDeletion: true }] })
  },
  'a second release: a new revision, the old one at zero': async (given) => {
    await released(given)
    await release(given, images.alsoRuns)
    const object = await progressing(given, 'NewReplicaSetAvailable')
    await rolledOut(given)
    expect(revisionOf(object)).toBe('2')
    const [old, fresh] = [await setOf(given, images.runs), await setOf(given, images.alsoRuns)]
    expect([revisionOf(old), old.spec.replicas, revisionOf(fresh), fresh.spec.replicas]).toEqual(['1', 0, '2', 2])
  },
  'what is told on the way': async (given) => {
    await released(given)
    await release(given, images.alsoRuns)
    await rolledOut(given)
    const [old, fresh] = [(await setOf(given, images.runs)).metadata.name, (await setOf(given, images.alsoRuns)).metadata.name]
    const messages = await given.until('the events', async () => {
      const { items } = await given.list('events', 'fieldSelector=involvedObject.kind%3DDeployment,reason%3DScalingReplicaSet')
      return items.length >= 5 && items.map((event) => event.message)
    })
    expect(messages.toSorted()).toEqual([`Scaled down replica set ${old} from 1 to 0`, `Scaled down replica set ${old} from 2 to 1`, `Scaled up replica set ${fresh} from 0 to 1`, `Scaled up replica set ${fresh} from 1 to 2`, `Scaled up replica set ${old} from 0 to 2`].toSorted())
  },
  'never more than the surge, never fewer than may be missing': async (given) => {
    await released(given, { replicas: 4, strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 1 } } })
    const [deployments, sets] = await Promise.all((['deployments', 'replicasets'] as const).map(async (plural) => {
      const { metadata, items } = await given.list(plural)
      const watch = given.admin.watch(`${given.at(plural)}?watch=true&resourceVersion=${metadata.resourceVersion}`)
      await watch.open
      return { watch, items }
    })) as [Watched, Watched]
    await release(given, images.alsoRuns)
    await rolledOut(given)
    for (const { watch } of [deployments, sets]) watch.close()
    expect(deployments.watch.events.length).toBeGreaterThan(3)
    for (const { object } of deployments.watch.events) expect(object.status.availableReplicas ?? 0).toBeGreaterThanOrEqual(3)
    // What is asked of the sets: the sum of what they report is late by turns, and may count one too many.
    const asked = new Map(sets.items.map(({ metadata, spec }) => [metadata.name, spec.replicas ?? 0]))
    expect(sets.watch.events.length).toBeGreaterThan(3)
    for (const { object } of sets.watch.events) {
      asked.set(object.metadata.name, object.spec.replicas ?? 0)
      expect([...asked.values()].reduce((sum, replicas) => sum + replicas, 0)).toBeLessThanOrEqual(5)
    }
  },
  'one that is never ready is told after its deadline, and the old one goes on': async (given) => {
    await released(given, { progressDeadlineSeconds: 2 })
    await release(given, images.neverReady)
    const object = await progressing(given, 'ProgressDeadlineExceeded')
    expect(condition(object, 'Progressing')).toMatchObject({ status: 'False', message: expect.stringMatching(/^ReplicaSet "web-[a-z0-9]+" has timed out progressing\.$/) })
    expect(condition(object, 'Available')).toMatchObject({ status: 'True' })
    expect(object.status).toMatchObject({ replicas: 3, updatedReplicas: 1, readyReplicas: 2, availableReplicas: 2, unavailableReplicas: 1 })
    expect((await setOf(given, images.runs)).spec.replicas).toBe(2)
  },
  'a first one that is never ready is not available': async (given) => {
    await given.make('deployments', deployment('web', images.neverReady, { progressDeadlineSeconds: 1 }))
    const object = await progressing(given, 'ProgressDeadlineExceeded')
    expect(condition(object, 'Available')).toMatchObject({ status: 'False', reason: 'MinimumReplicasUnavailable', message: 'Deployment does not have minimum availability.' })
    expect(object.status).toMatchObject({ replicas: 2, updatedReplicas: 2, unavailableReplicas: 2 })
    expect(object.status.availableReplicas).toBeUndefined()
  },
  'the old template brings back the old ReplicaSet, as a new revision': async (given) => {
    const before = await released(given)
    await release(given, images.neverReady)
    await given.until('the new ReplicaSet', async () => (await given.list('replicasets')).items.length === 2)
    expect((await given.patch('json', 'deployments', 'web', [{ op: 'replace', path: '/spec/template', value: before.spec.template }])).code).toBe(200)
    const object = await given.becomes('deployments', 'web', (each) => isRolledOut(each) && revisionOf(each) === '3')
    expect(object.status).toMatchObject({ replicas: 2, updatedReplicas: 2, availableReplicas: 2 })
    const [old, fresh] = [await setOf(given, images.runs), await setOf(given, images.neverReady)]
    expect([revisionOf(old), old.spec.replicas, revisionOf(fresh), fresh.spec.replicas]).toEqual(['3', 2, '2', 0])
    expect(old.metadata.annotations?.['deployment.kubernetes.io/revision-history']).toBe('1')
  },
})

const steering = topic('Deployments: steering', {
  'a change of size is no new revision': async (given) => {
    await released(given)
    await given.patch('merge', 'deployments', 'web', { spec: { replicas: 3 } })
    const object = await rolledOut(given)
    expect([revisionOf(object), object.status.readyReplicas, (await given.list('replicasets')).items.length]).toEqual(['1', 3, 1])
    await given.patch('merge', 'deployments', 'web', { spec: { replicas: 0 } })
    await given.until('the end of its pods', async () => (await given.list('pods')).items.length === 0)
    const none = await rolledOut(given)
    expect([none.status.replicas, none.status.readyReplicas, condition(none, 'Available')?.status]).toEqual([undefined, undefined, 'True'])
  },
  'a change of labels or annotations starts no pods': async (given) => {
    await released(given)
    const before = namesOf(await given.list('pods'))
    await given.patch('merge', 'deployments', 'web', { metadata: { annotations: { note: '1' } } })
    await given.until('the annotation on its ReplicaSet', async () => (await setOf(given, images.runs)).metadata.annotations?.['note'] === '1')
    expect(namesOf(await given.list('pods'))).toEqual(before)
  },
  'while it is paused, nothing starts': async (given) => {
    await released(given)
    await given.patch('merge', 'deployments', 'web', { spec: { paused: true } })
    await release(given, images.alsoRuns)
    const object = await progressing(given, 'DeploymentPaused')
    expect(condition(object, 'Progressing')).toMatchObject({ status: 'Unknown', message: 'Deployment is paused' })
    expect((await given.list('replicasets')).items).toHaveLength(1)
    await given.patch('merge', 'deployments', 'web', { spec: { paused: false } })
    await rolledOut(given)
    expect((await setOf(given, images.alsoRuns)).spec.replicas).toBe(2)
  },
  'recreated: the old pods go before the new ones come': async (given) => {
    await released(given, { strategy: { type: 'Recreate' } })
    const { metadata } = await given.list('pods')
    const watch = given.watch('pods', `resourceVersion=${metadata.resourceVersion}`)
    await watch.open
    await release(given, images.alsoRuns)
    await rolledOut(given)
    await given.until('both to be told', () => watch.events.filter(({ type }) => type === 'ADDED').length === 2)
    const order = watch.events.filter(({ type }) => type !== 'MODIFIED').map(({ type }) => type)
    expect(order).toEqual(['DELETED', 'DELETED', 'ADDED', 'ADDED'])
  },
  'a pod counts as available only after its time': async (given) => {
    await given.make('deployments', deployment('web', images.runs, { minReadySeconds: 2 }))
    const early = await given.becomes('deployments', 'web', ({ status }) => status.readyReplicas === 2)
    expect(early.status.availableReplicas ?? 0).toBe(0)
    expect((await rolledOut(given)).status.availableReplicas).toBe(2)
  },
  'old revisions are kept up to their limit': async (given) => {
    await released(given, { revisionHistoryLimit: 0 })
    await release(given, images.alsoRuns)
    await rolledOut(given)
    await given.until('the end of the old one', async () => (await given.list('replicasets')).items.length === 1)
  },
  'a pod that is deleted is replaced': async (given) => {
    await released(given)
    const [first = ''] = namesOf(await given.list('pods'))
    await given.remove('pods', first)
    await given.isGone('pods', first)
    const names = await given.until('another pod', async () => { const list = await given.list('pods'); return list.items.length === 2 && namesOf(list) })
    expect(names).not.toContain(first)
    await rolledOut(given)
  },
  'what a quota forbids is told by a condition': async (given) => {
    await given.make('resourcequotas', { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'few' }, spec: { hard: { pods: '1' } } })
    await given.becomes('resourcequotas', 'few', ({ status }) => status['hard'] !== undefined)
    await given.make('deployments', deployment('web'))
    const object = await given.becomes('deployments', 'web', (each) => condition(each, 'ReplicaFailure') !== undefined)
    expect(condition(object, 'ReplicaFailure')).toMatchObject({ status: 'True', reason: 'FailedCreate', message: expect.stringContaining('is forbidden: exceeded quota: few, requested: pods=1, used: pods=1, limited: pods=1') })
  },
  'a ReplicaSet that fits is adopted': async (given) => {
    await given.make('replicasets', { apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: { name: 'old', labels: { app: 'web' } }, spec: { replicas: 1, selector: { matchLabels: { app: 'web' } }, template: template('web', images.alsoRuns) } })
    const object = await given.make('deployments', deployment('web'))
    await given.becomes('replicasets', 'old', ({ metadata }) => metadata.ownerReferences?.[0]?.uid === object.metadata.uid)
    await rolledOut(given)
    expect((await given.read('replicasets', 'old')).spec.replicas).toBe(0)
  },
})

export const rollouts = [releasing, steering]
