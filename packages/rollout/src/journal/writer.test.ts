import { expect, test } from '@jest/globals'
import { buildGraph } from '@fermata/catalog'
import fc from 'fast-check'
import { beginRelease } from '../machine/advance.ts'
import { orderOf } from '../machine/order.ts'
import type { ReleaseState } from '../machine/state.ts'
import type { JournalHead } from './entry.ts'
import { journalScribe } from './writer.ts'

const begun = beginRelease(orderOf(buildGraph([{ id: 'cart', dependencies: [] }]), new Map([['cart', { id: 'cart', changes: true, creates: false, timeout: 1, soak: 0 }]]), { parallelism: 1, onFailure: 'rollback' }))
const head: JournalHead = { release: 'r1', planHash: 'h', intent: 'i', request: { services: undefined, images: undefined, strategy: 'catalog', timeout: undefined, 'field-conflicts': 'fail', parallelism: 1, 'on-failure': 'rollback', 'on-inconclusive': 'fail', 'prometheus-url': undefined }, environment: undefined, startedAt: 0, by: { repository: undefined, run: undefined, actor: undefined, sha: undefined }, dependencies: () => [] }

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await undefined
}

test('writes one version after the other, whenever it is asked, and what was asked for is kept when it says so', async () => {
  await fc.assert(fc.asyncProperty(fc.array(fc.nat({ max: 12 }), { minLength: 1, maxLength: 20 }), fc.nat({ max: 6 }), fc.boolean(), async (pauses, takes, fails) => {
    let underWay = 0
    let saves = 0
    let kept = 0
    const store = {
      save: async ({ entry }: { readonly entry: { readonly updatedAt: string } }): Promise<void> => {
        underWay += 1
        saves += 1
        expect(underWay).toBe(1)
        const [holds, mishap] = [Date.parse(entry.updatedAt), fails && saves % 3 === 0]
        await turns(takes)
        underWay -= 1
        if (mishap) throw new Error('not this time')
        kept = holds
      },
    }
    let now = 0
    const scribe = journalScribe(head, begun, new Map(), store, { now: () => now, sleep: () => Promise.reject(new Error('Nobody sleeps.')) })
    const asked: Promise<unknown>[] = []
    for (const pause of pauses) {
      await turns(pause)
      now += 1
      const wanted = now
      asked.push(scribe.note({ ...begun } satisfies ReleaseState).then(() => expect(kept).toBeGreaterThanOrEqual(wanted), (error: unknown) => expect(fails).toBe(error instanceof Error)))
    }
    await Promise.all(asked)
  }), { numRuns: 300 })
})
