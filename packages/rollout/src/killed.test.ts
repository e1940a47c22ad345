import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import { forgetThePast, openShop, shopIn } from './testing/four-ways.ts'
import { killed, openJournals, resumedAfter, sweptAfter } from './testing/killing.ts'
import { setStage, type Stage } from './testing/stage.ts'

// Many whole releases, beside whatever else runs.
jest.setTimeout(300_000)

let stage: Stage
beforeEach(async () => {
  stage = await setStage()
  await openShop(stage)
  await stage.clock.sleep(1_000)
})
afterEach(() => stage.close())

/** `npm run test:real` kills at every write. */
test('a release of a canary, a blue-green, a migration and a rolling update that is killed after one of its writes is resumed to the state to which it would have come', async () => {
  expect(await resumedAfter(stage, { first: 5, every: 12 })).toBeGreaterThan(5)
})

test('and by the next release, if that means the same', async () => {
  expect(await killed(stage, 2, Number.POSITIVE_INFINITY)).toBe(false)
  const undisturbed = await shopIn(stage, 2)
  for (let version = 3, write = 12; await killed(stage, version, write); version++, write += 23) {
    const again = await stage.run({ mode: 'apply' })
    expect([write, again.verdict, await shopIn(stage, version), await openJournals(stage)]).toEqual([write, 'pass', undisturbed, []])
    forgetThePast(stage)
  }
})

test('without a rerun the fuse takes away what it owns, all traffic is answered, and a sweep brings back what was', async () => {
  expect(await sweptAfter(stage, { first: 13, every: 9 })).toBeGreaterThan(6)
})
