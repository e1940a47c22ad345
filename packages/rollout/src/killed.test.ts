import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import { fuseSeconds } from './defaults.ts'
import { journalsOf } from './testing/four.ts'
import { forgetThePast, fusedIn, openShop, shopIn, sketchFourWays, unanswered } from './testing/four-ways.ts'
import { Killed, setStage, type Stage } from './testing/stage.ts'

// Many whole releases, beside whatever else runs.
jest.setTimeout(600_000)

let stage: Stage
beforeEach(async () => {
  stage = await setStage()
  await openShop(stage)
  await stage.clock.sleep(1_000)
})
afterEach(() => stage.close())

/** The release of a version dies when the server has taken so many writes of it. False when it came to its end before. */
async function killed(version: number, writes: number): Promise<boolean> {
  sketchFourWays(stage, version)
  stage.killAfterWrite(writes)
  const end: unknown = await stage.run({ mode: 'apply' }).catch((error: unknown) => error)
  // Two releases of one second would have one name.
  await stage.clock.sleep(1_000)
  if (end instanceof Killed) return true
  expect(end).toMatchObject({ verdict: 'pass' })
  return false
}

const openJournals = async (): Promise<readonly unknown[]> => (await journalsOf(stage)).filter(({ ended }) => !ended)

test('a release of a canary, a blue-green, a migration and a rolling update that is killed after any of its writes is resumed to the state to which it would have come', async () => {
  expect(await killed(2, Number.POSITIVE_INFINITY)).toBe(false)
  const undisturbed = await shopIn(stage, 2)
  let kills = 0
  for (let version = 3, write = 1; await killed(version, write); version++, write++) {
    kills += 1
    expect([write, await unanswered(stage)]).toEqual([write, []])
    const resumed = await stage.run({ mode: 'resume' })
    expect([write, resumed.verdict, resumed.reasons.filter(({ severity }) => severity === 'error')]).toEqual([write, 'pass', []])
    // Killed before there was a journal, it has written nothing. Killed after its end, it has left a fuse that owns nothing any more.
    if (resumed.summary.startsWith('No release')) {
      await stage.run({ mode: 'apply' })
      await stage.clock.sleep((fuseSeconds + 60) * 1_000)
    }
    expect([write, await shopIn(stage, version)]).toEqual([write, undisturbed])
    expect([write, await openJournals(), await fusedIn(stage)]).toEqual([write, [], []])
    forgetThePast(stage)
  }
  expect(kills).toBeGreaterThan(70)
})

test('and by the next release, if that means the same', async () => {
  expect(await killed(2, Number.POSITIVE_INFINITY)).toBe(false)
  const undisturbed = await shopIn(stage, 2)
  for (let version = 3, write = 7; await killed(version, write); version++, write += 15) {
    const again = await stage.run({ mode: 'apply' })
    expect([write, again.verdict, await shopIn(stage, version), await openJournals()]).toEqual([write, 'pass', undisturbed, []])
    forgetThePast(stage)
  }
})

test('without a rerun the fuse takes away what it owns, all traffic is answered, and a sweep brings back what was', async () => {
  const before = await shopIn(stage, 1)
  let undone = 0
  for (let version = 2, write = 3; await killed(version, write); version++, write += 5) {
    await stage.clock.sleep((fuseSeconds + 60) * 1_000)
    expect([write, await fusedIn(stage), await unanswered(stage)]).toEqual([write, [], []])
    const sweep = await stage.run({ mode: 'sweep' })
    // Killed before there was a journal, or after its end, there is nothing to bring back.
    if (sweep.summary.includes('0 of 0 unfinished')) continue
    undone += 1
    expect([write, sweep.verdict, await shopIn(stage, 1), await openJournals()]).toEqual([write, 'warn', before, []])
    forgetThePast(stage)
  }
  expect(undone).toBeGreaterThan(10)
})
