import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { four, holders, journalsOf, stateOf, versionOf } from './testing/four.ts'
import { imageFor, Killed, setStage, sketch, type Stage } from './testing/stage.ts'

// Whole releases, several a test, beside whatever else runs.
jest.setTimeout(60_000)

let stage: Stage
beforeEach(async () => {
  stage = await setStage()
})
afterEach(() => stage.close())

/** The release of a version dies when the server has taken so many writes of it. False when it came to its end before. */
async function released(version: number, dies: number | undefined): Promise<boolean> {
  sketch(stage.files, versionOf(version))
  if (dies !== undefined) stage.killAfterWrite(dies)
  const end: unknown = await stage.run({ mode: 'apply' }).catch((error: unknown) => error)
  // Two releases of one second would have one name.
  await stage.clock.sleep(1_000)
  return !(end instanceof Killed)
}

const newest = async (): Promise<string> => (await journalsOf(stage))[0]?.release ?? ''

describe('a release that is killed', () => {
  test('twice, the second time while it was resumed, still comes there', async () => {
    await released(1, undefined)
    await released(2, undefined)
    const undisturbed = await stateOf(stage, 2, await newest())
    for (const [index, [first, second]] of [[9, 6], [19, 4]].entries()) {
      const version = 3 + index
      expect(await released(version, first)).toBe(false)
      stage.killAfterWrite(second as number)
      await expect(stage.run({ mode: 'resume' })).rejects.toThrow(Killed)
      expect((await stage.run({ mode: 'resume' })).verdict).toBe('pass')
      expect([first, await stateOf(stage, version, await newest())]).toEqual([first, undisturbed])
      await stage.clock.sleep(1_000)
    }
  }, 120_000)

  test('and whose manifests have changed since is undone instead, and the run fails', async () => {
    await released(1, undefined)
    const before = await stateOf(stage, 1, await newest())
    const first = await newest()
    expect(await released(2, 25)).toBe(false)
    sketch(stage.files, versionOf(3))
    const report = await stage.run({ mode: 'resume' })
    expect([report.verdict, report.reasons.map(({ code }) => code)]).toEqual(['fail', expect.arrayContaining(['FM-DEPLOY-INTENT-CHANGED', 'FM-DEPLOY-ROLLBACK-ASKED'])])
    expect(await stateOf(stage, 1, first)).toEqual(before)
    expect((await journalsOf(stage)).every(({ ended }) => ended)).toBe(true)
  })

  test('is undone first by the next release, if that means something else', async () => {
    await released(1, undefined)
    await released(2, undefined)
    const undisturbed = await stateOf(stage, 2, await newest())
    expect(await released(3, 25)).toBe(false)
    sketch(stage.files, versionOf(4))
    const report = await stage.run({ mode: 'apply' })
    expect([report.verdict, report.reasons.find(({ code }) => code === 'FM-DEPLOY-UNFINISHED')?.message]).toEqual(['pass', expect.stringContaining('undone first')])
    expect(await stateOf(stage, 4, await newest())).toEqual(undisturbed)
    for (const id of four) expect(await stage.kube.get({ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name: `${id}-edition-3` })).toBeUndefined()
  })

  test('is not undone by a release with an approved plan, which was made on top of it', async () => {
    await released(1, undefined)
    expect(await released(2, 25)).toBe(false)
    sketch(stage.files, versionOf(3))
    await stage.run({ mode: 'plan', plan: 'plan.json' })
    const report = await stage.run({ mode: 'apply', plan: 'plan.json' })
    expect([report.verdict, report.reasons.find(({ severity }) => severity === 'error')?.remedy]).toEqual(['fail', expect.stringContaining('fermata abort --release')])
  })

  test('keeps what was approved when it is gone on with', async () => {
    await released(1, undefined)
    sketch(stage.files, versionOf(2))
    await stage.run({ mode: 'plan', plan: 'plan.json' })
    stage.killAfterWrite(25)
    await expect(stage.run({ mode: 'apply', plan: 'plan.json' })).rejects.toThrow(Killed)
    const report = await stage.run({ mode: 'apply', plan: 'plan.json' })
    expect([report.verdict, report.summary]).toEqual(['pass', expect.stringMatching(/^Resumed release .*4 deployed/)])
  })

  test('takes its inputs from the journal: images and services need not be given again', async () => {
    await released(1, undefined)
    const image = { cart: `registry.example/cart@sha256:${'7'.repeat(64)}` }
    stage.killAfterWrite(4)
    await expect(stage.run({ mode: 'apply', services: 'cart', images: JSON.stringify(image) })).rejects.toThrow(Killed)
    const report = await stage.run({ mode: 'resume' })
    expect([report.verdict, report.outputs['deployed']]).toEqual(['pass', '["cart"]'])
    expect(JSON.stringify(await stage.kube.get({ apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'cart' }))).toContain(image.cart)
  })

  test('while it was stopping goes that way to its end', async () => {
    await released(1, undefined)
    const first = await newest()
    const before = await stateOf(stage, 1, first)
    sketch(stage.files, versionOf(2))
    stage.story.image(imageFor('cart', 2), { does: 'never-ready' })
    // Stopped while cart is waited for, and killed when it has written down that it was.
    const run = stage.run({ mode: 'apply' }).catch((error: unknown) => error)
    while ((await journalsOf(stage))[0]?.services.find(({ id }) => id === 'cart')?.state !== 'settling') await stage.clock.sleep(500)
    stage.killAfterNext(1)
    stage.stopRun()
    expect(await run).toBeInstanceOf(Killed)
    expect(await journalsOf(stage)).toMatchObject([{ course: 'cancelled', ended: false }, {}])
    const report = await stage.run({ mode: 'resume' })
    expect([report.verdict, report.outputs['rolled-back'], (await journalsOf(stage)).every(({ ended }) => ended)]).toEqual(['warn', expect.stringContaining('cart'), true])
    expect((await stage.run({ mode: 'rollback', release: await newest() })).verdict).toBe('pass')
    expect(await stateOf(stage, 1, first)).toEqual(before)
  })
})

describe('abort', () => {
  test('undoes a release that was left, also what it had finished of it', async () => {
    await released(1, undefined)
    const first = await newest()
    const before = await stateOf(stage, 1, first)
    expect(await released(2, 25)).toBe(false)
    expect((await journalsOf(stage))[0]?.services.some(({ state }) => state === 'promoted')).toBe(true)
    const report = await stage.run({ mode: 'abort' })
    expect([report.verdict, await stateOf(stage, 1, first), await holders(stage)]).toEqual(['pass', before, ['', '', '', '']])
    expect((await stage.run({ mode: 'abort' })).summary).toContain('No release')
  })

  test('of a release that has ended does nothing and names the rollback', async () => {
    await released(1, undefined)
    const report = await stage.run({ mode: 'abort', release: await newest() })
    expect([report.verdict, report.summary]).toEqual(['pass', expect.stringContaining('fermata rollback')])
  })
})
