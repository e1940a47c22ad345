import { expect, test } from '@jest/globals'
import { openShop } from '../../packages/rollout/src/testing/four-ways.ts'
import { resumedAfter, sweptAfter } from '../../packages/rollout/src/testing/killing.ts'
import { setStage } from '../../packages/rollout/src/testing/stage.ts'

/** On the sandbox, whose time is virtual; here because it takes a minute. `npm test` kills at every twelfth write. */
const release = 'a release of a canary, a blue-green, a migration and a rolling update that is killed after each of its writes'

test.each([
  { becomes: 'resumed to the state to which it would have come', by: resumedAfter, says: (times: number) => `${times} times, and resumed: the same state as undisturbed` },
  { becomes: 'never run again: the fuse and a sweep bring back what was', by: sweptAfter, says: (times: number) => `and never run again: ${times} times there was something to bring back, and after the fuse and a sweep the state was as before` },
])(`${release} is $becomes`, async ({ by, says }) => {
  const stage = await setStage()
  try {
    await openShop(stage)
    await stage.clock.sleep(1_000)
    const times = await by(stage, { first: 1, every: 1 })
    expect(times).toBeGreaterThan(70)
    console.log(`Killed after each of its writes, ${says(times)}.`)
  } finally {
    await stage.close()
  }
}, 900_000)
