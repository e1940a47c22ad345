import { describe, expect, test } from '@jest/globals'
import type { KubeObject } from '@fermata/ports'
import { eventAbout, kubeObject, podWith, sceneOf, type SceneWish, waiting } from '../testing/scene.ts'
import { assessPod, podTrouble } from './pod.ts'

const trouble = (pod: KubeObject, wish: SceneWish = {}): string | undefined => podTrouble(pod, sceneOf({ ...wish, owned: [pod] }))?.code
const minute = 60_000

describe('a container is a certain failure at once when', () => {
  test.each([
    ['its image name is invalid', waiting('InvalidImageName', 'couldn\'t parse image'), 'FM-DEPLOY-IMAGE-INVALID'],
    ['its image may never be pulled', waiting('ErrImageNeverPull'), 'FM-DEPLOY-IMAGE-INVALID'],
    ['the registry does not have the image', waiting('ErrImagePull', 'rpc error: code = NotFound desc = ...: not found'), 'FM-DEPLOY-IMAGE-NOT-FOUND'],
    ['the registry does not know the manifest', waiting('ErrImagePull', 'manifest unknown: manifest unknown'), 'FM-DEPLOY-IMAGE-NOT-FOUND'],
    ['the registry denies it', waiting('ErrImagePull', 'pull access denied for shop/cart'), 'FM-DEPLOY-IMAGE-NOT-FOUND'],
    ['the registry wants a login', waiting('ErrImagePull', '401 Unauthorized'), 'FM-DEPLOY-IMAGE-NOT-FOUND'],
    ['the back-off tells what the registry said', waiting('ImagePullBackOff', 'Back-off pulling image "shop/cart:2": ErrImagePull: shop/cart:2: not found'), 'FM-DEPLOY-IMAGE-NOT-FOUND'],
    ['its configuration is missing', waiting('CreateContainerConfigError', 'secret "cart" not found'), 'FM-DEPLOY-CONTAINER-CONFIG'],
    ['it cannot be created', waiting('CreateContainerError', 'no command specified'), 'FM-DEPLOY-CONTAINER-CANNOT-RUN'],
    ['it cannot run', { restartCount: 1, state: { terminated: { reason: 'ContainerCannotRun', exitCode: 127 } } }, 'FM-DEPLOY-CONTAINER-CANNOT-RUN'],
  ])('%s', (_, status, code) => {
    expect(trouble(podWith('cart', status))).toBe(code)
  })

  test.each([
    ['containerd', 'rpc error: code = NotFound desc = failed to pull and unpack image "shop/cart:2": failed to resolve reference "shop/cart:2": shop/cart:2: not found', 'the registry does not give shop/cart:2: not found'],
    ['Docker', 'rpc error: code = Unknown desc = Error response from daemon: manifest for shop/cart:2 not found: manifest unknown', 'the registry does not give shop/cart:2: not found: manifest unknown'],
    ['one that names the image otherwise', 'rpc error: code = Unknown desc = reading manifest 2 in shop/cart: manifest unknown', 'the registry does not give shop/cart:2: reading manifest 2 in shop/cart: manifest unknown'],
  ])('%s: the cause is said, and the image once', (_, message, says) => {
    expect(podTrouble(podWith('cart', waiting('ErrImagePull', message)), sceneOf())?.says).toMatch(new RegExp(`cannot start: ${says}$`))
  })

  test('only an event tells what the registry said', () => {
    const pod = podWith('cart', waiting('ImagePullBackOff', 'Back-off pulling image "shop/cart:2"'))
    expect(trouble(pod, { events: [eventAbout('uid-cart-pod', 'Failed', 'Failed to pull image: manifest unknown')] })).toBe('FM-DEPLOY-IMAGE-NOT-FOUND')
  })
})

describe('a container is a failure only when it stays so:', () => {
  test.each([
    ['an image that cannot be pulled', waiting('ImagePullBackOff', 'Back-off pulling image'), minute - 1, undefined],
    ['an image that cannot be pulled', waiting('ImagePullBackOff', 'Back-off pulling image'), minute, 'FM-DEPLOY-IMAGE-NOT-PULLED'],
    ['a registry that blips', waiting('ErrImagePull', 'dial tcp: i/o timeout'), minute - 1, undefined],
    ['a registry that blips', waiting('ErrImagePull', 'dial tcp: i/o timeout'), minute, 'FM-DEPLOY-IMAGE-NOT-PULLED'],
    ['a cache that is late', waiting('CreateContainerConfigError', 'failed to sync configmap cache: timed out'), 10 * minute, undefined],
  ])('%s for %p ms', (_, status, troubledFor, code) => {
    expect(trouble(podWith('cart', status), { troubledFor })).toBe(code)
  })

  test.each([
    [0, undefined],
    [minute, 'FM-DEPLOY-CONTAINER-CONFIG'],
  ])('a Secret that a custom resource may still make, missing for %p ms', (troubledFor, code) => {
    expect(trouble(podWith('cart', waiting('CreateContainerConfigError', 'secret "cart" not found')), { troubledFor, makesConfiguration: true })).toBe(code)
  })

  test.each([
    [1, 0, undefined],
    [2, 0, 'FM-DEPLOY-CRASH-LOOP'],
    [7, 6, undefined],
    [8, 6, 'FM-DEPLOY-CRASH-LOOP'],
  ])('a crash loop with %p restarts, %p of them before the release', (restartCount, earlier, code) => {
    const status = { restartCount, ...waiting('CrashLoopBackOff'), lastState: { terminated: { reason: 'Error', exitCode: 1 } } }
    const before = earlier === 0 ? [] : [podWith('cart', { restartCount: earlier })]
    expect(trouble(podWith('cart', status), { before })).toBe(code)
  })

  test.each([
    [1, undefined],
    [2, 'FM-DEPLOY-OUT-OF-MEMORY'],
  ])('memory, after %p kills', (restartCount, code) => {
    expect(trouble(podWith('cart', { restartCount, state: { running: {} }, lastState: { terminated: { reason: 'OOMKilled', exitCode: 137 } } }))).toBe(code)
  })

  test.each([
    [minute - 1, [], undefined],
    [minute, [], 'FM-DEPLOY-UNSCHEDULABLE'],
    [minute, [eventAbout('uid-cart-pod', 'TriggeredScaleUp', 'pod triggered scale-up')], undefined],
    [15 * minute, [eventAbout('uid-cart-pod', 'TriggeredScaleUp', 'pod triggered scale-up')], 'FM-DEPLOY-UNSCHEDULABLE'],
  ])('a pod that fits nowhere for %p ms', (troubledFor, events, code) => {
    const pod = kubeObject('Pod', 'cart-pod', { status: { phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/3 nodes are available' }] } })
    expect(trouble(pod, { troubledFor, events, now: 10_000_000 })).toBe(code)
  })
})

test('init containers and sidecars are asked too', () => {
  const pod = kubeObject('Pod', 'cart-pod', { status: { initContainerStatuses: [{ name: 'migrate', restartCount: 3, ...waiting('CrashLoopBackOff') }], containerStatuses: [{ name: 'server', restartCount: 0, ...waiting('PodInitializing') }] } })
  expect(podTrouble(pod, sceneOf({ owned: [pod] }))).toMatchObject({ code: 'FM-DEPLOY-CRASH-LOOP', where: { container: 'migrate' }, log: { container: 'migrate', previous: true } })
})

test.each([
  ['Succeeded', [], 'ready'],
  ['Failed', [], 'failed'],
  ['Running', [{ type: 'Ready', status: 'True' }], 'ready'],
  ['Running', [{ type: 'Ready', status: 'False' }], 'progressing'],
  ['Pending', [], 'progressing'],
])('a pod of its own in phase %s with %p is %s', (phase, conditions, is) => {
  expect(assessPod(kubeObject('Pod', 'once', { status: { phase, conditions } }), sceneOf()).is).toBe(is)
})
