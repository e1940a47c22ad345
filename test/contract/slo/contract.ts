import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { SloEntry } from '@fermata/catalog'
import type { Clock } from '@fermata/ports'
import { createMetrics } from '@fermata/prometheus'
import { type BudgetCheck, burnIn, checkBudget, pairs } from '@fermata/slo'
import { now } from '../metrics/samples.ts'
import type { Side } from '../metrics/side.ts'
import { added, type SloStory, stories } from './stories.ts'

const clock: Clock = { now: () => now, sleep: () => Promise.reject(new Error('Nothing of this contract is to be repeated.')) }

/** Budgets and burn rates are what a person would add up by hand from the samples, within this. */
const exact = 1e-9

export function sloContract(side: Side): void {
  describe(`budgets: ${side.name}`, () => {
    let running: { readonly url: string; stop(): Promise<void> } | undefined
    beforeAll(async () => {
      running = await side.start(stories.flatMap(({ series }) => series))
    }, 120_000)
    afterAll(async () => running?.stop())
    const check = (story: SloStory, form: Form) => checkBudget({ objectives: [objective(story, form)], as: 'feature' }, { metrics: createMetrics({ url: running?.url ?? '', clock }), clock, signal: new AbortController().signal })

    describe.each(stories.map((story) => [story.name, story] as const))('%s', (_, story) => {
      test.each(forms)('the budget, every burn rate and the verdict, from %s', async (form) => {
        const checked = await check(story, form)
        const [state] = checked.states
        if (state?.budget === undefined) throw new Error(`The budget is not known: ${checked.reasons.map(({ message }) => message).join(' ')}`)
        const allowed = 1 - story.target
        const byHand = (window: number): number => {
          const bad = story.series.filter(({ labels }) => labels['code'] === '500')
          return added(bad, now - window, now) / added(story.series, now - window, now) / allowed
        }
        expect(Math.abs(state.budget.remaining - (1 - byHand(story.window)))).toBeLessThan(exact)
        for (const window of new Set(pairs.flatMap(({ long, short }) => [long, short]).filter((one) => one <= story.window))) {
          expect([window, Math.abs((burnIn(window, state.measurement)?.rate ?? Number.NaN) - byHand(window)) < exact]).toEqual([window, true])
        }
        expect([checked.verdict, speaking(checked)]).toEqual(story.verdict)
      }, 60_000)
    })
  })
}

/** The same objective, written in the three ways that a ratio has. */
export const forms = ['good / all', '1 - bad / all', 'bad / all'] as const
export type Form = (typeof forms)[number]

export function objective({ series, target, window }: SloStory, form: Form): SloEntry {
  const name = series[0]?.name ?? ''
  const where = { kind: 'file', file: 'fermata.yaml', line: 1 } as const
  const [good, bad, all] = [`sum(rate(${name}{code!~"5.."}[5m]))`, `rate(${name}{code=~"5.."}[5m])`, `rate(${name}[5m])`]
  switch (form) {
    case 'good / all':
      return { id: 'availability', sli: `${good} / sum(${all})`, target, window, where }
    case '1 - bad / all':
      return { id: 'availability', sli: `1 - (sum(${bad}) / sum(${all}))`, target, window, where }
    case 'bad / all':
      return { id: 'availability', sli: `${bad} / ${all}`, target: 1 - target, window, where }
  }
}

function speaking({ reasons }: BudgetCheck): readonly string[] {
  return [...new Set(reasons.filter(({ severity }) => severity !== 'note').map(({ code }) => code))].toSorted()
}
