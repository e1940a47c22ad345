import { describe, expect, test } from '@jest/globals'
import { acquireLease, type Acquired, awaitLease, type HeldLease, leaseRef } from '@fermata/custody'
import type { Stand } from './contract.ts'

export function held(acquired: Acquired): HeldLease {
  if (acquired.kind !== 'held') throw new Error(`taken by ${acquired.by}`)
  return acquired.lease
}

const skew = 5_000

const by = ({ one, clock, namespace, name }: Stand, holder: string, seconds = 30) => acquireLease(one, clock, { namespace, service: name, holder, seconds })

export function leaseContract(stand: () => Stand): void {
  describe('a lease', () => {
    test('that many want at once has one holder, and the others see who', async () => {
      const { one, ...rest } = stand()
      const results = await Promise.all(Array.from({ length: 6 }, (_, i) => by({ one, ...rest }, `run-${i}`)))
      expect(results.filter(({ kind }) => kind === 'held')).toHaveLength(1)
      const others = new Set(results.flatMap((result) => (result.kind === 'taken' ? [result.by] : [])))
      expect(others.size).toBe(1)
      expect(await one.get(leaseRef(rest.namespace, rest.name))).toMatchObject({ spec: { holderIdentity: [...others][0] } })
    })

    test('gives a higher fence each time: after a release, by the same holder, after it was deleted', async () => {
      const here = stand()
      const first = held(await by(here, 'run-1'))
      expect(await first.release()).toBe(true)
      const second = held(await by(here, 'run-2'))
      const again = held(await by(here, 'run-2'))
      await here.one.delete(leaseRef(here.namespace, here.name))
      await here.pass(100)
      const anew = held(await by(here, 'run-3'))
      const fences = [first.fence, second.fence, again.fence, anew.fence]
      expect(fences).toEqual(fences.toSorted((a, b) => a - b))
      expect(new Set(fences).size).toBe(4)
    })

    test('that is not renewed is free after its time and an allowance for other clocks; who lost it can neither renew nor release it', async () => {
      const here = stand()
      const zombie = held(await by(here, 'run-1', 2))
      expect(await by(here, 'run-2')).toEqual({ kind: 'taken', by: 'run-1', until: zombie.until() })
      await here.pass(2_000 + skew + 100)
      const heir = held(await by(here, 'run-2'))
      expect(heir.fence).toBeGreaterThan(zombie.fence)
      expect([await zombie.renew(), await zombie.release()]).toEqual([false, false])
      expect(await heir.renew()).toBe(true)
      expect(await by(here, 'run-3')).toMatchObject({ kind: 'taken', by: 'run-2' })
    })

    test('that is renewed stays', async () => {
      const here = stand()
      const mine = held(await by(here, 'run-1', 2))
      for (let round = 0; round < 5; round++) {
        await here.pass(1_500)
        expect(await mine.renew()).toBe(true)
      }
      expect(await by(here, 'run-2')).toMatchObject({ kind: 'taken', by: 'run-1' })
    })

    test('that was deleted is lost', async () => {
      const here = stand()
      const mine = held(await by(here, 'run-1'))
      await here.one.delete(leaseRef(here.namespace, here.name))
      expect(await mine.renew()).toBe(false)
    })
  })
}

export function otherHolders(stand: () => Stand): void {
  describe('the lease', () => {
    test('of a holder that lives is refused at its next renewal, without waiting for its end', async () => {
      const here = stand()
      const { other, clock, namespace, name } = here
      const mine = held(await by(here, 'run-1', 600))
      let answer: Acquired | undefined
      const waiting = awaitLease(other, clock, { namespace, service: name, holder: 'run-2', seconds: 30 }).then((acquired) => (answer = acquired))
      await here.until('the second one has its answer', async () => (await mine.renew()) && answer !== undefined)
      await waiting
      expect(answer).toMatchObject({ kind: 'taken', by: 'run-1' })
    })

    test('of a holder that is silent for its whole time is taken over, also when its clock runs an hour ahead', async () => {
      const here = stand()
      const { one, other, clock, namespace, name } = here
      const ahead = { ...clock, now: () => clock.now() + 3_600_000 }
      held(await acquireLease(one, ahead, { namespace, service: name, holder: 'run-1', seconds: 3 }))
      let answer: Acquired | undefined
      const waiting = awaitLease(other, clock, { namespace, service: name, holder: 'run-2', seconds: 30 }).then((acquired) => (answer = acquired))
      await here.until('it is taken over', async () => answer !== undefined)
      expect((await waiting).kind).toBe('held')
    })

    test('that may not be kept is an error with the rule that is missing', async () => {
      const here = stand()
      const { nobody, clock, namespace, name } = here
      await expect(acquireLease(nobody, clock, { namespace, service: name, holder: 'run-1', seconds: 30 })).rejects.toMatchObject({ reason: { code: 'FM-CUSTODY-FORBIDDEN', remedy: expect.stringContaining('leases.coordination.k8s.io') } })
    })

    test('of a service whose id is no name of Kubernetes has one all the same', async () => {
      const here = stand()
      const mine = held(await acquireLease(here.one, here.clock, { namespace: here.namespace, service: `${here.name}_cart.`, holder: 'run-1', seconds: 30 }))
      expect(await mine.renew()).toBe(true)
    })
  })
}
