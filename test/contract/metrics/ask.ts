/** An answer of the HTTP API, brought to a form in which two can be compared. Values are texts, as the API gives them. */
export type Told =
  | { readonly error: string; readonly status: number }
  | {
      readonly type: string
      readonly lines: readonly { readonly labels: Readonly<Record<string, string>>; readonly points: readonly (readonly [seconds: number, value: string])[] }[]
      readonly warnings?: readonly string[]
      readonly infos?: readonly string[]
    }

export type Question = { readonly expression: string } & ({ readonly at: number } | { readonly from: number; readonly to: number; readonly stepMs: number })

/** Unique, and short enough for the name of a test. */
export function keyOf(question: Question): string {
  return 'at' in question ? `${question.expression} @ ${question.at}` : `${question.expression} @ ${question.from}..${question.to}/${question.stepMs}`
}

interface Sampled {
  readonly metric: Readonly<Record<string, string>>
  readonly value?: readonly [number, string]
  readonly values?: readonly (readonly [number, string])[]
}

/** Asks the API itself, not through the adapter. */
export async function ask(url: string, question: Question): Promise<Told> {
  const form = 'at' in question ? { time: String(question.at / 1_000) } : { start: String(question.from / 1_000), end: String(question.to / 1_000), step: String(question.stepMs / 1_000) }
  const answer = await fetch(`${url}/api/v1/${'at' in question ? 'query' : 'query_range'}`, { method: 'POST', body: new URLSearchParams({ query: question.expression, ...form }) })
  const body = (await answer.json()) as { readonly status: string; readonly errorType?: string; readonly error?: string; readonly data: { readonly resultType: string; readonly result: unknown }; readonly warnings?: readonly string[]; readonly infos?: readonly string[] }
  if (body.status !== 'success') return { error: body.errorType ?? 'none', status: answer.status }
  const { resultType, result } = body.data
  const lines = resultType === 'scalar' || resultType === 'string'
    ? [{ labels: {}, points: [result as readonly [number, string]] }]
    : (result as readonly Sampled[]).map(({ metric, value, values }) => ({ labels: metric, points: values ?? (value === undefined ? [] : [value]) }))
  return { type: resultType, lines, ...(body.warnings && { warnings: body.warnings.toSorted() }), ...(body.infos && { infos: body.infos.toSorted() }) }
}

/** Relative difference up to which two values are the same. */
const tolerance = 1e-9

function same(a: string, b: string): boolean {
  if (a === b) return true
  const [x, y] = [Number(a), Number(b)]
  if (!Number.isFinite(x) || !Number.isFinite(y)) return false
  return Math.abs(x - y) <= tolerance * Math.max(Math.abs(x), Math.abs(y))
}

/** Where the order of an instant result is part of the answer. Of equal values, no order is promised. */
export function isOrdered({ expression, ...when }: Question): boolean {
  return 'at' in when && /^(sort|sort_desc|topk|bottomk)\b/.test(expression) && !/\bby\b/.test(expression)
}

function keyOfLabels(labels: Readonly<Record<string, string>>): string {
  return JSON.stringify(Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

/** What differs between two answers, or nothing. */
export function difference(told: Told, expected: Told, question: Question): string | undefined {
  if ('error' in told || 'error' in expected) return JSON.stringify(told) === JSON.stringify(expected) ? undefined : `${JSON.stringify(told).slice(0, 400)} instead of ${JSON.stringify(expected).slice(0, 400)}`
  if (told.type !== expected.type) return `a ${told.type} instead of a ${expected.type}`
  if (isOrdered(question) && told.lines.some(({ points }, index) => !same(points[0]?.[1] ?? '', expected.lines[index]?.points[0]?.[1] ?? ''))) return `the order ${JSON.stringify(told.lines)} instead of ${JSON.stringify(expected.lines)}`
  const order = (lines: typeof told.lines) => lines.toSorted((a, b) => (keyOfLabels(a.labels) < keyOfLabels(b.labels) ? -1 : 1))
  const [lines, wanted] = [order(told.lines), order(expected.lines)]
  if (JSON.stringify(lines.map(({ labels }) => keyOfLabels(labels))) !== JSON.stringify(wanted.map(({ labels }) => keyOfLabels(labels)))) return `the series ${JSON.stringify(lines.map(({ labels }) => labels))} instead of ${JSON.stringify(wanted.map(({ labels }) => labels))}`
  for (const [index, { labels, points }] of lines.entries()) {
    const other = wanted[index]?.points ?? []
    if (points.length !== other.length) return `${points.length} points instead of ${other.length} of ${JSON.stringify(labels)}: ${JSON.stringify(points).slice(0, 200)} instead of ${JSON.stringify(other).slice(0, 200)}`
    for (const [place, [at, value]] of points.entries()) {
      const [otherAt, otherValue] = other[place] as readonly [number, string]
      const text = told.type === 'string' ? value === otherValue : same(value, otherValue)
      if (Math.abs(at - otherAt) > 0.0005 || !text) return `${value} at ${at} instead of ${otherValue} at ${otherAt} of ${JSON.stringify(labels)}`
    }
  }
  // How many samples a note is about, the real one counts anew with each step that it adds.
  const notes = (answer: typeof told): string => JSON.stringify([answer.warnings ?? [], answer.infos ?? []]).replaceAll(/over \d+ samples/g, 'over some samples')
  return notes(told) === notes(expected) ? undefined : `the notes ${notes(told)} instead of ${notes(expected)}`
}
