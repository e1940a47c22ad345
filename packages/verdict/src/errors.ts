import type { Location, Reason, ReasonCode } from './reason.ts'
import { locationText } from './reason.ts'

/** One thing that the caller must change. */
export interface Problem {
  /** Where the problem has a page in the reference. */
  readonly code?: ReasonCode
  /** What is wrong, naming the thing. */
  readonly says: string
  /** What to write instead. */
  readonly remedy?: string
  readonly where?: Location
}

/** The caller must act: inputs, flags, files of the repository. Carries every problem at once. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError'
  readonly problems: readonly Problem[]
  constructor(problems: readonly Problem[], options?: ErrorOptions) {
    super(problems.map(problemText).join('\n'), options)
    this.problems = problems
  }
}

/** The world did not answer, or refused: cluster, network, permission. The reason says which verb on what. */
export class EnvironmentError extends Error {
  override readonly name: string = 'EnvironmentError'
  readonly reason: Reason
  constructor(reason: Reason, options?: ErrorOptions) {
    super(reason.remedy === undefined ? reason.message : `${reason.message} ${reason.remedy}`, options)
    this.reason = reason
  }
}

/** Somebody asked us to stop. What was undone and what was left is in the message. */
export class Cancelled extends Error {
  override readonly name = 'Cancelled'
}

function problemText(problem: Problem): string {
  const where = problem.where === undefined ? '' : `${locationText(problem.where)}: `
  return `${where}${problem.says}${problem.remedy === undefined ? '' : ` ${problem.remedy}`}`
}

/**
 * The known word that was probably meant, or nothing when none is near.
 * Distance: optimal string alignment (Damerau-Levenshtein without repeated edits), at most a third of the word's length.
 */
export function didYouMean(word: string, known: readonly string[]): string | undefined {
  const limit = Math.max(1, Math.floor(word.length / 3))
  let best: { readonly word: string; readonly distance: number } | undefined
  for (const candidate of known) {
    if (Math.abs(candidate.length - word.length) > limit) continue
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase())
    if (distance <= limit && (best === undefined || distance < best.distance)) best = { word: candidate, distance }
  }
  return best?.word
}

function editDistance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)]
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    const above = rows[i - 1] as number[]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      let cost = Math.min((above[j] as number) + 1, (row[j - 1] as number) + 1, (above[j - 1] as number) + (same ? 0 : 1))
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) cost = Math.min(cost, (rows[i - 2]?.[j - 2] as number) + 1)
      row.push(cost)
    }
    rows.push(row)
  }
  return rows[a.length]?.[b.length] as number
}
