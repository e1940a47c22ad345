import type { SloEntry } from '@fermata/catalog'
import type { Clock, Metrics } from '@fermata/ports'
import { checkBudget } from '@fermata/slo'
import { byPrometheus } from '../../../packages/heal/src/alert/live.ts'
import { now, type Story } from '../metrics/samples.ts'
import { objective, forms } from '../slo/contract.ts'
import { stories } from '../slo/stories.ts'
import { type Written, writtenExpressions } from './written.ts'

const clock: Clock = { now: () => now, sleep: () => Promise.reject(new Error('Nothing here is to be repeated.')) }

/** A part of Fermata that asks a Prometheus in its own words. */
export interface Asker {
  readonly name: string
  /** The files that write expressions or send them. */
  readonly files: readonly string[]
  /** Makes it ask everything it may ask. */
  readonly asks: (metrics: Metrics) => Promise<void>
}

const alerts = [{ name: 'HighErrorRate', service: 'cart' }, { name: 'Odd "name" \\ with ä', service: 'a"b\\c' }] as const

/** What Prometheus itself records of alerts that fire. */
export const firing: readonly Story[] = alerts.flatMap(({ name, service }) => {
  const recorded = (metric: string, value: number, more: Story['labels'] = {}): Story => ({ name: metric, labels: { alertname: name, service, severity: 'page', ...more }, samples: [60, 45, 30, 15, 0].map((ago) => ({ at: now - ago * 1_000, value })) })
  return [recorded('ALERTS', 1, { alertstate: 'firing' }), recorded('ALERTS_FOR_STATE', now / 1_000 - 300)]
})

/** Who asks. A file that asks and is not here fails a test. */
export const askers: readonly Asker[] = [
  {
    name: 'budgets and burn rates, of every story, and in every form',
    files: ['packages/slo/src/expressions.ts', 'packages/slo/src/gather.ts'],
    asks: async (metrics) => {
      for (const story of stories) await budget(objective(story, forms[0]), metrics)
      for (const form of forms.slice(1)) for (const story of stories.filter(({ window }) => window <= 604_800_000)) await budget(objective(story, form), metrics)
    },
  },
  {
    name: 'whether an alert still fires',
    files: ['packages/heal/src/alert/live.ts'],
    asks: async (metrics) => {
      const { firing: ask } = byPrometheus(metrics, clock)
      for (const { name, service } of alerts) {
        await ask(name, { label: 'service', service })
        await ask(name)
      }
    },
  },
  {
    name: 'whether anybody answers',
    files: ['packages/doctor/src/examine.ts'],
    asks: async (metrics) => {
      await metrics.query('vector(1)', now)
    },
  },
  {
    name: 'what files of this repository write',
    // Fills pods and windows into what the catalog says, and adds nothing of its own.
    files: ['packages/rollout/src/hands/look.ts'],
    asks: async (metrics) => {
      const different = new Map(writtenExpressions().map((written) => [written.expression, written]))
      for (const written of different.values()) {
        await metrics.query(written.expression, now)
        if (written.as === 'sli') await budget(entryOf(written), metrics)
      }
    },
  },
]

/** Files that speak of expressions to people, and send none. */
export const speakers: readonly string[] = ['packages/slo/src/codes.ts', 'packages/slo/src/promql/count.ts', 'packages/slo/src/promql/indicator.ts']

async function budget(entry: SloEntry, metrics: Metrics): Promise<void> {
  await checkBudget({ objectives: [entry], as: 'feature' }, { metrics, clock, signal: new AbortController().signal })
}

/** Of a quantile the target is a limit in seconds: half a second is a bound of the buckets here. */
function entryOf({ expression, place }: Written): SloEntry {
  return { id: 'written', sli: expression, target: expression.startsWith('histogram_quantile') ? 0.5 : 0.99, window: 86_400_000, where: { kind: 'file', file: place, line: 1 } }
}
