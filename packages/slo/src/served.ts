import type { SloEntry } from '@fermata/catalog'
import type { Clock, Instant, Metrics } from '@fermata/ports'
import type { Evidence } from '@fermata/verdict'
import { isChance } from './burn.ts'
import { type Counted, countIn } from './count.ts'
import { countersOf } from './counters.ts'
import { answersIn } from './evidence.ts'
import { gather } from './gather.ts'
import { allowedShare, type Slo, type SloId } from './model.ts'
import type { Look } from './questions.ts'
import { readSlos } from './read-slo.ts'
import { isTrouble } from './trouble.ts'
import { pairs } from './windows.ts'

/** How an objective was kept in a short time. `burning`: so fast that somebody would be paged, if it went on. */
export type Served = { readonly slo: SloId; readonly is: 'kept' | 'burning'; readonly counted: Counted } | { readonly slo: SloId; readonly is: 'unknown'; readonly says: string }

/**
 * How objectives were kept since an instant. The windows of alerts remember an outage for minutes after its end; who has just repaired
 * something asks what came after. Without a request in that time nothing is known.
 * @throws ConfigurationError for objectives that are not understood; the signal's reason when the run is stopped
 */
export async function servedSince(objectives: readonly SloEntry[], since: Instant, { metrics, clock, signal }: { readonly metrics: Metrics; readonly clock: Clock; readonly signal: AbortSignal }): Promise<{ readonly served: readonly Served[]; readonly evidence: readonly Evidence[] }> {
  const slos = await readSlos(objectives)
  const at = Math.floor(clock.now() / 1_000) * 1_000
  const window = Math.max(1_000, Math.ceil((at - since) / 1_000) * 1_000)
  const judge = (look: Look) => slos.map((slo) => servedIn(slo, window, at, look))
  const gathered = await gather(metrics, judge, signal)
  return { served: judge(gathered.look), evidence: answersIn(gathered, at, 'served-') }
}

function servedIn(slo: Slo, window: number, at: Instant, look: Look): Served {
  const sides = countersOf({ ...slo, window }, at, look)
  if (isTrouble(sides)) return { slo: slo.id, is: 'unknown', says: sides.says }
  const counted = countIn(window, { sides, window, at, boundaries: [at - window, at], look })
  if (isTrouble(counted)) return { slo: slo.id, is: 'unknown', says: counted.says }
  if (counted.all === 0) return { slo: slo.id, is: 'unknown', says: 'No request was counted.' }
  const limit = pagedShare(slo)
  return { slo: slo.id, is: counted.bad / counted.all > limit && !isChance(counted, limit) ? 'burning' : 'kept', counted }
}

/** The bad share from which somebody is paged: by the fastest pair whose limit can be reached at all. */
function pagedShare(slo: Slo): number {
  const allowed = allowedShare(slo)
  return pairs.map(({ factor }) => factor * allowed).find((limit) => limit < 1) ?? allowed
}
