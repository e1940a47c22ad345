import { git } from '../git.ts'
import { startCaller } from '../programs.ts'
import type { Told, Wish } from '../scenario.ts'
import { isGo, keep, list } from '../stage.ts'
import { codesOf, inTheShop, percent, type Scene, type Telling } from './shop.ts'

const speed = 2
const load = { storefront: 20, catalog: 5 }

export function tellCascade(wish: Wish): Promise<Told> {
  return inTheShop(wish, { speed, load }, tell)
}

async function tell({ shop, town, stage, folder }: Scene): Promise<Telling> {
  // The storefront of the first day answers with what the catalog says, or not at all: services/storefront/main.go.
  const caller = startCaller({ gateway: town.gateway, from: 'storefront', to: 'catalog', behave: town.behave, while: [{ image: shop.images.impatient, failing: 1, status: 502 }] })
  try {
    const experiment = keep(folder, 'experiment.yaml', `title: The storefront shows pages while the catalog cannot be reached
target: {workload: Deployment/catalog}
fault: {kind: network-partition, duration: 2s}
effect: [{url: "${town.gateway}/", headers: {host: catalog}}]
steady_state: [{url: "${town.gateway}/", headers: {host: storefront}, status: 200}]
sampling: {every: 25ms, window: 2s}
`)
    const inputs = { mode: 'run', experiment, 'blast-radius': '100%', 'min-remaining': '0', 'recovery-sla': '5s', 'max-failed-rate': '5%' }
    const fell = await stage.play('The catalog is cut off for two seconds: does the shop go on?', 'chaos-gate', inputs)
    git(folder, 'checkout', '--quiet', shop.patient)
    const released = await stage.play('A storefront that remembers its last pages is released.', 'orchestrated-deploy', { mode: 'apply', services: 'storefront' })
    const bore = await stage.play('The catalog is cut off again.', 'chaos-gate', inputs)
    const rate = (share: string | undefined): string => (share === undefined || share === '' ? 'an unknown share' : percent(Number(share)))
    return {
      chapters: [fell, released, bore],
      headline: 'A storefront that fell with the catalog was replaced by one that bears its loss.',
      says: [`While the catalog was cut off, ${rate(fell.ended.outputs['failed-rate'])} of the requests to the storefront failed.`, `${list(released.ended.outputs['deployed']).join(', ') || 'Nothing'} was released. Then ${rate(bore.ended.outputs['failed-rate'])} failed.`],
      checks: [
        [fell.report.verdict === 'fail' && codesOf(fell).includes('FM-CHAOS-FAILED-RATE') && fell.ended.outputs['effect'] === 'proven', 'the first storefront falls with the catalog, and the gate says so'],
        [isGo(released) && list(released.ended.outputs['deployed']).join() === 'storefront', 'the patient storefront is released'],
        [isGo(bore) && bore.ended.outputs['effect'] === 'proven' && Number(bore.ended.outputs['failed-rate']) <= 0.05, 'the patient storefront bears it, and the fault is proven'],
        [fell.ended.outputs['rollback'] === 'proven' && bore.ended.outputs['rollback'] === 'proven', 'what was cut is joined again, and that was looked at'],
      ],
    }
  } finally {
    await caller.stop()
  }
}
