import { now, type Story } from '../metrics/samples.ts'

const second = 1_000
const minute = 60 * second
const day = 1_440 * minute

/** What a label may be where an expression does not say which. `le` only of buckets. */
const usual: Readonly<Record<string, readonly string[]>> = { job: ['shop'], code: ['200', '500'], service: ['cart'], pod: ['web-1', 'web-2'] }
const bounds = ['0.1', '0.5', '1.0', '+Inf']

/** Counters and histograms for every selector of these expressions: a day in minutes, and the last of it in seconds, with a restart. */
export function samplesFor(expressions: readonly string[]): readonly Story[] {
  const known = new Map<string, Story>()
  for (const expression of expressions) for (const [, name = '', conditions = ''] of expression.matchAll(/\b([a-z_:]+_(?:total|bucket|count|sum))\b(?:\{([^}]*)\})?/g)) {
    const said = Object.fromEntries([...conditions.matchAll(/([a-z_]+)\s*=\s*"([^"]*)"/g)].map(([, label = '', value = '']) => [label, [value]]))
    for (const labels of product({ ...usual, ...(name.endsWith('_bucket') && { le: bounds }), ...said })) {
      known.set(`${name}${JSON.stringify(labels)}`, { name, labels, samples: counted(known.size, name.endsWith('_bucket') ? bounds.indexOf(labels['le'] ?? '') + 1 : 1) })
    }
  }
  return [...known.values()]
}

function product(choices: Readonly<Record<string, readonly string[]>>): readonly Readonly<Record<string, string>>[] {
  return Object.entries(choices).reduce<readonly Readonly<Record<string, string>>[]>((sets, [label, values]) => sets.flatMap((set) => values.map((value) => ({ ...set, [label]: value }))), [{}])
}

/** A process that began anew three hours ago, each one a little later after the minute than the one before. */
function counted(index: number, rank: number): Story['samples'] {
  const times = [...Array.from({ length: 1_560 }, (_, step) => now - day - 2 * 60 * minute + step * minute).filter((at) => at < now - 5 * minute), ...Array.from({ length: 300 }, (_, step) => now - 5 * minute + step * second)]
  let sum = 0
  return times.map((at, step) => {
    sum = at === now - 180 * minute ? 0 : sum + rank * (3 + ((step * 7 + index) % 5))
    return { at: at + 37 + (index % 11), value: sum }
  })
}
