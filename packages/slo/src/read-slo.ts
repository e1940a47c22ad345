import type { SloEntry } from '@fermata/catalog'
import { ConfigurationError, type Problem } from '@fermata/verdict'
import type { Slo } from './model.ts'
import { isRefused } from './promql/refused.ts'

/** The windows that a budget may have: at least the longest short window, so that burn rates mean something; at most two years. */
const limits = { shortest: 3_600_000, longest: 730 * 86_400_000 } as const

/**
 * Gives objectives their meaning.
 * @throws ConfigurationError with everything that is not understood, each at its place
 */
export async function readSlos(entries: Iterable<SloEntry>): Promise<readonly Slo[]> {
  // The grammar costs a millisecond or two that only this needs.
  const { readIndicator } = await import('./promql/indicator.ts')
  const readings = [...entries].map((entry) => readSlo(entry, readIndicator))
  const problems = readings.flatMap((reading) => ('slo' in reading ? [] : [reading.problem]))
  if (problems.length > 0) throw new ConfigurationError(problems)
  return readings.flatMap((reading) => ('slo' in reading ? [reading.slo] : []))
}

type ReadIndicator = typeof import('./promql/indicator.ts').readIndicator

function readSlo({ id, sli, target, window, where }: SloEntry, readIndicator: ReadIndicator): { readonly slo: Slo } | { readonly problem: Problem } {
  const problem = (says: string, remedy: string) => ({ problem: { code: 'FM-SLO-EXPRESSION' as const, says: `SLO ${id}: ${says}`, remedy, where } })
  if (window < limits.shortest || window > limits.longest) return problem('a budget has a window of one hour to two years.', 'Write error_budget_window: 30d.')
  const reading = readIndicator(sli, target)
  return isRefused(reading) ? problem(reading.refused, reading.remedy) : { slo: { id, window, where, ...reading } }
}
