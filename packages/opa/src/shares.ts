import type { PolicyAnswer, PolicyDefinition, PolicyNamespace, PolicyQuestion } from '@fermata/ports'

/** Inputs that are worth a thread of their own: a thread begins in about the time in which these are judged. */
const worthwhile = 200
const mostThreads = 4

/** How many threads a question is shared among. */
export function sharesOf(inputs: number, cores: number): number {
  return Math.max(1, Math.min(mostThreads, cores, Math.floor(inputs / worthwhile)))
}

/** A part of a question, and where its inputs stand in the whole. */
export interface Share {
  readonly question: PolicyQuestion
  readonly places: readonly number[]
}

/** The golden ratio: however regularly the large inputs come, its multiples spread them evenly. */
const golden = (Math.sqrt(5) - 1) / 2

export function share(question: PolicyQuestion, count: number): readonly Share[] {
  const places = Array.from({ length: count }, (): number[] => [])
  for (let place = 0; place < question.inputs.length; place++) places[Math.floor(((place * golden) % 1) * count)]?.push(place)
  return places.map((held) => ({ places: held, question: { ...question, inputs: held.map((place) => question.inputs[place] as PolicyQuestion['inputs'][number]) } }))
}

/** One answer of those to the shares, as if one had been asked about all. */
export function together(answers: readonly PolicyAnswer[], shares: readonly Share[]): PolicyAnswer {
  const [first, ...others] = answers as readonly [PolicyAnswer, ...PolicyAnswer[]]
  if (others.length === 0) return first
  const results = answers.flatMap((answer, at) => answer.results.map((result) => ({ ...result, input: shares[at]?.places[result.input] as number })))
  return {
    ...first,
    namespaces: first.namespaces.map((space, at) => reachedTogether(space, others.map(({ namespaces }) => namespaces[at] as PolicyNamespace))),
    results: results.toSorted((a, b) => a.input - b.input),
    prints: answers.flatMap(({ prints }) => prints),
    timedOut: answers.some(({ timedOut }) => timedOut),
  }
}

function reachedTogether(space: PolicyNamespace, others: readonly PolicyNamespace[]): PolicyNamespace {
  return {
    ...space,
    rules: space.rules.map((rule, at) => ({
      ...rule,
      definitions: rule.definitions.map((definition, index) => ({ ...definition, reached: reachedBy([definition, ...others.map(({ rules }) => rules[at]?.definitions[index] as PolicyDefinition)]) })),
    })),
  }
}

/** A definition is unreached only where every share knows so. */
function reachedBy(definitions: readonly PolicyDefinition[]): PolicyDefinition['reached'] {
  if (definitions.some(({ reached }) => reached === 'yes')) return 'yes'
  return definitions.every(({ reached }) => reached === 'no') ? 'no' : 'unknown'
}
