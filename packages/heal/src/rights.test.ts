import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { at, type KubeObject } from '@fermata/ports'
import { alertOf, dispatchOf, install, keep, openWard, type Ward } from './testing/ward.ts'

const labels = { alertname: 'HighErrorRate', service: 'cart' }

/** Rows of the guide's table: verbs, then resources with their groups. */
const guide = readFileSync(join(import.meta.dirname, '../../../docs/guides/healing.md'), 'utf8')
const rules = [...guide.matchAll(/^\| ([a-z, ]+) \| `([a-z.8k]*)` ([a-z, ]+) \|/gm)].map(([, verbs = '', group = '', resources = '']) => ({ groups: [group === 'core' ? '' : group], resources: resources.split(', '), verbs: verbs.split(', ') }))

let ward: Ward
beforeEach(async () => {
  ward = await openWard({ users: [{ name: 'admin', token: 'admin', may: 'all' }, { name: 'healer', token: 'healer', may: rules }] })
  keep(ward.files, 'cart', 'registry.example/cart:1')
  await install(ward, 'cart', 'registry.example/cart:1')
  await ward.settle(10 * 60_000)
  await install(ward, 'cart', 'registry.example/cart:2')
  await ward.settle(60_000)
})
afterEach(() => ward.close())

test('what the guide names is enough for every rung and a sweep, and all of it is needed', async () => {
  expect(rules.length).toBeGreaterThan(3)
  const since = ward.clock.now()
  const imageOf = (deployment: KubeObject) => (at(deployment, 'spec', 'template', 'spec', 'containers') as readonly { readonly image: string }[])[0]?.image
  ward.firing = async () => (imageOf(await ward.deployment('cart')) === 'registry.example/cart:1' ? [] : [alertOf(labels, since)])
  const report = await ward.run({ 'healthy-for': '10s', 'step-timeout': '30s' }, { user: 'healer', payload: dispatchOf({ labels }) })
  expect(report.outputs['taken']).toContain('"rollback","outcome":"healed"')
  ward.firing = async () => [alertOf(labels, ward.clock.now())]
  expect((await ward.run({}, { user: 'healer', payload: dispatchOf({ labels }) })).outputs['skipped']).toContain('FM-HEAL-COOLDOWN')
  ward.firing = async () => []
  expect((await ward.run({ mode: 'sweep' }, { user: 'healer' })).verdict).toBe('pass')
  const asked = ward.cluster.requests.all().filter(({ user, code }) => user === 'healer' && code < 400)
  for (const { groups: [group], resources, verbs } of rules) for (const resource of resources) for (const verb of verbs) {
    // Of workloads the cart is a Deployment; the others are asked in the same way.
    if (['statefulsets', 'daemonsets'].includes(resource) || (resource === 'horizontalpodautoscalers' && verb === 'patch')) continue
    expect([`${verb} ${group}/${resource}`, asked.some((one) => one.verb === verb && one.resource === resource)]).toEqual([`${verb} ${group}/${resource}`, true])
  }
})
