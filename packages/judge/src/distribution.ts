/** Probabilities of whole numbers: `mass[i]` is that of `from + i`. They sum to 1. */
export interface Distribution {
  readonly from: number
  readonly mass: readonly number[]
}

/** What is so much less likely than the likeliest number is left out: all of it together is far below what a double can tell from 1. */
const negligible = 1e-20

/** It is certain that it is this number. */
export function certainly(number: number): Distribution {
  return { from: number, mass: [1] }
}

/**
 * How many of `drawn` things, taken without putting back from `all` of which `marked` are marked, are marked: the hypergeometric distribution.
 * It is what chance alone makes of the failures of two groups when their sum is known (Fisher 1935).
 */
export function hypergeometric(all: number, marked: number, drawn: number): Distribution {
  const least = Math.max(0, drawn - (all - marked))
  const most = Math.min(drawn, marked)
  const mode = Math.min(most, Math.max(least, Math.floor(((drawn + 1) * (marked + 1)) / (all + 2))))
  return fromMode(mode, least, most, (x) => ((marked - x) * (drawn - x)) / ((x + 1) * (all - marked - drawn + x + 1)))
}

/** How many of `tries` succeed when each does with the same probability. */
export function binomial(tries: number, probability: number): Distribution {
  if (probability <= 0) return certainly(0)
  if (probability >= 1) return certainly(tries)
  const odds = probability / (1 - probability)
  const mode = Math.min(tries, Math.floor((tries + 1) * probability))
  return fromMode(mode, 0, tries, (x) => ((tries - x) / (x + 1)) * odds)
}

/**
 * Builds a distribution with one peak outwards from it, by the ratio of neighbours alone: no factorial is ever worked out, and no large number loses digits.
 * @param ratio of the probability of x + 1 to that of x
 */
function fromMode(mode: number, least: number, most: number, ratio: (x: number) => number): Distribution {
  const above: number[] = []
  for (let x = mode, weight = 1; x < most; x++) {
    weight *= ratio(x)
    if (weight < negligible) break
    above.push(weight)
  }
  const below: number[] = []
  for (let x = mode, weight = 1; x > least; x--) {
    weight /= ratio(x - 1)
    if (weight < negligible) break
    below.push(weight)
  }
  const weights = [...below.toReversed(), 1, ...above]
  const sum = weights.reduce((total, weight) => total + weight, 0)
  return { from: mode - below.length, mass: weights.map((weight) => weight / sum) }
}

/** The probability of `number` or more. */
export function atLeast({ from, mass }: Distribution, number: number): number {
  let sum = 0
  // The smallest first, so that they are not lost beside the large ones.
  for (let index = mass.length - 1; index >= Math.max(0, number - from); index--) sum += mass[index] as number
  return Math.min(1, sum)
}

/** The distribution of the sum of two independent numbers. The first may lack what an earlier look has taken away: then the sum lacks it too. */
export function plus(a: Distribution, b: Distribution): Distribution {
  const mass = Array.from({ length: a.mass.length + b.mass.length - 1 }, () => 0)
  // Written as loops: with much traffic this is where the time of a judgement goes.
  for (let i = 0; i < a.mass.length; i++) for (let j = 0; j < b.mass.length; j++) mass[i + j] = (mass[i + j] as number) + (a.mass[i] as number) * (b.mass[j] as number)
  return trimmed({ from: a.from + b.from, mass })
}

function trimmed({ from, mass }: Distribution): Distribution {
  const peak = Math.max(...mass)
  const first = mass.findIndex((one) => one >= peak * negligible)
  const last = mass.findLastIndex((one) => one >= peak * negligible)
  return first <= 0 && last === mass.length - 1 ? { from, mass } : { from: from + Math.max(0, first), mass: mass.slice(Math.max(0, first), last + 1) }
}
