import { describe, expect, test } from '@jest/globals'
import { type Fuse, fuseRef, keepAlive, lightFuse } from '@fermata/custody'
import type { Stand } from './contract.ts'

const light = ({ one, clock, namespace, name }: Stand, seconds: number) => lightFuse(one, clock, { namespace, release: name, seconds, labels: { team: 'shop' } })
const temporary = async ({ one, settings, settingsRef }: Stand, fuse: Fuse, name: string) => {
  const object = settings(name, {})
  await one.create({ ...object, metadata: { ...object.metadata, ownerReferences: [fuse.owner] } })
  return settingsRef(name)
}

export function fuseContract(stand: () => Stand): void {
  describe('a fuse', () => {
    test('that nobody renews removes what it owns and then is not there; it starts no pod', async () => {
      const here = stand()
      const fuse = await light(here, 6)
      const object = await temporary(here, fuse, `${here.name}-a`)
      expect((await here.one.get(fuse.ref))?.metadata.labels).toMatchObject({ 'app.kubernetes.io/managed-by': 'fermata', team: 'shop' })
      await here.pass(3_000)
      expect(await here.one.get(object)).toBeDefined()
      expect((await here.one.list({ apiVersion: 'v1', kind: 'Pod' }, { namespace: here.namespace })).items).toEqual([])
      await here.gone(object)
      await here.gone(fuse.ref)
      expect(here.clock.now()).toBeGreaterThanOrEqual(fuse.expiresAt() - 1_000)
      expect(await fuse.renew()).toBe(false)
    })

    test('that is kept alive lasts, and blows when its keeper is gone', async () => {
      const here = stand()
      const fuse = await light(here, 6)
      const object = await temporary(here, fuse, `${here.name}-a`)
      const alive = keepAlive(here.clock, [fuse])
      await here.pass(12_000)
      expect(await here.one.get(object)).toBeDefined()
      alive.assure()
      await alive.close()
      await here.gone(object)
    })

    test('lets go of what is to stay, of that only, and removes the rest at once when it is put out', async () => {
      const here = stand()
      const fuse = await light(here, 600)
      const [stays, goes] = [await temporary(here, fuse, `${here.name}-a`), await temporary(here, fuse, `${here.name}-b`)]
      expect(await fuse.release(stays)).toBe(true)
      expect(await fuse.release(stays)).toBe(true)
      expect(await fuse.release(here.settingsRef('nothing-of-this-name'))).toBe(false)
      expect(await fuse.extinguish()).toBe(true)
      await here.gone(goes)
      await here.gone(fuse.ref)
      expect((await here.one.get(stays))?.metadata.ownerReferences ?? []).toEqual([])
      expect(await fuse.extinguish()).toBe(false)
    })
  })
}

export function otherFuses(stand: () => Stand): void {
  describe('the fuse', () => {
    test('of a run that was killed is taken over by the next', async () => {
      const here = stand()
      const first = await light(here, 10)
      await here.pass(3_000)
      const second = await lightFuse(here.other, here.clock, { namespace: here.namespace, release: here.name, seconds: 20 })
      expect(second.owner).toEqual(first.owner)
      await here.pass(12_000)
      expect(await here.one.get(second.ref)).toMatchObject({ metadata: { uid: first.owner.uid } })
      await second.extinguish()
    })

    test('that has been replaced by one of the same name is lost to whoever held the first', async () => {
      const here = stand()
      const first = await light(here, 60)
      await first.extinguish()
      await here.gone(first.ref)
      const second = await light(here, 60)
      expect(await first.renew()).toBe(false)
      expect(await first.extinguish()).toBe(false)
      expect(await second.extinguish()).toBe(true)
    })

    test('that may not be lit is an error that names the rule, and there is nothing temporary without one', async () => {
      const here = stand()
      await expect(lightFuse(here.nobody, here.clock, { namespace: here.namespace, release: here.name, seconds: 60 })).rejects.toMatchObject({ reason: { code: 'FM-CUSTODY-FORBIDDEN', remedy: expect.stringContaining('jobs.batch') } })
      expect(await here.one.get(fuseRef(here.namespace, here.name))).toBeUndefined()
    })
  })
}
