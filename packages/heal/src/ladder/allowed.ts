import { ConfigurationError, didYouMean } from '@fermata/verdict'
import type { Labels } from '@fermata/ports'
import { ladder, type Rung } from './model.ts'

/** @throws ConfigurationError for words that are no action, and for none at all */
export function readAllowed(words: readonly string[]): readonly Rung[] {
  const unknown = words.filter((word) => !(ladder as readonly string[]).includes(word))
  const problems = unknown.map((word) => {
    const meant = didYouMean(word, ladder)
    return { says: `Input actions: ${JSON.stringify(word)} is no action.`, remedy: meant === undefined ? `Name some of ${ladder.join(', ')}.` : `Did you mean ${meant}?` }
  })
  if (words.length === 0) problems.push({ says: 'Input actions is empty, so nothing could ever be done.', remedy: `Name some of ${ladder.join(', ')}.` })
  if (problems.length > 0) throw new ConfigurationError(problems)
  return [...new Set(words as readonly Rung[])]
}

/**
 * The allowed actions in the order for one alert. A label `automation: auto-rollback` begins with that one if it is allowed; a label never
 * allows what the caller has not.
 */
export function orderFor(allowed: readonly Rung[], labels: Labels): readonly Rung[] {
  const wished = allowed.find((rung) => labels['automation'] === rung || labels['automation'] === `auto-${rung}`)
  return wished === undefined ? allowed : [wished, ...allowed.filter((rung) => rung !== wished)]
}
