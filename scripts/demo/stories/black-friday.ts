import type { KubeObject, ObjectRef } from '@fermata/ports'
import type { Count } from '@fermata/sandbox'
import { countsAt, since, sum } from '../counts.ts'
import { git } from '../git.ts'
import { type Program, startProgram } from '../programs.ts'
import type { Told, Wish } from '../scenario.ts'
import { isGo, list, pushOf } from '../stage.ts'
import type { Town } from '../town.ts'
import { budgetOf, codesOf, inTheShop, namespace, percent, type Scene, type Telling, until } from './shop.ts'

const speed = 6

/** Requests a second of the storefront, on any day and on this one. */
const load = { storefront: 20, payments: 10 }
const tenfold = { ...load, storefront: 200 }

/** How many requests a second a pod of the storefront bears, and how many the autoscaler means it to have. */
const capacity = 30
const wanted = 25

/** A month of pages, of which few have failed. */
const past = [{ service: 'storefront', perSecond: 0.1, failing: 0.0003 }]

export function tellBlackFriday(wish: Wish): Promise<Told> {
  return inTheShop(wish, { speed, load, past }, tell)
}

const storefront: ObjectRef = { apiVersion: 'apps/v1', kind: 'Deployment', namespace, name: 'storefront' }

async function tell({ shop, town, stage, folder, traffic, say }: Scene): Promise<Telling> {
  const gate = { 'prometheus-url': town.prometheus, services: '["storefront"]' }
  const feature = pushOf(folder, shop.base, shop.hasty)
  const fix = pushOf(folder, shop.mended, shop.patient)
  const players = [startOverload(town), startAutoscaler(town)]
  try {
    const before = await stage.play('On any other day: may a feature go out?', 'slo-check', gate, feature)
    say('\n   Ten times as many customers as a moment ago.')
    traffic.load(tenfold)
    const scaled = async (): Promise<number> => readyOf(await town.cluster.get(storefront))
    await until('A storefront of eight pods', async () => (await scaled()) === 8)
    say('   The autoscaler has made eight pods of two. Meanwhile many have seen an error page.')
    const refused = await stage.play('The same question now: a feature that wants to go out is refused, and its release does not begin.', 'slo-check', gate, feature)
    const passed = await stage.play('A fix is what the shop needs now: may it go out?', 'slo-check', gate, fix)
    git(folder, 'checkout', '--quiet', shop.patient)
    const released = await stage.play('The fix is released under the load.', 'orchestrated-deploy', { mode: 'apply', services: 'storefront' })
    const pods = await scaled()
    const status = await stage.play('How does the shop stand?', 'orchestrated-deploy', { mode: 'status' })
    return {
      chapters: [before, refused, passed, released, status],
      headline: 'The freeze refused a feature and let a fix pass, under ten times the load.',
      says: [`The budget of pages went from ${percent(budgetOf(before, 'pages'))} to ${percent(budgetOf(refused, 'pages'))}.`, `Features are frozen until ${refused.ended.outputs['freeze-until'] || 'the budget burns no more'}.`, `The fix was released to ${pods} pods.`],
      checks: [
        [isGo(before), 'a feature may go out before'],
        [refused.report.verdict === 'fail' && codesOf(refused).some((code) => ['FM-SLO-SPENT', 'FM-SLO-SCARCE', 'FM-SLO-BURNING'].includes(code)), 'the feature is refused by the freeze'],
        [isGo(passed), 'the fix passes by policy'],
        [isGo(released) && list(released.ended.outputs['deployed']).join() === 'storefront', 'the fix is released'],
        [pods === 8, `the release leaves the autoscaler its pods (${pods} of 8)`],
        [isGo(status), 'the shop stands'],
      ],
    }
  } finally {
    for (const player of players) await player.stop()
  }
}

/** Pods of a version that have more to do than they bear answer what is too much with an error. */
function startOverload(town: Town): Program {
  const measured = rateOf(town.gateway, ({ host }) => host === 'storefront')
  let told = 0
  return startProgram(200, async () => {
    const ready = readyOf(await town.cluster.get(storefront))
    const rate = await measured()
    const failing = rate === 0 ? 0 : Math.max(0, Math.round(100 * (1 - (ready * capacity) / rate)) / 100)
    if (failing !== told) await town.behave(failing === 0 ? [] : [{ service: 'storefront', failing, status: 503 }])
    told = failing
  })
}

/** Plays what an autoscaler does where pods have metrics: as many pods as the requests need, at most twice as many at once, between its bounds. */
function startAutoscaler(town: Town): Program {
  const measured = rateOf(town.gateway, ({ host }) => host === 'storefront')
  return startProgram(1_500, async () => {
    const [target, autoscaler] = await Promise.all([town.cluster.get(storefront), town.cluster.get({ ...storefront, apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler' })])
    const { minReplicas = 1, maxReplicas } = specOf<{ readonly minReplicas?: number; readonly maxReplicas: number }>(autoscaler)
    const { replicas = 1 } = specOf<{ readonly replicas?: number }>(target)
    const next = Math.min(maxReplicas, 2 * replicas, Math.max(minReplicas, replicas, Math.ceil((await measured()) / wanted)))
    if (next !== replicas) await town.cluster.patch(storefront, 'merge', { spec: { replicas: next } }, 'scale')
  })
}

/** Requests a second since it was asked the last time. */
function rateOf(gateway: string, counted: (count: Count) => boolean): () => Promise<number> {
  let before: { readonly at: number; readonly counts: readonly Count[] } | undefined
  return async () => {
    const now = { at: performance.now(), counts: await countsAt(gateway) }
    const rate = before === undefined ? 0 : (1_000 * sum(since(before.counts, now.counts), counted)) / Math.max(1, now.at - before.at)
    before = now
    return rate
  }
}

function specOf<T>(object: KubeObject | undefined): T {
  if (object === undefined) throw new Error('The storefront or its autoscaler is gone.')
  return object['spec'] as T
}

function readyOf(object: KubeObject | undefined): number {
  return (object?.['status'] as { readonly readyReplicas?: number } | undefined)?.readyReplicas ?? 0
}
