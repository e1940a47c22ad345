/** The prefixes of one owner in order. A `!` line subtracts; the last match wins. */
export interface PrefixRule<T> {
  readonly owner: T
  readonly prefixes: readonly string[]
}

/** An owner whose prefixes a path falls under, and how many segments the deciding prefix has. */
export interface PrefixMatch<T> {
  readonly owner: T
  readonly depth: number
}

interface Line {
  readonly rule: number
  readonly order: number
  readonly adds: boolean
  /** The line that names the same place before this one. Most places have a single line, and a list for each is felt. */
  readonly before: Line | undefined
}

/** Somewhere that a rule names. */
interface Place<R> {
  last: Line | undefined
  /** What all paths whose last place this is have in common, worked out when the first does. */
  chosen: R | undefined
}

/**
 * Answers for a path which rules it falls under, in O(segments of the path), whatever the number of rules.
 * By segment: `src/a` covers the file of that name and all below, and not `src/ab`. `.` covers everything.
 * @param choose what is made of the matches; called once for each place that paths come to last
 */
export function prefixMap<T, R extends object>(rules: readonly PrefixRule<T>[], choose: (matches: readonly PrefixMatch<T>[]) => R): (path: string) => R {
  const places = new Map<string, Place<R>>()
  const everywhere: Place<R> = { last: undefined, chosen: undefined }
  for (const [rule, { prefixes }] of rules.entries()) {
    for (const [order, prefix] of prefixes.entries()) {
      const adds = !prefix.startsWith('!')
      const at = plain(adds ? prefix : prefix.slice(1))
      const known = at === '' ? everywhere : places.get(at)
      const last = { rule, order, adds, before: known?.last }
      if (known === undefined) places.set(at, { last, chosen: undefined })
      else known.last = last
    }
  }
  return (path) => {
    const way = [{ depth: 0, place: everywhere }]
    for (let end = path.indexOf('/'), depth = 1; ; end = path.indexOf('/', end + 1), depth++) {
      const place = places.get(end === -1 ? path : path.slice(0, end))
      if (place !== undefined) way.push({ depth, place })
      if (end === -1) break
    }
    const { place } = way.at(-1) as (typeof way)[number]
    place.chosen ??= choose(matchesOn(way, rules))
    return place.chosen
  }
}

/** Without empty segments and `.`, as paths of git are. */
function plain(prefix: string): string {
  return /(^|\/)\.?(\/|$)/.test(prefix) ? prefix.split('/').filter((segment) => segment !== '' && segment !== '.').join('/') : prefix
}

/** In the order in which they were given. */
function linesOf({ last }: Place<unknown>): readonly Line[] {
  const lines: Line[] = []
  for (let line = last; line !== undefined; line = line.before) lines.push(line)
  return lines.reverse()
}

function matchesOn<T, R>(way: readonly { readonly depth: number; readonly place: Place<R> }[], rules: readonly PrefixRule<T>[]): readonly PrefixMatch<T>[] {
  const deciding = new Map<number, Line & { readonly depth: number }>()
  for (const { depth, place } of way) {
    for (const line of linesOf(place)) {
      const before = deciding.get(line.rule)
      if (before === undefined || line.order >= before.order) deciding.set(line.rule, { ...line, depth })
    }
  }
  return [...deciding.values()].filter(({ adds }) => adds).map(({ rule, depth }) => ({ owner: (rules[rule] as PrefixRule<T>).owner, depth }))
}
