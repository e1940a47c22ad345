import { describe, expect, test } from '@jest/globals'
import { acquireLease, applyFenced, fenceIn, leaseRef, takeWarrant, type Taken, type Warrant } from '@fermata/custody'
import type { Stand } from './contract.ts'
import { held } from './lease.ts'

export function warrantOf(taken: Taken): Warrant {
  if (taken.kind !== 'held') throw new Error(`${taken.service} is taken by ${taken.by}`)
  return taken.warrant
}

export function warrantContract(stand: () => Stand): void {
  describe('a warrant', () => {
    const take = ({ one, clock, namespace }: Stand, services: readonly string[], holder: string, seconds = 8) => takeWarrant(one, clock, { namespace, services, holder, seconds })
    const holderOf = async ({ one, namespace }: Stand, service: string): Promise<unknown> => ((await one.get(leaseRef(namespace, service)))?.['spec'] as { readonly holderIdentity?: string } | undefined)?.holderIdentity ?? ''

    test('covers all services or none', async () => {
      const here = stand()
      const [a, b, c] = ['a', 'b', 'c'].map((part) => `${here.name}-${part}`) as [string, string, string]
      const other = held(await acquireLease(here.one, here.clock, { namespace: here.namespace, service: b, holder: 'run-1', seconds: 600 }))
      let taken: Taken | undefined
      const asked = take(here, [c, b, a], 'run-2').then((answer) => (taken = answer))
      await here.until('the answer', async () => (await other.renew()) && taken !== undefined)
      expect(await asked).toMatchObject({ kind: 'taken', service: b, by: 'run-1' })
      expect(await Promise.all([a, b, c].map((service) => holderOf(here, service)))).toEqual(['', 'run-1', ''])
      await other.release()
      const warrant = warrantOf(await take(here, [c, b, a], 'run-2'))
      expect(await Promise.all([a, b, c].map((service) => holderOf(here, service)))).toEqual(['run-2', 'run-2', 'run-2'])
      await warrant.release()
      expect(await Promise.all([a, b, c].map((service) => holderOf(here, service)))).toEqual(['', '', ''])
    })

    test('is renewed by itself until it is released, and nobody gets in', async () => {
      const here = stand()
      const warrant = warrantOf(await take(here, [here.name], 'run-1'))
      await here.pass(20_000)
      warrant.assure()
      expect(await acquireLease(here.other, here.clock, { namespace: here.namespace, service: here.name, holder: 'run-2', seconds: 30 })).toMatchObject({ kind: 'taken', by: 'run-1' })
      await warrant.release()
      expect((await acquireLease(here.other, here.clock, { namespace: here.namespace, service: here.name, holder: 'run-2', seconds: 30 })).kind).toBe('held')
    })

    test('that is taken away says so, and nothing is written under it any more', async () => {
      const here = stand()
      const warrant = warrantOf(await take(here, [here.name], 'run-1'))
      await here.one.delete(leaseRef(here.namespace, here.name))
      await here.until('the loss is noticed', async () => warrant.lost.aborted)
      expect(warrant.lost.reason).toMatchObject({ reason: { code: 'FM-CUSTODY-LEASE-LOST', service: here.name } })
      await expect(applyFenced(here.one, here.settings(here.name, { a: '1' }), { fence: warrant.fence, assure: warrant.assure })).rejects.toMatchObject({ reason: { code: 'FM-CUSTODY-LEASE-LOST' } })
      expect(await here.one.get(here.settingsRef(here.name))).toBeUndefined()
      await warrant.release()
    })
  })

}

export function fenceContract(stand: () => Stand): void {
  describe("a zombie's write", () => {
    test('is refused where its heir has written', async () => {
      const here = stand()
      const write = (fence: number, value: string) => applyFenced(here.one, here.settings(here.name, { a: value }), { fence, assure: () => undefined })
      await write(7, 'zombie')
      expect(fenceIn(await write(8, 'heir'))).toBe(8)
      await expect(write(7, 'zombie again')).rejects.toMatchObject({ reason: { code: 'FM-CUSTODY-FENCED' } })
      expect(await here.one.get(here.settingsRef(here.name))).toMatchObject({ data: { a: 'heir' } })
    })

    test('that was on its way while the heir wrote is refused too', async () => {
      const here = stand()
      await applyFenced(here.one, here.settings(here.name, { a: 'before' }), { fence: 7, assure: () => undefined })
      // The heir writes between the zombie's look and its write: what a process does that was stopped there for a minute.
      let heir: Promise<unknown> | undefined
      const late = {
        ...here.one,
        apply: async (...args: Parameters<typeof here.one.apply>) => {
          heir ??= applyFenced(here.other, here.settings(here.name, { a: 'heir' }), { fence: 8, assure: () => undefined })
          await heir
          return here.one.apply(...args)
        },
      }
      await expect(applyFenced(late, here.settings(here.name, { a: 'zombie' }), { fence: 7, assure: () => undefined })).rejects.toMatchObject({ reason: { code: 'FM-CUSTODY-FENCED' } })
      expect(await here.one.get(here.settingsRef(here.name))).toMatchObject({ data: { a: 'heir' } })
    })

    test('does not keep a controller from writing: the write is made again over what it wrote', async () => {
      const here = stand()
      await applyFenced(here.one, here.settings(here.name, { a: '1' }), { fence: 7, assure: () => undefined })
      let disturbances = 2
      const disturbed = {
        ...here.one,
        apply: async (...args: Parameters<typeof here.one.apply>) => {
          if (disturbances-- > 0) await here.other.patch(here.settingsRef(here.name), 'merge', { data: { b: String(disturbances) } })
          return here.one.apply(...args)
        },
      }
      expect(await applyFenced(disturbed, here.settings(here.name, { a: '2' }), { fence: 7, assure: () => undefined })).toMatchObject({ data: { a: '2', b: '0' } })
    })
  })
}
