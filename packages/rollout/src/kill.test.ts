import { expect, test } from '@jest/globals'
import type { KubeObject } from '@fermata/ports'
import { imageFor, Killed, setStage, sketch, type Stage } from './testing/stage.ts'

const services = (version: number) => ({
  db: { image: imageFor('db', version), config: `v${version}` },
  cart: { needs: ['db'], image: imageFor('cart', version), config: `v${version}`, ...(version > 1 && { also: '---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: cart-extra}\ndata: {a: b}\n' }) },
})

/** All that a person means by the objects of the shop. */
async function everything(stage: Stage): Promise<unknown> {
  const kinds = [['v1', 'ConfigMap'], ['v1', 'Service'], ['apps/v1', 'Deployment']] as const
  const lists = await Promise.all(kinds.map(([apiVersion, kind]) => stage.kube.list({ apiVersion, kind }, { namespace: 'shop' })))
  const shown = (object: KubeObject): unknown => ({ ...object, status: undefined, metadata: { name: object.metadata.name, release: object.metadata.annotations?.['fermata.dev/release'] } })
  return lists.flatMap(({ items }) => items.filter(({ metadata }) => /^(?:db|cart)/.test(metadata.name)).map(shown))
}

test('a release that is killed after any of its writes is undone from its journal to what was', async () => {
  const stage = await setStage()
  try {
    sketch(stage.files, services(1))
    const first = await stage.run({ mode: 'apply' })
    const before = await everything(stage)
    sketch(stage.files, services(2))
    let kills = 0
    for (let number = 0; ; number++) {
      stage.killAfterWrite(number)
      const end: unknown = await stage.run({ mode: 'apply' }).catch((error: unknown) => error)
      if (!(end instanceof Killed)) break
      kills += 1
      const newest = (await stage.run({ mode: 'status' })).outputs['release'] ?? ''
      // Killed before there was a journal, the run has written nothing.
      if (newest !== first.outputs['release']) await stage.run({ mode: 'rollback', release: newest })
      expect([number, await everything(stage)]).toEqual([number, before])
      await stage.clock.sleep(1000)
    }
    expect(kills).toBeGreaterThan(12)
    expect(await everything(stage)).not.toEqual(before)
  } finally {
    await stage.close()
  }
}, 120_000)
