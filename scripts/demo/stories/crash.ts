import { git } from '../git.ts'
import { countsAt, isFailed, since, sum } from '../counts.ts'
import type { Told, Wish } from '../scenario.ts'
import { isGo, list } from '../stage.ts'
import { codesOf, inTheShop, percent, type Scene, type Telling, until } from './shop.ts'

/** A fuse burns for five minutes of the cluster: here for twenty seconds. */
const speed = 15

/** How long a fuse burns: seconds of the cluster, as packages/rollout lights it. */
const fuseSeconds = 300
/** For so long the story waits for it. */
const patience = 60

const load = { storefront: 5, payments: 150 }

export function tellCrash(wish: Wish): Promise<Told> {
  return inTheShop(wish, { speed, load }, tell)
}

async function tell({ shop, town, stage, folder, say }: Scene): Promise<Telling> {
  const metrics = { 'prometheus-url': town.prometheus }
  const version = shop.images.mended.split('@')[1]
  git(folder, 'checkout', '--quiet', shop.mended)
  const before = await countsAt(town.gateway)
  const { started } = stage.begin('A release of payments and checkout begins, and its runner is killed while the canary has customers.', 'orchestrated-deploy', { ...metrics, mode: 'apply', services: 'payments, checkout' })
  const met = async (from = before): Promise<number> => sum(since(from, await countsAt(town.gateway)), (count) => count.version === version)
  try {
    await until('A customer of the canary', async () => (await met()) > 20)
  } finally {
    started.process.kill('SIGKILL')
  }
  const { signal } = await started.ended
  say(`   SIGKILL: nothing of it runs any more, and ${await met()} customers have met the new version.`)
  const left = await stage.play('What has the killed run left?', 'orchestrated-deploy', { mode: 'status' })
  const burns = fuseSeconds / town.controllerSpeed
  const burned = burns <= patience
  if (burned) {
    say('   Nobody does anything. The cluster itself removes the canary when the fuse has burned down.')
    await until('The end of the fuse', async () => {
      const from = await countsAt(town.gateway)
      await new Promise((resolve) => setTimeout(resolve, 500))
      return (await met(from)) === 0
    })
    say('   The canary is gone, and all customers are with the old version.')
  } else say(`   The fuse burns for ${burns} s here, and nobody waits for it: the canary keeps its customers.`)
  const resumed = await stage.play('The next run takes the release up where its journal left it.', 'orchestrated-deploy', { ...metrics, mode: 'resume' })
  const swept = await stage.play('Is anything left that nobody needs?', 'orchestrated-deploy', { mode: 'sweep', 'dry-run': 'true' })
  const passed = since(before, await countsAt(town.gateway))
  const failed = sum(passed, isFailed) / Math.max(1, sum(passed, () => true))
  return {
    chapters: [left, resumed, swept],
    headline: 'A release whose runner was killed has come to its end.',
    says: [burned ? 'The runner was killed in the middle of a release, and the fuse removed its canary.' : 'The runner was killed in the middle of a release, and its fuse was not waited for.', `The next run deployed ${list(resumed.ended.outputs['deployed']).join(' and ') || 'nothing'}.`, `${percent(failed)} of all requests failed meanwhile.`],
    checks: [
      [signal === 'SIGKILL', 'the run was killed, and did not end by itself'],
      [codesOf(left).includes('FM-DEPLOY-UNFINISHED'), 'its journal says that it has not ended'],
      [isGo(resumed) && list(resumed.ended.outputs['deployed']).toSorted().join() === 'checkout,payments', 'the next run brings it to its end'],
      [isGo(swept) && swept.ended.outputs['rolled-back'] === '[]' && /would undo 0 of 0 unfinished releases whose run is gone, and remove 0 objects/.test(swept.report.summary), 'nothing is left to sweep'],
      [failed < 0.01, `customers hardly notice (${percent(failed)} of their requests failed)`],
    ],
  }
}
