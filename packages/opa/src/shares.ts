import type { PolicyAnswer, PolicyDefinition, PolicyNamespace, PolicyQuestion } from '@fermata/ports'

/** Inputs that are worth a thread of their own: a thread begins in about the time in which these are judged. */
const worthwhile = 200
const mostThreads = 4

/** How many threads a question is shared among. */
export function sharesOf(inputs: number, cores: number): number {
  return Math.max(1, Math.min(mostThreads, cores, Math.floor(inputs / worthwhile)))
}

/** The inputs in turn, like cards, so that folders of larger files do not all go to one. */
export function share(question: PolicyQuestion, count: number): readonly PolicyQuestion[] {
  return Array.from({ length: count }, (_, at) => ({ ...question, inputs: question.inputs.filter((__, index) => index % count === at) }))
}

/** One answer of those to the shares, as if one had been asked about all. */
export function together(answers: readonly PolicyAnswer[]): PolicyAnswer {
  const [first, ...others] = answers as readonly [PolicyAnswer, ...PolicyAnswer[]]
  if (others.length === 0) return first
  const results = answers.flatMap((answer, at) => answer.results.map((result) => ({ ...result, input: result.input * answers.length + at })))
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
