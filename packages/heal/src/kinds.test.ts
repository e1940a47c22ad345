import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { at, type KubeObject } from '@fermata/ports'
import { alertOf, dispatchOf, openWard, type Ward } from './testing/ward.ts'

const labels = { alertname: 'HighErrorRate', service: 'cart' }
const quick = { 'healthy-for': '10s', 'step-timeout': '1m' }

let ward: Ward
beforeEach(async () => {
  ward = await openWard()
})
afterEach(async () => {
  expect(ward.cluster.unknown).toBe(0)
  await ward.close()
})

/** A service whose workload is of this kind, and runs. */
async function given(kind: string, spec: Readonly<Record<string, unknown>>): Promise<void> {
  const workload = { apiVersion: 'apps/v1', kind, metadata: { name: 'cart', namespace: 'shop' }, spec: { ...spec, selector: { matchLabels: { app: 'cart' } }, template: { metadata: { labels: { app: 'cart' } }, spec: { containers: [{ name: 'server', image: 'registry.example/cart:1' }] } } } }
  ward.files.set('k8s/cart.json', JSON.stringify(workload))
  ward.files.set('fermata.yaml', 'version: 1\nservices:\n  cart: {manifests: [k8s/cart.json]}\n')
  await ward.kube.create(workload)
  await ward.settle(60_000)
}

const collections: Readonly<Record<string, string>> = { Deployment: 'deployments.apps', StatefulSet: 'statefulsets.apps', DaemonSet: 'daemonsets.apps' }
const live = (kind: string): KubeObject => ward.cluster.store.get(collections[kind] as string, 'shop/cart') as KubeObject
const restartedAt = (kind: string) => at(live(kind), 'spec', 'template', 'metadata', 'annotations', 'kubectl.kubernetes.io/restartedAt')
const podsNow = () => ward.cluster.store.list('pods').filter(({ metadata }) => metadata.deletionTimestamp === undefined).map(({ metadata }) => metadata.uid)

test.each`
  kind             | spec
  ${'Deployment'}  | ${{ replicas: 2 }}
  ${'StatefulSet'} | ${{ replicas: 2, serviceName: 'cart' }}
  ${'DaemonSet'}   | ${{}}
`('a $kind is restarted a few pods at a time, and counts as healed when all of them are new', async ({ kind, spec }) => {
  await given(kind as string, spec as Readonly<Record<string, unknown>>)
  const before = podsNow()
  const since = ward.clock.now()
  ward.firing = async () => (restartedAt(kind as string) !== undefined && !podsNow().some((uid) => before.includes(uid)) ? [] : [alertOf(labels, since)])
  const report = await ward.run({ ...quick, actions: 'restart' }, { payload: dispatchOf({ labels }) })
  expect([report.verdict, report.outputs['taken']]).toEqual(['pass', '[{"service":"cart","action":"restart","outcome":"healed"}]'])
  const after = podsNow()
  expect([after.length, after.filter((uid) => before.includes(uid))]).toEqual([before.length, []])
})

test.each`
  kind             | spec                                    | taken                    | impossible
  ${'StatefulSet'} | ${{ replicas: 2, serviceName: 'cart' }} | ${['restart', 'scale']}  | ${['FM-HEAL-NO-FORMER']}
  ${'DaemonSet'}   | ${{}}                                   | ${['restart']}           | ${['FM-HEAL-NOT-SCALABLE', 'FM-HEAL-NO-FORMER']}
`('a $kind that nothing helps gets $taken, and then a person', async ({ kind, spec, taken, impossible }) => {
  await given(kind as string, spec as Readonly<Record<string, unknown>>)
  const since = ward.clock.now()
  ward.firing = async () => [alertOf(labels, since)]
  const report = await ward.run(quick, { payload: dispatchOf({ labels }) })
  expect((JSON.parse(report.outputs['taken'] ?? '') as readonly { readonly action: string }[]).map(({ action }) => action)).toEqual(taken)
  expect(report.reasons.map(({ code }) => code)).toEqual(expect.arrayContaining([...(impossible as readonly string[]), 'FM-HEAL-EXHAUSTED']))
  expect(at(live(kind as string), 'spec', 'replicas')).toEqual((spec as { readonly replicas?: number }).replicas)
})
