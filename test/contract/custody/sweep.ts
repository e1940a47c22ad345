import { describe, expect, test } from '@jest/globals'
import { acquireLease, type AnyEntry, carryOutSweep, journalRef, journalsIn, leaseRef, lightFuse, planSweep } from '@fermata/custody'
import type { ObjectRef } from '@fermata/ports'
import type { Stand } from './contract.ts'

const long = 365 * 24 * 3_600_000

export function sweepContract(stand: () => Stand): void {
  describe('a sweep', () => {
    const doing = (plan: Awaited<ReturnType<typeof planSweep>>, ref: ObjectRef): string | undefined => plan.findings.find((one) => one.ref.kind === ref.kind && one.ref.name === ref.name)?.does

    test('removes what is old and ended, and leaves what burns, is held or has not ended', async () => {
      const here = stand()
      const { one, clock, namespace, name } = here
      const journals = journalsIn<AnyEntry>(one, namespace, 'fermata/swept-journal@1')
      const entry = (ended: boolean, startedAt: string): AnyEntry => ({ schema: 'fermata/swept-journal@1', ended, startedAt })
      await journals.create(`${name}-old`, { entry: entry(true, '2001-01-01T00:00:00Z'), hidden: {} })
      await journals.create(`${name}-open`, { entry: entry(false, '2001-01-01T00:00:00Z') })
      await journals.create(`${name}-new`, { entry: entry(true, new Date(clock.now()).toISOString()) })
      await acquireLease(one, clock, { namespace, service: `${name}-held`, holder: 'run-1', seconds: 600 })
      const past = { ...clock, now: () => clock.now() - long }
      await acquireLease(one, past, { namespace, service: `${name}-stale`, holder: 'run-1', seconds: 30 })
      const fuse = await lightFuse(one, clock, { namespace, release: name, seconds: 600 })

      const plan = await planSweep(one, clock, { namespace, keepJournals: 0 })
      const expected: readonly (readonly [ObjectRef, string])[] = [
        [journalRef(namespace, `${name}-old`), 'remove'],
        [{ ...journalRef(namespace, `${name}-old`), apiVersion: 'v1', kind: 'Secret' }, 'remove'],
        [journalRef(namespace, `${name}-open`), 'stay'],
        [journalRef(namespace, `${name}-new`), 'stay'],
        [leaseRef(namespace, `${name}-held`), 'stay'],
        [leaseRef(namespace, `${name}-stale`), 'remove'],
        [fuse.ref, 'stay'],
      ]
      expect(expected.map(([ref]) => [ref, doing(plan, ref)])).toEqual(expected)
      for (const [ref] of expected) expect(await one.get(ref)).toBeDefined()

      const { reasons } = await carryOutSweep(one, plan)
      expect(reasons).toEqual([])
      for (const [ref, does] of expected) expect([ref, (await one.get(ref)) !== undefined]).toEqual([ref, does === 'stay'])
      await fuse.extinguish()
    })

    test('leaves what has been written since it was planned, and says so', async () => {
      const here = stand()
      const { one, other, clock, namespace, name } = here
      const past = { ...clock, now: () => clock.now() - long }
      await acquireLease(one, past, { namespace, service: name, holder: 'run-1', seconds: 30 })
      const plan = await planSweep(one, clock, { namespace })
      await acquireLease(other, clock, { namespace, service: name, holder: 'run-2', seconds: 600 })
      const { reasons } = await carryOutSweep(one, plan)
      expect(reasons.map(({ code, message }) => [code, message.includes(name)])).toEqual([['FM-CUSTODY-SWEEP-LEFT', true]])
      expect(await one.get(leaseRef(namespace, name))).toBeDefined()
    })

    test('that may not list something is an error and no empty plan', async () => {
      const { nobody, clock, namespace } = stand()
      await expect(planSweep(nobody, clock, { namespace })).rejects.toMatchObject({ reason: { code: 'FM-CUSTODY-FORBIDDEN' } })
    })
  })
}
