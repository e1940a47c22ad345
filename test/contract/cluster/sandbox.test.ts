import { createStory, startCluster, virtualClock } from '@fermata/sandbox'
import { clusterContract } from './contract.ts'
import { images } from './side.ts'

clusterContract({
  name: 'sandbox',
  async start() {
    const clock = virtualClock()
    const story = createStory()
      .image(images.neverReady, { does: 'never-ready' })
      .image(images.completes, { does: 'complete' })
      .image(images.fails, { does: 'crash', exitCode: 1, after: 0 })
    const tokens = { admin: 'administrator', nobody: 'nobody', expired: 'expired' }
    const cluster = await startCluster({
      clock,
      story,
      users: [
        { name: 'admin', token: tokens.admin, groups: ['system:masters'], may: 'all' },
        { name: 'nobody', token: tokens.nobody, groups: ['visitors'], may: [] },
        { name: 'late', token: tokens.expired, may: 'all', expiresAt: clock.now() },
      ],
    })
    return {
      url: cluster.url,
      ca: cluster.ca,
      tokens,
      now: () => clock.now(),
      pass: (milliseconds) => clock.advance(milliseconds),
      async forget() {
        cluster.compact()
        cluster.disconnect()
      },
      stop: () => cluster.stop(),
    }
  },
})
