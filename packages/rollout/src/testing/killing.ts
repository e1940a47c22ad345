import { expect } from '@jest/globals'
import { fuseSeconds } from '../defaults.ts'
import { journalsIn } from '../journal/store.ts'
import { forgetThePast, fusedIn, shopIn, sketchFourWays, unanswered } from './four-ways.ts'
import { Killed, type Stage } from './stage.ts'

/** The release of a version dies when the server has taken so many writes of it. False when it came to its end before. */
export async function killed(stage: Stage, version: number, writes: number): Promise<boolean> {
  sketchFourWays(stage, version)
  stage.killAfterWrite(writes)
  const end: unknown = await stage.run({ mode: 'apply' }).catch((error: unknown) => error)
  // Two releases of one second would have one name.
  await stage.clock.sleep(1_000)
  if (end instanceof Killed) return true
  expect(end).toMatchObject({ verdict: 'pass' })
  return false
}

export async function openJournals({ kube, namespace }: Stage): Promise<readonly unknown[]> {
  return (await journalsIn(kube, namespace).list()).filter(({ ended }) => !ended)
}

/**
 * Kills a release after its write number `first`, and each next one after `every` more, until one comes to its end; resumes each, and holds
 * what becomes of it against a release that nobody disturbed.
 * @returns how many were killed
 */
export async function resumedAfter(stage: Stage, { first, every }: { readonly first: number; readonly every: number }): Promise<number> {
  expect(await killed(stage, 2, Number.POSITIVE_INFINITY)).toBe(false)
  const undisturbed = await shopIn(stage, 2)
  let kills = 0
  for (let version = 3, write = first; await killed(stage, version, write); version++, write += every) {
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
    expect([write, await openJournals(stage), await fusedIn(stage)]).toEqual([write, [], []])
    forgetThePast(stage)
  }
  return kills
}

/**
 * Kills a release after its write number `first`, and each next one after `every` more, and never runs it again. When the fuse's time is
 * over nothing of it is left that it owns, and all traffic is answered; a sweep then brings back what was before the first.
 * @returns how many the sweep has undone
 */
export async function sweptAfter(stage: Stage, { first, every }: { readonly first: number; readonly every: number }): Promise<number> {
  const before = await shopIn(stage, 1)
  let undone = 0
  for (let version = 2, write = first; await killed(stage, version, write); version++, write += every) {
    await stage.clock.sleep((fuseSeconds + 60) * 1_000)
    expect([write, await fusedIn(stage), await unanswered(stage)]).toEqual([write, [], []])
    const sweep = await stage.run({ mode: 'sweep' })
    if (sweep.summary.includes('0 of 0 unfinished')) {
      // Killed before there was a journal, it has changed nothing. Killed after its end, its version is out, and stays.
      if (JSON.stringify(await shopIn(stage, 1)) !== JSON.stringify(before)) return undone
      continue
    }
    undone += 1
    expect([write, sweep.verdict, await shopIn(stage, 1), await openJournals(stage)]).toEqual([write, 'warn', before, []])
    forgetThePast(stage)
  }
  return undone
}
