import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { ReplicaSet } from '../../objects/types.ts'
import { conditionIn, deployment, deploymentIn, fixture } from '../../testing/fixture.ts'
import type { Fixture } from '../../testing/fixture.ts'
import { isReady } from '../pods.ts'

let given: Fixture
beforeEach(async () => { given = await fixture() })
afterEach(() => given.stop())

const sets = (): readonly ReplicaSet[] => given.cluster.store.list('replicasets.apps') as readonly ReplicaSet[]

test('a new Deployment becomes available with one ReplicaSet, revision 1', async () => {
  await given.apply(deployment('cart', 'cart:1'))
  await given.pass(5)
  const { metadata, status } = deploymentIn(given.cluster, 'cart')
  expect(metadata.annotations).toEqual({ 'deployment.kubernetes.io/revision': '1' })
  expect(status).toMatchObject({ observedGeneration: 1, replicas: 3, updatedReplicas: 3, readyReplicas: 3, availableReplicas: 3 })
  expect(conditionIn(status.conditions, 'Progressing')).toMatchObject({ status: 'True', reason: 'NewReplicaSetAvailable' })
  expect(conditionIn(status.conditions, 'Available')).toMatchObject({ status: 'True', reason: 'MinimumReplicasAvailable' })
  expect(sets()).toHaveLength(1)
  expect(given.pods().every((pod) => pod.metadata.labels?.['pod-template-hash'] !== undefined)).toBe(true)
})

describe('a rolling update', () => {
  test.each`
    surge    | missing  | most  | least
    ${1}     | ${0}     | ${5}  | ${4}
    ${0}     | ${1}     | ${4}  | ${3}
    ${'25%'} | ${'25%'} | ${5}  | ${3}
    ${'50%'} | ${0}     | ${6}  | ${4}
  `('of 4 with surge $surge and $missing missing never wants more than $most pods, nor has fewer than $least ready', async ({ surge, missing, most, least }) => {
    const strategy = { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: surge, maxUnavailable: missing } } }
    await given.apply(deployment('cart', 'cart:1', 4, strategy))
    await given.pass(5)
    const seen: { readonly pods: number; readonly ready: number }[] = []
    given.cluster.store.subscribe(() => {
      const live = given.pods().filter((pod) => pod.metadata.deletionTimestamp === undefined)
      seen.push({ pods: sets().reduce((sum, set) => sum + set.spec.replicas, 0), ready: live.filter(isReady).length })
    })
    await given.apply(deployment('cart', 'cart:2', 4, strategy))
    await given.pass(60)
    expect(Math.max(...seen.map(({ pods }) => pods))).toBe(most)
    expect(Math.min(...seen.map(({ ready }) => ready))).toBe(least)
    expect(deploymentIn(given.cluster, 'cart').metadata.annotations?.['deployment.kubernetes.io/revision']).toBe('2')
    expect(given.pods().map((pod) => pod.spec.containers[0]?.image)).toEqual(['cart:2', 'cart:2', 'cart:2', 'cart:2'])
  })

  test('that goes back to an earlier template uses its ReplicaSet again, as a new revision', async () => {
    for (const image of ['cart:1', 'cart:2', 'cart:1']) { await given.apply(deployment('cart', image)); await given.pass(30) }
    expect(sets()).toHaveLength(2)
    expect(deploymentIn(given.cluster, 'cart').metadata.annotations?.['deployment.kubernetes.io/revision']).toBe('3')
    const back = sets().find((set) => set.spec.replicas === 3)
    expect(back?.metadata.annotations).toMatchObject({ 'deployment.kubernetes.io/revision': '3', 'deployment.kubernetes.io/revision-history': '1' })
  })

  test('that makes no progress exceeds its deadline and keeps the old pods', async () => {
    given.story.image('cart:2', { does: 'never-ready' })
    await given.apply(deployment('cart', 'cart:1', 3, { progressDeadlineSeconds: 60 }))
    await given.pass(10)
    await given.apply(deployment('cart', 'cart:2', 3, { progressDeadlineSeconds: 60 }))
    await given.pass(59)
    expect(conditionIn(deploymentIn(given.cluster, 'cart').status.conditions, 'Progressing')?.status).toBe('True')
    await given.pass(5)
    expect(conditionIn(deploymentIn(given.cluster, 'cart').status.conditions, 'Progressing')).toMatchObject({ status: 'False', reason: 'ProgressDeadlineExceeded' })
    expect(deploymentIn(given.cluster, 'cart').status.availableReplicas).toBe(3)
  })

  test('keeps as many old ReplicaSets as the history limit says', async () => {
    for (const image of ['cart:1', 'cart:2', 'cart:3', 'cart:4']) { await given.apply(deployment('cart', image, 1, { revisionHistoryLimit: 1 })); await given.pass(30) }
    expect(sets().map((set) => set.spec.template.spec.containers[0]?.image).sort()).toEqual(['cart:3', 'cart:4'])
  })
})

test('Recreate ends all old pods before it starts a new one', async () => {
  const strategy = { strategy: { type: 'Recreate' } }
  await given.apply(deployment('cart', 'cart:1', 3, strategy))
  await given.pass(5)
  let mixed = false
  given.cluster.store.subscribe(() => { mixed ||= new Set(given.pods().map((pod) => pod.spec.containers[0]?.image)).size > 1 })
  await given.apply(deployment('cart', 'cart:2', 3, strategy))
  await given.pass(30)
  expect(mixed).toBe(false)
  expect(deploymentIn(given.cluster, 'cart').status).toMatchObject({ updatedReplicas: 3, availableReplicas: 3 })
})

test('a paused Deployment does not roll, and goes on when resumed', async () => {
  await given.apply(deployment('cart', 'cart:1'))
  await given.pass(5)
  await given.apply(deployment('cart', 'cart:2', 3, { paused: true }))
  await given.pass(30)
  expect(given.pods().map((pod) => pod.spec.containers[0]?.image)).toEqual(['cart:1', 'cart:1', 'cart:1'])
  expect(conditionIn(deploymentIn(given.cluster, 'cart').status.conditions, 'Progressing')).toMatchObject({ status: 'Unknown', reason: 'DeploymentPaused' })
  await given.apply(deployment('cart', 'cart:2', 3))
  await given.pass(30)
  expect(deploymentIn(given.cluster, 'cart').status).toMatchObject({ updatedReplicas: 3, replicas: 3 })
})

test('minReadySeconds delays availability', async () => {
  await given.apply(deployment('cart', 'cart:1', 1, { minReadySeconds: 20 }))
  await given.pass(10)
  expect(deploymentIn(given.cluster, 'cart').status).toMatchObject({ readyReplicas: 1, unavailableReplicas: 1 })
  await given.pass(15)
  expect(deploymentIn(given.cluster, 'cart').status).toMatchObject({ availableReplicas: 1 })
})

test('scaling in the middle of a rollout spreads over old and new in proportion', async () => {
  given.story.image('cart:2', { does: 'never-ready' })
  const strategy = { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 3, maxUnavailable: 2 } } }
  await given.apply(deployment('cart', 'cart:1', 10, strategy))
  await given.pass(5)
  await given.apply(deployment('cart', 'cart:2', 10, strategy))
  await given.pass(5)
  expect(sets().map((set) => set.spec.replicas).sort()).toEqual([5, 8])
  await given.apply(deployment('cart', 'cart:2', 15, strategy))
  await given.pass(5)
  expect(sets().map((set) => set.spec.replicas).sort()).toEqual([11, 7])
})
