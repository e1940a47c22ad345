import { byChance, type CanaryLook, watched } from './borders.ts'
import { checkCounts, type Counts, together } from './counts.ts'
import { atLeast, certainly, plus } from './distribution.ts'
import { detectableRate, powerAgainst } from './power.ts'
import { clopperPearson, type Interval } from './proportion.ts'
import { evenly, type Spending } from './spending.ts'

export interface CanaryQuestion {
  /** The probability that a canary which is no worse is called worse, over all looks together. */
  readonly level: number
  /** How much more the canary may fail, as a difference of rates, before it matters. */
  readonly matters: number
  /** With which probability a canary that is worse by what matters must have been found before it passes. */
  readonly power: number
  readonly spending: Spending
}

/** One wrong alarm in a hundred releases; what fails five requests more in a hundred is found by four of five. */
export const usualQuestion: CanaryQuestion = { level: 0.01, matters: 0.05, power: 0.8, spending: evenly }

/** What the counts say. Every number that led to it stands beside it. */
export interface CanaryJudgement {
  readonly verdict: 'pass' | 'fail' | 'inconclusive'
  /** Of all looks together. */
  readonly canary: Side
  readonly stable: Side
  /** How likely chance alone gives the canary so many of the failures, when nobody had looked before. */
  readonly pValue: number
  /** From so many failures of the canary on this look says `fail`. */
  readonly failsFrom: number
  /** How much of the level has been used. */
  readonly spent: number
  /** The smallest failure rate of the canary that so many requests would have shown, with the probability that was asked for. */
  readonly detectable: number | undefined
}

export interface Side extends Counts {
  /** 95 %, exact. */
  readonly interval: Interval
}

/**
 * Judges a canary against stable by what both have answered at the same time.
 *
 * When the canary is no worse, the failures between two looks fall on it by chance alone, as its part of the requests says:
 * a hypergeometric distribution, whatever the failure rate is and however it changes from look to look (Fisher 1935; stratified as by Mantel & Haenszel 1959).
 * The sum over the looks is held against a border that is worked out look by look, so that the probability of ever crossing it
 * stays below what the spending function allows by then (Lan & DeMets 1983; exactly for counts: Jennison & Turnbull, Group Sequential Methods, 2000, chapter 12).
 * No approximation enters, so few requests are no problem: they only show little, and then the answer is `inconclusive`, never `pass`.
 * It assumes that requests fail independently; one client that repeats a failing call a thousand times counts as a thousand.
 *
 * @param looks all looks so far, in order; a look without requests says nothing and harms nothing
 */
export function judgeCanary(looks: readonly CanaryLook[], question: CanaryQuestion = usualQuestion): CanaryJudgement {
  for (const { canary, stable } of looks) [canary, stable].forEach(checkCounts)
  const canary = together(looks.map((look) => look.canary))
  const stable = together(looks.map((look) => look.stable))
  const { crossed, failsFrom, spent } = watched(looks, question)
  const rate = stable.total === 0 ? 0 : stable.failed / stable.total
  const sight = { canary: canary.total, stable: stable.total, rate, level: question.spending(looks.at(-1)?.share ?? 0, question.level) }
  const sees = canary.total > 0 && stable.total > 0 && powerAgainst(sight, Math.min(1, rate + question.matters)) >= question.power
  return {
    verdict: crossed ? 'fail' : sees ? 'pass' : 'inconclusive',
    canary: { ...canary, interval: clopperPearson(canary) },
    stable: { ...stable, interval: clopperPearson(stable) },
    pValue: atLeast(looks.map(byChance).reduce(plus, certainly(0)), canary.failed),
    failsFrom,
    spent,
    detectable: stable.total === 0 ? undefined : detectableRate(sight, question.power),
  }
}
