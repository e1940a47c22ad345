import type { Instant } from '@fermata/ports'
import type { Sample } from './sample.ts'

/**
 * How users fared since a reference instant: the effect of a fault of a moment, or the end of one that lasted.
 * Milliseconds from the reference. The truth lies between the last request that failed and the first that did not.
 */
export type Recovery =
  /** No sample was bad, of enough. */
  | { readonly is: 'unharmed' }
  | { readonly is: 'recovered'; readonly lastBad: number; readonly firstGood: number; /** Bad samples after the recovery. */ readonly relapses: number }
  /** Bad, and never so many good ones in a row. */
  | { readonly is: 'down'; readonly atLeast: number }
  /** Fewer samples than a recovery takes. */
  | { readonly is: 'unknown'; readonly samples: number }

/**
 * @param after the samples that count, in the order of their starts
 * @param consecutive so many good ones in a row are a recovery
 */
export function recoveryOf(after: readonly Sample[], since: Instant, consecutive: number): Recovery {
  const firstBad = after.findIndex(({ good }) => !good)
  const last = after.at(-1)
  if (last === undefined || after.length < consecutive) return { is: 'unknown', samples: after.length }
  if (firstBad === -1) return { is: 'unharmed' }
  const up = firstGoodRun(after, firstBad, consecutive)
  if (up === undefined) return { is: 'down', atLeast: Math.max(0, last.at - since) }
  const later = after.slice(up)
  if (!later.slice(-consecutive).every(({ good }) => good)) return { is: 'down', atLeast: Math.max(0, last.at - since) }
  const lastBad = (after[up - 1] as Sample).at
  return { is: 'recovered', lastBad: Math.max(0, lastBad - since), firstGood: Math.max(0, (after[up] as Sample).at - since), relapses: later.filter(({ good }) => !good).length }
}

/** Samples that were under way at an instant, and all later ones: a fault also hits what was asked just before it. */
export function underWaySince(samples: readonly Sample[], since: Instant): readonly Sample[] {
  return samples.filter(({ at, ms }) => at + ms >= since)
}

/** Samples that were started at an instant or later: what was asked during a fault tells nothing of the time after it. */
export function startedSince(samples: readonly Sample[], since: Instant): readonly Sample[] {
  return samples.filter(({ at }) => at >= since)
}

/** The index of the first sample after `from` that begins so many good ones. */
function firstGoodRun(samples: readonly Sample[], from: number, consecutive: number): number | undefined {
  let run = 0
  for (let index = from; index < samples.length; index++) {
    run = (samples[index] as Sample).good ? run + 1 : 0
    if (run === consecutive) return index - consecutive + 1
  }
  return undefined
}

/** Whether an allowed time was kept, when only an interval is known. */
export function keptWithin(recovery: Recovery, limitMs: number): 'kept' | 'missed' | 'close' | 'unknown' {
  switch (recovery.is) {
    case 'unharmed':
      return 'kept'
    case 'recovered':
      return recovery.firstGood <= limitMs ? 'kept' : recovery.lastBad > limitMs ? 'missed' : 'close'
    case 'down':
      return recovery.atLeast > limitMs ? 'missed' : 'unknown'
    case 'unknown':
      return 'unknown'
  }
}
