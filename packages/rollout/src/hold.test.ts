import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { leaseRef } from '@fermata/custody'
import type { Report } from '@fermata/verdict'
import { four, holders, journalsOf, stateOf, versionOf } from './testing/four.ts'
import { imageFor, Killed, setStage, sketch, type Stage } from './testing/stage.ts'

// Whole releases, several a test, beside whatever else runs.
jest.setTimeout(60_000)

let stage: Stage
beforeEach(async () => {
  stage = await setStage({
    users: [
      { name: 'admin', token: 'a', groups: ['system:masters'], may: 'all' },
      { name: 'runner', token: 'r', groups: ['system:masters'], may: 'all' },
      { name: 'unleased', token: 'u', groups: [], may: [{ verbs: ['*'], groups: ['', 'apps', 'batch', 'authorization.k8s.io'], resources: ['*'] }] },
    ],
  })
  sketch(stage.files, versionOf(1))
})
afterEach(() => stage.close())

const codes = (report: Report): readonly string[] => report.reasons.map(({ code }) => code)

/** Begins a release that waits for cart until it is stopped. */
async function begun(version: number): Promise<{ readonly over: Promise<unknown> }> {
  sketch(stage.files, versionOf(version))
  stage.story.image(imageFor('cart', version), { does: 'never-ready' })
  const over = stage.run({ mode: 'apply' }, 'runner').catch((error: unknown) => error)
  while ((await journalsOf(stage))[0]?.services.find(({ id }) => id === 'cart')?.state !== 'settling') await stage.clock.sleep(500)
  return { over }
}

describe('two releases at once:', () => {
  test('the second is refused, with the name of the first, and changes nothing', async () => {
    await stage.run({ mode: 'apply' })
    const first = await begun(2)
    await stage.clock.sleep(5_000)
    sketch(stage.files, versionOf(3))
    const before = await journalsOf(stage)
    const report = await stage.second({ mode: 'apply' })
    expect([report.verdict, codes(report)]).toEqual(['fail', ['FM-DEPLOY-UNDER-WAY']])
    expect(report.reasons[0]?.message).toMatch(/^shop\/shop run 17 attempt 1 \([0-9a-f]{8}\) releases .*\d{4}-\d\d-\d\dT/)
    expect((await journalsOf(stage)).map(({ release }) => release)).toEqual(before.map(({ release }) => release))
    stage.stopRun()
    await first.over
    expect(await holders(stage)).toEqual(['', '', '', ''])
  })

  test.each(['rollback', 'resume', 'abort'])('a %s of the one that is under way is refused too', async (mode) => {
    await stage.run({ mode: 'apply' })
    const first = await begun(2)
    await stage.clock.sleep(5_000)
    const [journal] = await journalsOf(stage)
    const report = await stage.second({ mode, release: journal?.release ?? '' })
    expect([report.verdict, codes(report)]).toEqual(['fail', ['FM-DEPLOY-UNDER-WAY']])
    stage.stopRun()
    await first.over
  })

  test('two that share no service do not wait for each other', async () => {
    await stage.run({ mode: 'apply', services: 'db' })
    const [one, other] = await Promise.all([stage.run({ mode: 'apply', services: 'cart' }), stage.second({ mode: 'apply', services: 'stock' })])
    expect([one.verdict, other.verdict]).toEqual(['pass', 'pass'])
  })
})

describe('a release whose lease is lost', () => {
  test('writes nothing more and fails, and leaves a journal from which it is resumed', async () => {
    await stage.run({ mode: 'apply' })
    const first = await begun(2)
    await stage.clock.sleep(1_000)
    await stage.kube.delete(leaseRef('shop', 'cart'))
    const report = (await first.over) as Report
    expect([report.verdict, codes(report)]).toEqual(['fail', expect.arrayContaining(['FM-CUSTODY-LEASE-LOST', 'FM-DEPLOY-UNFINISHED'])])
    const objects = await stateOf(stage, 2, 'any')
    await stage.clock.sleep(60_000)
    expect(await stateOf(stage, 2, 'any')).toEqual(objects)
    stage.story.image(imageFor('cart', 2), { does: 'run' })
    expect((await stage.run({ mode: 'abort' })).verdict).toBe('pass')
  })

  test('that has been taken over by another does not touch what that one has written', async () => {
    await stage.run({ mode: 'apply' })
    const first = await begun(2)
    await stage.clock.sleep(1_000)
    // Its renewals do not get through: for all others it is dead.
    stage.cluster.faults.order({ verb: 'update', resource: 'leases', user: 'runner' }, { kind: 'reset', when: 'before' })
    const report = await stage.second({ mode: 'abort' })
    expect(report.verdict).toBe('pass')
    const lost = (await first.over) as Report
    expect([lost.verdict, codes(lost).some((code) => code === 'FM-CUSTODY-LEASE-LOST' || code === 'FM-CUSTODY-JOURNAL-LOST')]).toEqual(['fail', true])
    expect((await journalsOf(stage))[0]).toMatchObject({ ended: true, services: four.map((id) => ({ id, state: expect.stringMatching(/undone|held/) })) })
  })
})

test('leases that may not be kept forbid the release before anything is written, and the rule is named', async () => {
  const report = await stage.run({ mode: 'apply' }, 'unleased')
  expect([report.verdict, codes(report)]).toEqual(['fail', expect.arrayContaining(['FM-DEPLOY-FORBIDDEN'])])
  expect(report.reasons.map(({ message }) => message).join('\n')).toMatch(/create leases\.coordination\.k8s\.io in namespace shop/)
  expect(await journalsOf(stage)).toEqual([])
})

describe('a sweep', () => {
  async function killed(version: number, writes: number): Promise<void> {
    sketch(stage.files, versionOf(version))
    stage.killAfterWrite(writes)
    await expect(stage.run({ mode: 'apply' })).rejects.toThrow(Killed)
    await stage.clock.sleep(1_000)
  }

  test('undoes a release whose run is gone, says so, and has nothing to do the next time', async () => {
    await stage.run({ mode: 'apply' })
    const [{ release } = { release: '' }] = await journalsOf(stage)
    const before = await stateOf(stage, 1, release)
    await stage.clock.sleep(1_000)
    await killed(2, 20)
    const dry = await stage.run({ mode: 'sweep', 'dry-run': 'true' })
    expect([dry.verdict, dry.summary]).toEqual(['pass', expect.stringContaining('would undo 1 of 1')])
    expect((await journalsOf(stage)).filter(({ ended }) => !ended)).toHaveLength(1)
    const report = await stage.run({ mode: 'sweep' })
    expect([report.verdict, report.summary]).toEqual(['warn', expect.stringContaining('1 of 1 unfinished releases undone')])
    expect(await stateOf(stage, 1, release)).toEqual(before)
    const again = await stage.run({ mode: 'sweep' })
    expect([again.verdict, again.summary]).toEqual(['pass', expect.stringContaining('0 of 0')])
  })

  test('leaves a release alone whose run lives', async () => {
    await stage.run({ mode: 'apply' })
    const first = await begun(2)
    await stage.clock.sleep(5_000)
    const report = await stage.second({ mode: 'sweep' })
    expect([report.verdict, report.reasons.map(({ code, severity }) => [code, severity])]).toEqual(['pass', [['FM-DEPLOY-UNDER-WAY', 'note']]])
    expect((await journalsOf(stage))[0]).toMatchObject({ ended: false, course: 'forward' })
    stage.stopRun()
    await first.over
  })

  test('removes journals that are old and not among the newest ten, and leases that nobody has used for a week', async () => {
    for (let version = 1; version <= 12; version++) {
      sketch(stage.files, versionOf(version))
      await stage.run({ mode: 'apply', services: 'db' })
      await stage.clock.sleep(1_000)
    }
    expect(await journalsOf(stage)).toHaveLength(12)
    await stage.run({ mode: 'sweep' })
    expect(await journalsOf(stage)).toHaveLength(12)
    await stage.clock.sleep(8 * 24 * 3_600_000)
    expect((await stage.run({ mode: 'sweep' })).summary).toContain('3 of 3 objects removed')
    expect(await journalsOf(stage)).toHaveLength(10)
    expect(await stage.kube.get(leaseRef('shop', 'db'))).toBeUndefined()
    // A fence that began again at one would now refuse its own writer.
    sketch(stage.files, versionOf(13))
    expect((await stage.run({ mode: 'apply', services: 'db' })).verdict).toBe('pass')
  }, 60_000)
})
