import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { imageFor, Killed, setStage, sketch, type Stage } from './testing/stage.ts'

let stage: Stage
beforeEach(async () => {
  stage = await setStage()
})
afterEach(() => stage.close())

const shop = (version: number) => ({ db: { image: imageFor('db', version) }, cart: { needs: ['db'], image: imageFor('cart', version) } })
const imageOf = async (name: string): Promise<unknown> => JSON.parse(JSON.stringify((await stage.kube.get({ apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name }))?.['spec'] ?? {}), (key, value: unknown) => (key === 'containers' ? (value as readonly { readonly image: string }[])[0]?.image : value))
const images = async (): Promise<readonly unknown[]> => Promise.all(['db', 'cart'].map(async (name) => ((await imageOf(name)) as { readonly template: { readonly spec: { readonly containers: string } } }).template.spec.containers))

/** Kills the second release at every other of its writes in turn, until it is not killed any more. */
async function killEverywhere(look: (number: number) => Promise<void>): Promise<number> {
  for (let number = 1; ; number += 2) {
    sketch(stage.files, shop(1))
    expect((await stage.run({ mode: 'apply' })).verdict).not.toBe('fail')
    sketch(stage.files, shop(2))
    stage.killAfterWrite(number)
    const end: unknown = await stage.run({ mode: 'apply' }).catch((error: unknown) => error)
    if (!(end instanceof Killed)) return Math.floor(number / 2)
    await look(number)
    await stage.clock.sleep(1000)
  }
}

test('after a kill at every other write, what was on its way is what it was, what was promoted stays, and the journal is closed', async () => {
  const kills = await killEverywhere(async () => {
    const report = await stage.cleanUp()
    expect(['pass', 'warn']).toContain(report.verdict)
    const now = await images()
    // Killed after its last word, the release is whole.
    const kept = report.summary.includes('come to its end') ? ['db', 'cart'] : (JSON.parse(report.outputs['deployed'] ?? '[]') as readonly string[])
    expect(now).toEqual(['db', 'cart'].map((id) => imageFor(id, kept.includes(id) ? 2 : 1)))
    const again = await stage.cleanUp()
    expect([again.verdict, again.summary]).toEqual(['pass', expect.stringContaining('Nothing was left behind')])
    const status = await stage.run({ mode: 'status' })
    expect(status.reasons.map(({ code }) => code)).not.toContain('FM-DEPLOY-UNFINISHED')
  })
  expect(kills).toBeGreaterThan(4)
}, 120_000)

test('what a clean-up has kept can be undone later by the id of the release', async () => {
  sketch(stage.files, shop(1))
  await stage.run({ mode: 'apply' })
  sketch(stage.files, shop(2))
  let kept: readonly string[] = []
  for (let number = 6; !kept.includes('db'); number += 2) {
    stage.killAfterWrite(number)
    await stage.run({ mode: 'apply' }).catch((error: unknown) => expect(error).toBeInstanceOf(Killed))
    const report = await stage.cleanUp()
    await stage.clock.sleep(1000)
    kept = JSON.parse(report.outputs['deployed'] ?? '[]') as readonly string[]
    if (!kept.includes('db')) continue
    expect(report.reasons.find(({ code }) => code === 'FM-DEPLOY-UNFINISHED')?.remedy).toContain(`--release ${report.outputs['release']}`)
    expect((await stage.run({ mode: 'rollback', release: report.outputs['release'] ?? '' })).verdict).toBe('pass')
  }
  expect(await images()).toEqual(['db', 'cart'].map((id) => imageFor(id, 1)))
}, 120_000)

test('a run that has begun nothing leaves nothing', async () => {
  expect(await stage.cleanUp()).toMatchObject({ verdict: 'pass', summary: expect.stringContaining('not begun') })
})
