import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { ContainerStatus, Pod } from '../objects/types.ts'
import { deployment, fixture } from '../testing/fixture.ts'
import type { Fixture } from '../testing/fixture.ts'
import { isReady } from '../controllers/pods.ts'
import type { Behaviour } from './story.ts'

let given: Fixture
beforeEach(async () => { given = await fixture() })
afterEach(() => given.stop())

const only = (): Pod => given.pods()[0] as Pod
const status = (): ContainerStatus => only().status.containerStatuses?.[0] as ContainerStatus
const waiting = (): string | undefined => (status().state !== undefined && 'waiting' in status().state! ? (status().state as { readonly waiting: { readonly reason: string } }).waiting.reason : undefined)
const told = (image: string, behaviour: Behaviour): Promise<unknown> => { given.story.image(image, behaviour); return given.apply(deployment('cart', image, 1)) }
const events = (): readonly string[] => given.cluster.store.list('events').filter((event) => (event['involvedObject'] as { readonly kind: string }).kind === 'Pod').map((event) => String(event['reason']))
const log = async (query = ''): Promise<{ readonly code: number; readonly text: string; readonly body: unknown }> => given.wire.send('GET', `/api/v1/namespaces/shop/pods/${only().metadata.name}/log${query}`)

test('a pod is pending, then running, then ready', async () => {
  await told('cart:1', { does: 'run', readyAfter: 5 })
  await given.pass(0.1)
  expect(only().status.phase).toBe('Pending')
  expect(waiting()).toBe('ContainerCreating')
  await given.pass(3)
  expect(only().status).toMatchObject({ phase: 'Running', podIP: expect.stringMatching(/^10\.244\./) })
  expect(isReady(only())).toBe(false)
  await given.pass(4)
  expect(isReady(only())).toBe(true)
  expect(events()).toEqual(expect.arrayContaining(['Scheduled', 'Pulling', 'Pulled', 'Created', 'Started']))
})

describe('a container that crashes', () => {
  test('is restarted at once, then after 10, 20, 40 seconds', async () => {
    await told('cart:1', { does: 'crash', after: 1, exitCode: 2 })
    const restarts: number[] = []
    const start = given.clock.now()
    given.cluster.store.subscribe(() => { const count = given.pods()[0]?.status.containerStatuses?.[0]?.restartCount ?? 0; if (count > restarts.length) restarts.push(Math.round((given.clock.now() - start) / 1000)) })
    await given.pass(120)
    const gaps = restarts.slice(1).map((at, index) => at - (restarts[index] ?? 0))
    expect(gaps).toEqual([11, 21, 41])
  })

  test('shows CrashLoopBackOff, its exit code and when it will try again', async () => {
    await told('cart:1', { does: 'crash', exitCode: 2 })
    await given.pass(8)
    expect(waiting()).toBe('CrashLoopBackOff')
    expect(status()).toMatchObject({ restartCount: 1, ready: false, lastState: { terminated: { exitCode: 2, reason: 'Error' } } })
    expect(JSON.stringify(status().state)).toContain(`back-off 10s restarting failed container=app pod=${only().metadata.name}_shop(`)
    expect(events()).toContain('BackOff')
  })

  test('recovers when its story says that it only crashes so often', async () => {
    await told('cart:1', { does: 'crash', times: 2 })
    await given.pass(30)
    expect(isReady(only())).toBe(true)
    expect(status().restartCount).toBe(2)
  })
})

test('a container without memory ends with 137, OOMKilled', async () => {
  await told('cart:1', { does: 'out-of-memory' })
  await given.pass(10)
  expect(status().lastState).toMatchObject({ terminated: { exitCode: 137, reason: 'OOMKilled' } })
})

test('an image that the registry has not shows ErrImagePull with the cause, then ImagePullBackOff, in turns', async () => {
  await told('cart@sha256:1', { does: 'image-missing' })
  const seen: string[] = []
  given.cluster.store.subscribe(() => { const reason = given.pods().length > 0 && given.pods()[0]?.status.containerStatuses !== undefined ? waiting() : undefined; if (reason !== undefined && seen.at(-1) !== reason) seen.push(reason) })
  await given.pass(60)
  expect(seen).toEqual(['ContainerCreating', 'ErrImagePull', 'ImagePullBackOff', 'ErrImagePull', 'ImagePullBackOff', 'ErrImagePull', 'ImagePullBackOff'])
  expect(JSON.stringify(given.cluster.store.list('events'))).toContain('cart@sha256:1: not found')
  expect(only().status.phase).toBe('Pending')
})

test('a pod that no node takes says so', async () => {
  await told('cart:1', { does: 'unschedulable' })
  await given.pass(5)
  expect(only().status.conditions).toMatchObject([{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable' }])
  expect(events()).toEqual(['FailedScheduling'])
})

test('a flapping pod is ready and unready in turns', async () => {
  await told('cart:1', { does: 'flap', readyFor: 5, unreadyFor: 3 })
  const changes: boolean[] = []
  given.cluster.store.subscribe(() => { const ready = given.pods()[0] !== undefined && isReady(only()); if (changes.at(-1) !== ready) changes.push(ready) })
  await given.pass(20)
  expect(changes).toEqual([false, true, false, true, false, true])
})

test('a failing readiness probe is told after its first period', async () => {
  const probed = (image: string): object => deployment('cart', image, 1, { template: { metadata: { labels: { app: 'cart' } }, spec: { containers: [{ name: 'app', image, readinessProbe: { httpGet: { port: 80 }, periodSeconds: 5 } }] } } })
  given.story.image('stuck', { does: 'never-ready' })
  await given.apply(probed('stuck'))
  await given.pass(4)
  expect(events()).not.toContain('Unhealthy')
  await given.pass(10)
  expect(JSON.stringify(given.cluster.store.list('events'))).toContain('Readiness probe failed: HTTP probe failed with statuscode: 503')
})

describe('logs', () => {
  test('are the lines of the story, the last ones when asked', async () => {
    await told('cart:1', { does: 'run', log: ['one', 'two', 'three'] })
    await given.pass(5)
    expect((await log()).text).toBe('one\ntwo\nthree\n')
    expect((await log('?tailLines=1')).text).toBe('three\n')
  })

  test('of the previous run are there once the container was restarted', async () => {
    await told('cart:1', { does: 'crash', log: ['fatal: no database'] })
    await given.pass(0.5)
    expect((await log('?previous=true')).body).toMatchObject({ code: 400, message: `previous terminated container "app" in pod "${only().metadata.name}" not found` })
    await given.pass(8)
    expect((await log('?previous=true')).text).toBe('fatal: no database\n')
  })

  test('of a container that has not begun are refused in the words of a kubelet', async () => {
    await told('cart:1', { does: 'image-missing' })
    await given.pass(0.05)
    expect((await log()).body).toMatchObject({ code: 400, reason: 'BadRequest', message: `container "app" in pod "${only().metadata.name}" is waiting to start: ContainerCreating` })
    await given.pass(13)
    expect((await log()).body).toMatchObject({ message: `container "app" in pod "${only().metadata.name}" is waiting to start: trying and failing to pull image` })
  })
})

test('a deleted pod has its grace period, then goes', async () => {
  await given.apply(deployment('cart', 'cart:1', 1))
  await given.pass(5)
  const { name } = only().metadata
  const reply = await given.wire.send('DELETE', `/api/v1/namespaces/shop/pods/${name}`)
  expect(reply.body).toMatchObject({ kind: 'Pod', metadata: { deletionGracePeriodSeconds: 30 } })
  await given.pass(2)
  expect(given.pods().some((pod) => pod.metadata.name === name)).toBe(false)
})
