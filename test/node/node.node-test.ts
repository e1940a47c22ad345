import { connectCluster, type KubeCluster } from '@fermata/kube'
import { realClock } from '@fermata/sandbox'
import type { KubeObject } from '@fermata/ports'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { listed, runAction } from '../e2e/support/steps.ts'
import { type Content, removeFolders, repositoryWith } from '../e2e/support/workspace.ts'
import { abilities } from './abilities.ts'
import { type RealNode, registry, startRealNode } from './real-node.ts'

/** What only a real kubelet shows: probes, restarts, logs and commands in containers, images that are not there, a release of it all. */
const namespace = 'shop'
const image = (version: number): string => `${registry}/web:${version}`
let node: RealNode | undefined
let cluster: KubeCluster
beforeAll(async () => {
  const machine = abilities()
  if (typeof machine === 'string') throw new Error(machine)
  const group = process.env['FERMATA_NODE_GROUP']
  if (group === undefined) throw new Error('Only `npm run test:node` makes the namespaces that this needs.')
  node = await startRealNode(machine, group, { [image(1)]: ['serve', 'one'], [image(2)]: ['serve', 'two'] })
  cluster = await connectCluster({ kubeconfig: node.plane.kubeconfig({ namespace }), clock: realClock(), random: { next: () => 0.5 }, environment: {} })
  await cluster.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
  await until('the account', async () => (await cluster.get({ apiVersion: 'v1', kind: 'ServiceAccount', namespace, name: 'default' })) !== undefined)
}, 120_000)
afterAll(async () => {
  cluster?.close()
  await node?.stop()
  removeFolders()
}, 30_000)

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (const end = performance.now() + 60_000; !(await holds()); await wait(100)) if (performance.now() > end) throw new Error(`After a minute still not: ${what}.`)
}

interface Container { readonly ready: boolean; readonly restartCount: number; readonly lastState?: { readonly terminated?: { readonly exitCode: number } } }
const statusOf = (pod: KubeObject): Partial<Container> => (pod['status'] as { readonly containerStatuses?: readonly Container[] } | undefined)?.containerStatuses?.[0] ?? {}
const addressOf = (pod: KubeObject): string => (pod['status'] as { readonly podIP: string }).podIP
const pods = async (app: string): Promise<readonly KubeObject[]> => (await cluster.list({ apiVersion: 'v1', kind: 'Pod' }, { namespace, labelSelector: `app=${app}` })).items.filter(({ metadata }) => metadata.deletionTimestamp === undefined)

function web(name: string, version: number, { ready = 'yes', replicas = 1 } = {}): Content {
  return {
    [`k8s/${name}.yaml`]: `apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec:
      terminationGracePeriodSeconds: 1
      containers:
        - name: server
          image: "${image(version)}"
          env: [{name: READY, value: "${ready}"}]
          ports: [{containerPort: 8080}]
          readinessProbe: {httpGet: {path: /healthz, port: 8080}, periodSeconds: 1}
---
apiVersion: v1
kind: Service
metadata: {name: ${name}}
spec: {selector: {app: ${name}}, ports: [{port: 80, targetPort: 8080}]}
`,
  }
}

const catalog = `version: 1
services:
  db: {paths: [k8s/db.yaml], manifests: [k8s/db.yaml], soak: 1s, timeout: 15s}
  web: {paths: [k8s/web.yaml], manifests: [k8s/web.yaml], dependencies: [db], soak: 1s, timeout: 15s}
`

const workspace = repositoryWith({ 'fermata.yaml': catalog, ...web('db', 1), ...web('web', 1, { replicas: 2 }) })
async function deploy(files: Content = {}) {
  if (Object.keys(files).length > 0) workspace.commit(files)
  const kubeconfig = join(workspace.path, '.git', 'kubeconfig')
  writeFileSync(kubeconfig, (node as RealNode).plane.kubeconfig({ namespace }))
  return runAction('orchestrated-deploy', workspace, { inputs: { kubeconfig, namespace, mode: 'apply' } })
}
const answered = async (app: string): Promise<readonly string[]> => Promise.all((await pods(app)).map(async (pod) => (await (await fetch(`http://${addressOf(pod)}:8080/`)).text()).trim()))

test('a release waits for the probes of real containers, and they answer', async () => {
  const { code, log, outputs } = await deploy()
  if (code !== 0) throw new Error(log.slice(-4000))
  expect(listed({ outputs }, 'deployed')).toEqual(['db', 'web'])
  expect([await answered('db'), await answered('web')]).toEqual([['one'], ['one', 'one']])
})

test('one that is never ready is undone: the old containers have served on', async () => {
  const before = (await pods('db')).map(({ metadata }) => metadata.uid)
  const failed = await deploy(web('db', 2, { ready: 'no' }))
  expect([failed.code, listed(failed, 'rolled-back')]).toEqual([1, ['db']])
  await until('one pod', async () => (await pods('db')).length === 1)
  expect([(await pods('db')).map(({ metadata }) => metadata.uid), await answered('db')]).toEqual([before, ['one']])
})

test('one whose image cannot be had is undone, too', async () => {
  const failed = await deploy(web('db', 3))
  expect([failed.code, listed(failed, 'rolled-back')]).toEqual([1, ['db']])
  expect(failed.log).toMatch(/registry\.invalid\/web:3/)
})

test('a better one goes out', async () => {
  expect((await deploy(web('db', 2))).code).toBe(0)
  await until('the new one alone', async () => (await pods('db')).length === 1)
  expect(await answered('db')).toEqual(['two'])
})

test('a container that ends is started again, and the cluster knows how it ended', async () => {
  const [pod] = await pods('db')
  if (pod === undefined) throw new Error('there is no pod')
  await fetch(`http://${addressOf(pod)}:8080/exit`).catch(() => undefined)
  await until('the restart', async () => {
    const status = statusOf((await pods('db'))[0] as KubeObject)
    return status.ready === true && status.restartCount === 1 && status.lastState?.terminated?.exitCode === 3
  })
})

test('the log is that of the container, and of the one before', async () => {
  const name = (await pods('db'))[0]?.metadata.name ?? ''
  expect([await cluster.logs(namespace, name, { container: 'server', tailLines: 5 }), await cluster.logs(namespace, name, { container: 'server', previous: true })]).toEqual(['serving two\n', 'serving two\n'])
})

test('a budget holds an eviction until there is another ready container', async () => {
  const budget = { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: { name: 'web', namespace }, spec: { minAvailable: 1, selector: { matchLabels: { app: 'web' } } } }
  await cluster.create(budget)
  const allowed = async (): Promise<number | undefined> => ((await cluster.get({ ...budget, namespace, name: 'web' }))?.['status'] as { readonly disruptionsAllowed?: number } | undefined)?.disruptionsAllowed
  await until('the budget', async () => (await allowed()) === 1)
  const [first, second] = (await pods('web')).map(({ metadata }) => metadata.name)
  if (first === undefined || second === undefined) throw new Error('there are no two pods')
  expect([await cluster.evict(namespace, first), await cluster.evict(namespace, second)]).toEqual([{ is: 'evicted' }, { is: 'held', says: expect.stringMatching(/disruption budget/) }])
  await until('another one', async () => (await allowed()) === 1)
  expect(await cluster.evict(namespace, second)).toEqual({ is: 'evicted' })
})
