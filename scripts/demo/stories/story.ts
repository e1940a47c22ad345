import { sandboxToken } from '@fermata/sandbox'
import { git } from '../git.ts'
import { countsAt } from '../counts.ts'
import type { AlertRule } from '../ruler.ts'
import type { Told, Wish } from '../scenario.ts'
import { isGo, keep, list, pushOf } from '../stage.ts'
import type { Town } from '../town.ts'
import { budgetOf, codesOf, inTheShop, percent, repository, type Scene, type Telling, until } from './shop.ts'

/** The cluster's clock runs so many times faster than ours. */
const speed = 6

/** Requests a second at the gateway: on a quiet afternoon, and when so many pay that a canary is judged within seconds. */
const quiet = { storefront: 5, cart: 20, payments: 10 }
const busy = { ...quiet, payments: 150 }

/** A month of a small shop: some charges have failed, as some always do. */
const past = [{ service: 'payments', perSecond: 0.02, failing: 0.001 }]

/** Every fourth customer has a card that the hasty version does not take. */
const unusualCards = 0.25

const rules: readonly AlertRule[] = [
  {
    alert: 'CartFails',
    expr: 'sum by (service) (rate(http_requests_total{service="cart",code=~"5.."}[3s])) / sum by (service) (rate(http_requests_total{service="cart"}[3s])) > 0.3',
    labels: { severity: 'critical' },
    annotations: { summary: 'More than three of ten requests to the cart fail.' },
  },
]

/** The whole of Fermata, in the order in which a change meets it. */
export function tellStory(wish: Wish): Promise<Told> {
  return inTheShop(wish, { speed, past, rules, load: quiet }, async (scene) => {
    const chapters = { ...(await untilItStays(scene)), ...(await whileItRuns(scene)) }
    return { chapters: Object.values(chapters), headline: 'A bad canary was undone, its mended version is out, a lost pod was made good for, and an alert has healed itself.', says: says(chapters), checks: checks(chapters, scene) }
  })
}

/** From the push to the version that stays. */
async function untilItStays({ shop, town, stage, folder, traffic }: Scene) {
  const metrics = { 'prometheus-url': town.prometheus }
  git(folder, 'checkout', '--quiet', shop.hasty)
  await town.behave([{ image: shop.images.hasty, failing: unusualCards }])
  const detected = await stage.play('A change is pushed: which services does it touch, and why?', 'detect-changed-services', {}, pushOf(folder, shop.base, shop.hasty))
  const services = detected.ended.outputs['services'] ?? '[]'
  const scanned = await stage.play('Policies: what do the manifests do that they should not?', 'policy-scan', { policies: 'policy', pack: 'pss-restricted@1.35', exceptions: '.fermata/exceptions.yaml' })
  const before = await stage.play('The error budget: may a feature go out?', 'slo-check', { ...metrics, services: '["payments"]' })
  const planned = await stage.play('The plan: what would change in the cluster, and who waits for whom?', 'orchestrated-deploy', { ...metrics, mode: 'plan', services, plan: 'plan.json' })
  traffic.load(busy)
  const undone = await stage.play('The release: a third of the customers meets the new payments, and metrics judge it.', 'orchestrated-deploy', { ...metrics, mode: 'apply', services, plan: 'plan.json' })
  git(folder, 'checkout', '--quiet', shop.mended)
  const mended = await stage.play('The mended version takes the same way.', 'orchestrated-deploy', { ...metrics, mode: 'apply', services })
  traffic.load(quiet)
  const after = await stage.play('The error budget again: what has the bad canary cost?', 'slo-check', { ...metrics, services: '["payments"]' })
  return { detected, scanned, before, planned, undone, mended, after }
}

/** A day in the life of what is out. */
async function whileItRuns({ town, stage, folder }: Scene) {
  const experiment = keep(folder, 'experiment.yaml', `title: The store of carts is back soon when its only pod is lost
target: {workload: StatefulSet/cart-store}
fault: {kind: pod-kill, grace: 0s}
steady_state: [{url: "${town.gateway}/", headers: {host: cart-store}, status: 200}]
sampling: {every: 20ms, window: 2s}
`)
  const chaos = await stage.play('The only pod of the cart store is killed, as the exception accepts: for how long is the store away?', 'chaos-gate', { mode: 'run', experiment, 'blast-radius': '100%', 'min-remaining': '0', 'recovery-sla': '5s', 'max-failed-rate': '60%' })
  const hanging = [...new Set((await countsAt(town.gateway)).flatMap(({ service, pod }) => (service === 'cart' && pod !== '' ? [pod] : [])))]
  await town.behave(hanging.map((pod) => ({ pod, failing: 1, status: 503 })))
  const client_payload = await dispatched(town)
  const healed = await stage.play('The pods of the cart hang. An alert reaches GitHub, and heals itself.', 'self-heal', { 'alertmanager-url': town.alertmanager, 'github-token': sandboxToken, 'healthy-for': '1s', 'step-timeout': '40s' }, { name: 'repository_dispatch', payload: { action: 'alert-triggered', client_payload } })
  return { chaos, healed }
}

/** What Alertmanager sends to GitHub when the alert fires. */
async function dispatched({ github }: Town): Promise<Readonly<Record<string, unknown>>> {
  const firing = () => github.dispatches.flatMap((dispatch) => (dispatch.event === 'repository_dispatch' && dispatch.payload['status'] === 'firing' ? [dispatch.payload] : []))
  await until('A dispatch of the alert', () => firing().length > 0, 30)
  return firing()[0] ?? {}
}

type Chapters = Awaited<ReturnType<typeof untilItStays>> & Awaited<ReturnType<typeof whileItRuns>>

function says({ undone, mended, before, after, chaos, healed }: Chapters): readonly string[] {
  return [
    `The canary failed, and ${list(undone.ended.outputs['rolled-back']).join(' and ')} were undone. Mended, ${list(mended.ended.outputs['deployed']).join(' and ')} were deployed.`,
    `The budget of charges went from ${percent(budgetOf(before, 'charges'))} to ${percent(budgetOf(after, 'charges'))}.`,
    `The cart store was back after ${chaos.ended.outputs['recovery-seconds'] || 'an unknown number of'} s.`,
    `Incident ${healed.ended.outputs['incident'] || 'without a number'} healed itself.`,
  ]
}

function checks({ detected, scanned, before, planned, undone, mended, after, chaos, healed }: Chapters, { town }: Scene): Telling['checks'] {
  const incident = town.github.repository(repository).issues.find(({ number }) => String(number) === healed.ended.outputs['incident'])
  return [
    [list(detected.ended.outputs['changed']).toSorted().join() === 'checkout,payments', 'the change is found to be one of checkout and payments'],
    [scanned.report.reasons.some(({ code, location }) => code === 'FM-POLICY-WARNED' && location !== undefined), 'a policy warns, and names the line'],
    [scanned.ended.outputs['excepted'] === '1', 'one finding is excepted'],
    [isGo(before), 'the budget allows a feature'],
    [isGo(planned), 'the plan passes'],
    [undone.report.verdict === 'fail' && codesOf(undone).includes('FM-DEPLOY-CANARY-WORSE'), 'the canary is judged worse by its metrics'],
    [list(undone.ended.outputs['rolled-back']).toSorted().join() === 'checkout,payments', 'payments is undone, and checkout, which needs it'],
    [isGo(mended) && list(mended.ended.outputs['deployed']).toSorted().join() === 'checkout,payments', 'the mended version is released'],
    [(budgetOf(after, 'charges') ?? Infinity) < (budgetOf(before, 'charges') ?? -Infinity), 'the bad canary has cost some of the budget'],
    [isGo(chaos) && chaos.ended.outputs['effect'] === 'proven' && Number(chaos.ended.outputs['recovery-seconds']) > 0, 'the loss of a pod is proven, and its recovery measured'],
    [isGo(healed) && healed.ended.outputs['taken']?.includes('"healed"') === true, 'the alert is healed'],
    [incident?.state === 'closed', 'its incident is closed'],
  ]
}
