import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import { fuseSeconds } from './defaults.ts'
import { forgetThePast, fusedIn, openShop, shopIn, unanswered } from './testing/four-ways.ts'
import { killed, openJournals, resumedAfter } from './testing/killing.ts'
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
  const before = await shopIn(stage, 1)
  let undone = 0
  for (let version = 2, write = 13; await killed(stage, version, write); version++, write += 9) {
    await stage.clock.sleep((fuseSeconds + 60) * 1_000)
    expect([write, await fusedIn(stage), await unanswered(stage)]).toEqual([write, [], []])
    const sweep = await stage.run({ mode: 'sweep' })
    // Killed before there was a journal, or after its end, there is nothing to bring back.
    if (sweep.summary.includes('0 of 0 unfinished')) continue
    undone += 1
    expect([write, sweep.verdict, await shopIn(stage, 1), await openJournals(stage)]).toEqual([write, 'warn', before, []])
    forgetThePast(stage)
  }
  expect(undone).toBeGreaterThan(6)
})
