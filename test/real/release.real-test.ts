import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { KubeObject } from '@fermata/ports'
import { parseYaml } from '@fermata/source'
import { createStory, type Ended, type Story } from '@fermata/sandbox'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fermata, listed, reasonsOf, runAction, startAction } from '../e2e/support/steps.ts'
import { removeFolders, repositoryWith, type Workspace } from '../e2e/support/workspace.ts'
import { imageFor, sketch, type Sketch } from '../e2e/support/world.ts'
import { askedByFermata, auditOf } from './audit.ts'
import { type PlayedCluster, startPlayedCluster } from './played-cluster.ts'

/** Releases by dist on a real control plane: what users run, against what users have. */

const apps = ['apps/v1', 'Deployment'] as const
const namespaces = ['story', 'fifty', 'outage', 'least'] as const
let played: PlayedCluster
const story: Story = createStory({ does: 'run', readyAfter: 0.3 })
beforeAll(async () => {
  played = await startPlayedCluster({ story, namespaces, audit: true })
}, 90_000)
afterAll(async () => {
  await played.stop()
  removeFolders()
}, 30_000)

interface Stage {
  readonly workspace: Workspace
  readonly inputs: Readonly<Record<string, string>>
  deploy(inputs: Readonly<Record<string, string>>): Promise<Ended>
  /** The images of the Deployments, by name. */
  images(): Promise<Readonly<Record<string, string>>>
}

function stage(namespace: (typeof namespaces)[number], services: Readonly<Record<string, Sketch>>, replicas = 1): Stage {
  const workspace = repositoryWith(contentOf(services, replicas))
  const kubeconfig = join(workspace.path, '.git', 'kubeconfig')
  writeFileSync(kubeconfig, played.plane.kubeconfig({ namespace }))
  const inputs = { kubeconfig, namespace }
  return {
    workspace,
    inputs,
    deploy: (more) => runAction('orchestrated-deploy', workspace, { inputs: { ...inputs, ...more } }),
    images: async () => Object.fromEntries((await played.cluster.list({ apiVersion: apps[0], kind: apps[1] }, { namespace })).items.map((one) => [one.metadata.name, (one['spec'] as { readonly template: { readonly spec: { readonly containers: readonly [{ readonly image: string }] } } }).template.spec.containers[0].image])),
  }
}

const rbac = 'rbac.authorization.k8s.io'

test('the Role that the doctor prints lets a release go out, forward by every strategy, and back, and nothing it asks for is refused', async () => {
  const versions = (version: number) => contentOf({ db: { version, config: `v${version}` }, cart: { version, needs: ['db'], strategy: 'canary' }, web: { version, needs: ['cart'], strategy: 'blue_green' } }, 2)
  const { workspace, inputs, deploy, images } = stage('least', {})
  workspace.commit(versions(1))
  const examined = await fermata(['doctor', '--kubeconfig', inputs['kubeconfig'] ?? '', '--namespace', 'least', '--output', 'json'], workspace)
  const { outputs } = JSON.parse(examined.stdout) as { readonly outputs: { readonly role: string } }
  const [role] = parseYaml(outputs.role, { file: 'role.yaml', version: '1.1' }).documents.map(({ value }) => value as KubeObject)
  await played.cluster.apply(role as KubeObject)
  await played.cluster.apply({ apiVersion: `${rbac}/v1`, kind: 'RoleBinding', metadata: { name: 'fermata', namespace: 'least' }, roleRef: { apiGroup: rbac, kind: 'Role', name: 'fermata' }, subjects: [{ apiGroup: rbac, kind: 'User', name: 'nobody' }] })
  writeFileSync(inputs['kubeconfig'] ?? '', played.plane.kubeconfig({ namespace: 'least', token: 'nobody' }))
  const first = await deploy({ mode: 'apply' })
  expect([first.code, listed(first, 'deployed').toSorted()]).toEqual([0, ['cart', 'db', 'web']])
  workspace.commit(versions(2))
  const second = await deploy({ mode: 'apply' })
  expect([second.code, listed(second, 'deployed').toSorted()]).toEqual([0, ['cart', 'db', 'web']])
  const back = await deploy({ mode: 'rollback', release: second.outputs['release'] ?? '' })
  expect([back.code, await images()]).toEqual([0, { db: imageFor('db', 1), cart: imageFor('cart', 1), web: imageFor('web', 1) }])
  const refused = auditOf(played.plane).filter(({ user, responseStatus }) => user?.username === 'nobody' && responseStatus?.code === 403)
  expect(refused.map(({ verb, requestURI }) => `${verb} ${requestURI}`)).toEqual([])
}, 180_000)

function contentOf(services: Readonly<Record<string, Sketch>>, replicas: number): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(sketch(services)).map(([path, text]) => [path, String(text).replace('replicas: 1', `replicas: ${replicas}`)]))
}

/** Layers of services; each needs two of the layer before. */
function layers(count: number, width: number, { version = 1, timeout = '3m' } = {}): Readonly<Record<string, Sketch>> {
  const id = (layer: number, index: number): string => `s${layer}-${index % width}`
  return Object.fromEntries(Array.from({ length: count * width }, (_, n) => {
    const [layer, index] = [Math.floor(n / width), n % width]
    return [id(layer, index), { version, timeout, needs: layer === 0 ? [] : [id(layer - 1, index), id(layer - 1, index + 1)] }]
  }))
}

test('a release goes out in order, a second time there is nothing to write, and one that fails is undone with what needs it', async () => {
  const shop = { db: {}, cart: { needs: ['db'] }, web: { needs: ['cart'] }, ads: {} } as const
  const { workspace, deploy, images } = stage('story', shop)
  const first = await deploy({ mode: 'apply' })
  expect([first.code, listed(first, 'deployed').toSorted()]).toEqual([0, ['ads', 'cart', 'db', 'web']])

  const writes = (): number => askedByFermata(played.plane).filter(({ verb, objectRef, requestURI }) => ['create', 'update', 'patch', 'delete'].includes(verb) && objectRef?.namespace === 'story' && objectRef.resource === 'deployments' && !requestURI.includes('dryRun')).length
  const before = writes()
  const again = await deploy({ mode: 'apply' })
  expect([again.code, listed(again, 'unchanged').toSorted(), writes() - before]).toEqual([0, ['ads', 'cart', 'db', 'web'], 0])

  story.image(imageFor('cart', 9), { does: 'image-missing' })
  workspace.commit(contentOf({ ...shop, cart: { ...shop.cart, version: 9 }, web: { ...shop.web, version: 2 }, ads: { version: 2 } }, 1))
  const failed = await deploy({ mode: 'apply' })
  expect([failed.code, listed(failed, 'rolled-back'), listed(failed, 'held'), listed(failed, 'deployed')]).toEqual([1, ['cart'], ['web'], ['ads']])
  expect(reasonsOf(failed, workspace, 'FM-DEPLOY-IMAGE-NOT-FOUND')).toHaveLength(1)
  expect(await images()).toEqual({ db: imageFor('db', 1), cart: imageFor('cart', 1), web: imageFor('web', 1), ads: imageFor('ads', 2) })
}, 120_000)

test('fifty services with 150 pods: nearly as fast as their graph allows', async () => {
  const startTime = 8
  const depth = 5
  story.image(/\/s\d-\d+@/, { does: 'run', readyAfter: startTime })
  const { deploy, images } = stage('fifty', layers(depth, 10), 3)
  const before = askedByFermata(played.plane).length
  const began = performance.now()
  const ended = await deploy({ mode: 'apply', parallelism: '50' })
  const seconds = (performance.now() - began) / 1000
  expect([ended.code, listed(ended, 'deployed').length, Object.keys(await images()).length]).toEqual([0, 50, 50])
  const requests = askedByFermata(played.plane).length - before
  expect(requests).toBeGreaterThan(0)
  const bound = depth * startTime
  console.log(`50 services, 150 pods that need ${startTime} s each to start, ${depth} layers: ${seconds.toFixed(1)} s; the graph's lower bound is ${bound} s, the ratio ${(seconds / bound).toFixed(2)}. ${requests} API requests, ${(requests / 50).toFixed(1)} a service.`)
}, 240_000)

describe('killed in the middle of a release', () => {
  // The controllers ask a server that was away less and less often, up to a minute apart: its outage comes last, and a service has
  // time to outlast them. What a release says for itself comes before the test gives up.
  test.each([['etcd', 2], ['kube-apiserver', 3]] as const)('%s, and away for 5 s: the release ends right', async (program, version) => {
    story.image(/\/s\d-\d+@/, { does: 'run', readyAfter: 2 })
    const services = layers(4, 2, { version, timeout: '2m' })
    const { workspace, inputs, images } = stage('outage', services)
    const promoted = Promise.withResolvers<void>()
    const { ended } = startAction('orchestrated-deploy', workspace, {
      inputs: { ...inputs, mode: 'apply' },
      onLine: (line) => {
        if (/s0-\d.*promoted/.test(line)) promoted.resolve()
      },
    })
    await Promise.race([promoted.promise, ended])
    await played.plane.interrupt(program, 5_000)
    const { code, log, outputs } = await ended
    if (code !== 0) throw new Error(log.slice(-4000))
    expect(listed({ outputs }, 'deployed').toSorted()).toEqual(Object.keys(services).toSorted())
    expect(await images()).toEqual(Object.fromEntries(Object.keys(services).map((id) => [id, imageFor(id, version)])))
  }, 300_000)
})
