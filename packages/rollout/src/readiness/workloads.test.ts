import { describe, expect, test } from '@jest/globals'
import type { KubeObject } from '@fermata/ports'
import { kubeObject, ownedBy, podWith, readyPod, sceneOf, waiting } from '../testing/scene.ts'
import { assessDaemonSet } from './daemon-set.ts'
import { assessDeployment } from './deployment.ts'
import { assessJob } from './job.ts'
import { assessReplicaSet } from './replica-set.ts'
import { assessStatefulSet } from './stateful-set.ts'

const whole = { observedGeneration: 2, replicas: 3, updatedReplicas: 3, readyReplicas: 3, availableReplicas: 3 }
const code = (assessment: ReturnType<typeof assessDeployment>): string => (assessment.is === 'failed' ? assessment.cause.code : assessment.is)

describe('a Deployment', () => {
  test.each([
    ['all replicas new and available', {}, {}, 'ready'],
    ['a status that speaks about an older specification', {}, { observedGeneration: 1 }, 'progressing'],
    ['no status at all', {}, { observedGeneration: undefined }, 'progressing'],
    ['new replicas missing', {}, { updatedReplicas: 2 }, 'progressing'],
    ['replicas not available', {}, { availableReplicas: 2 }, 'progressing'],
    ['former replicas still there', {}, { replicas: 4 }, 'progressing'],
    ['no replicas wanted', { replicas: 0 }, { replicas: 0, updatedReplicas: 0, availableReplicas: 0 }, 'ready'],
    ['a pause', { paused: true }, {}, 'FM-DEPLOY-PAUSED'],
    ['its own deadline exceeded', {}, { conditions: [{ type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded' }] }, 'FM-DEPLOY-DEADLINE-EXCEEDED'],
    ['an old deadline in a status that is stale', {}, { observedGeneration: 1, conditions: [{ type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded' }] }, 'progressing'],
    ['pods refused by a quota', {}, { availableReplicas: 0, conditions: [{ type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: 'pods "x" is forbidden: exceeded quota' }] }, 'FM-DEPLOY-PODS-REFUSED'],
    ['pods that could not be created for a moment', {}, { availableReplicas: 0, conditions: [{ type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: 'etcdserver: request timed out' }] }, 'progressing'],
  ])('with %s', (_, spec, status, expected) => {
    expect(code(assessDeployment(kubeObject('Deployment', 'cart', { spec: { replicas: 3, ...spec }, status: { ...whole, ...status } }), sceneOf()))).toBe(expected)
  })

  const template = (image: string, labels: object = {}) => ({ template: { metadata: { labels: { app: 'cart', ...labels } }, spec: { containers: [{ name: 'server', image }] } } })
  const set = (name: string, image: string, annotations: object = {}): KubeObject => kubeObject('ReplicaSet', name, { spec: { replicas: 3, ...template(image, { 'pod-template-hash': name }) } }, { ...ownedBy('cart'), annotations })
  const rolling = kubeObject('Deployment', 'cart', { spec: { replicas: 3, ...template('shop/cart:2') }, status: { ...whole, availableReplicas: 2 } })
  const broken = (owner: string): KubeObject => podWith(owner, waiting('ErrImagePull', 'not found'))

  test.each([
    ['newest', 'new', 'FM-DEPLOY-IMAGE-NOT-FOUND'],
    ['former', 'old', 'progressing'],
  ])('asks the pods of the %s ReplicaSet by its template', (_, owner, expected) => {
    expect(code(assessDeployment(rolling, sceneOf({ owned: [set('new', 'shop/cart:2'), set('old', 'shop/cart:1'), broken(owner)] })))).toBe(expected)
  })

  test('does not take the failed version for the newest while the set that was written back is seen as it stood before', () => {
    // Sets come by a watch of their own: the revision of the one that is used again has not come yet.
    const owned = [set('failed', 'shop/cart:9', { 'deployment.kubernetes.io/revision': '10' }), set('back', 'shop/cart:2', { 'deployment.kubernetes.io/revision': '9' }), broken('failed')]
    expect(code(assessDeployment(rolling, sceneOf({ owned })))).toBe('progressing')
  })

  test('does not take the former version for the newest while the new set has not been seen', () => {
    expect(code(assessDeployment(rolling, sceneOf({ owned: [set('old', 'shop/cart:1', { 'deployment.kubernetes.io/revision': '9' }), broken('old')] })))).toBe('progressing')
  })

  test('asks the older of two sets with its template, as the controller does', () => {
    const aged = (name: string, creationTimestamp: string): KubeObject => ({ ...set(name, 'shop/cart:2'), metadata: { ...set(name, 'shop/cart:2').metadata, creationTimestamp } })
    const owned = [aged('younger', '2026-01-02T00:00:00Z'), aged('older', '2026-01-01T00:00:00Z'), broken('older')]
    expect(code(assessDeployment(rolling, sceneOf({ owned })))).toBe('FM-DEPLOY-IMAGE-NOT-FOUND')
  })

  test('does not ask pods that are going away', () => {
    const leaving = podWith('new', waiting('ErrImagePull', 'not found'))
    const owned = [set('new', 'shop/cart:2'), { ...leaving, metadata: { ...leaving.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } }]
    expect(code(assessDeployment(rolling, sceneOf({ owned })))).toBe('progressing')
  })

  test('names the pod that it waits for', () => {
    const owned = [set('new', 'shop/cart:2'), podWith('new', waiting('ContainerCreating'), 'cart-7d9')]
    expect(assessDeployment(rolling, sceneOf({ owned }))).toMatchObject({ is: 'progressing', says: '2 of 3 replicas are available; pod cart-7d9 (server) is ContainerCreating' })
  })
})

describe('a StatefulSet', () => {
  test.each([
    ['all replicas ready and of the new revision', {}, {}, 'ready'],
    ['a replica that is not ready', {}, { readyReplicas: 2 }, 'progressing'],
    ['a replica of the former revision', {}, { updatedReplicas: 2, currentRevision: 'a', updateRevision: 'b' }, 'progressing'],
    ['a replica below the partition of the former revision', { updateStrategy: { rollingUpdate: { partition: 1 } } }, { updatedReplicas: 2, currentRevision: 'a', updateRevision: 'b' }, 'ready'],
    ['replicas that only a person updates', { updateStrategy: { type: 'OnDelete' } }, { updatedReplicas: 0, currentRevision: 'a', updateRevision: 'b' }, 'ready'],
    ['a stale status', {}, { observedGeneration: 1 }, 'progressing'],
    ['a replica that is ready for too short a time', {}, { availableReplicas: 2 }, 'progressing'],
  ])('with %s', (_, spec, status, expected) => {
    expect(code(assessStatefulSet(kubeObject('StatefulSet', 'db', { spec: { replicas: 3, ...spec }, status: { ...whole, ...status } }), sceneOf()))).toBe(expected)
  })

  test('fails by any of its pods, also one of the former revision, since that one stops the update', () => {
    const owned = [podWith('db', { restartCount: 2, ...waiting('CrashLoopBackOff') })]
    expect(code(assessStatefulSet(kubeObject('StatefulSet', 'db', { spec: { replicas: 3 }, status: { ...whole, readyReplicas: 2 } }), sceneOf({ owned })))).toBe('FM-DEPLOY-CRASH-LOOP')
  })
})

describe('a DaemonSet', () => {
  const every = { observedGeneration: 2, desiredNumberScheduled: 3, updatedNumberScheduled: 3, numberAvailable: 3 }
  test.each([
    ['every node', {}, {}, 'ready'],
    ['a node that has the former version', {}, { updatedNumberScheduled: 2 }, 'progressing'],
    ['a node on which it is not available', {}, { numberAvailable: 2 }, 'progressing'],
    ['updates by deletion only', { updateStrategy: { type: 'OnDelete' } }, { updatedNumberScheduled: 0 }, 'ready'],
    ['a stale status', {}, { observedGeneration: 1 }, 'progressing'],
  ])('on %s', (_, spec, status, expected) => {
    expect(code(assessDaemonSet(kubeObject('DaemonSet', 'agent', { spec, status: { ...every, ...status } }), sceneOf()))).toBe(expected)
  })
})

describe('a Job', () => {
  test.each([
    ['that has completed', {}, [{ type: 'Complete', status: 'True' }], 'ready'],
    ['that runs', {}, [], 'progressing'],
    ['that has failed', {}, [{ type: 'Failed', status: 'True', reason: 'BackoffLimitExceeded' }], 'FM-DEPLOY-JOB-FAILED'],
    ['that is suspended', { suspend: true }, [{ type: 'Suspended', status: 'True' }], 'ready'],
  ])('%s', (_, spec, conditions, expected) => {
    expect(code(assessJob(kubeObject('Job', 'migrate', { spec, status: { conditions } }), sceneOf()))).toBe(expected)
  })

  test('whose image is missing fails before its back-off limit', () => {
    expect(code(assessJob(kubeObject('Job', 'migrate', { status: {} }), sceneOf({ owned: [podWith('migrate', waiting('ErrImagePull', 'not found'))] })))).toBe('FM-DEPLOY-IMAGE-NOT-FOUND')
  })

  test('that has failed points to the log of its pod', () => {
    const pod = kubeObject('Pod', 'migrate-1', { status: { phase: 'Failed', containerStatuses: [{ name: 'sql', state: { terminated: { exitCode: 3 } } }] } }, ownedBy('migrate'))
    const job = kubeObject('Job', 'migrate', { status: { conditions: [{ type: 'Failed', status: 'True', reason: 'BackoffLimitExceeded', message: '' }] } })
    expect(assessJob(job, sceneOf({ owned: [pod] }))).toMatchObject({ cause: { says: expect.stringContaining('exit code 3'), log: { pod: 'migrate-1', container: 'sql' } } })
  })
})

test.each([[3, 'ready'], [2, 'progressing']])('a ReplicaSet with %p of 3 available is %s', (availableReplicas, expected) => {
  expect(code(assessReplicaSet(kubeObject('ReplicaSet', 'cart', { spec: { replicas: 3 }, status: { observedGeneration: 2, availableReplicas } }), sceneOf({ owned: [readyPod('cart')] })))).toBe(expected)
})
