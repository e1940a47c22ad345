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
}

interface Node<R> {
  /** Made when something lies below: most nodes are leaves. */
  below: Map<string, Node<R>> | undefined
  lines: Line[] | undefined
  /** What all paths that end their way here have in common, worked out when the first does. */
  chosen: R | undefined
}

/**
 * Answers for a path which rules it falls under, in O(segments of the path), whatever the number of rules.
 * A trie by segment: `src/a` covers the file of that name and all below, and not `src/ab`. `.` covers everything.
 * @param choose what is made of the matches; called once for each place in the trie that paths end at
 */
export function prefixMap<T, R extends object>(rules: readonly PrefixRule<T>[], choose: (matches: readonly PrefixMatch<T>[]) => R): (path: string) => R {
  const root = node<R>()
  for (const [rule, { prefixes }] of rules.entries()) {
    for (const [order, line] of prefixes.entries()) {
      const adds = !line.startsWith('!')
      const at = place(root, adds ? line : line.slice(1))
      const entry = { rule, order, adds }
      if (at.lines === undefined) at.lines = [entry]
      else at.lines.push(entry)
    }
  }
  return (path) => {
    const way = wayTo(root, path)
    const last = way.at(-1) as Node<R>
    last.chosen ??= choose(matchesOn(way, rules))
    return last.chosen
  }
}

function node<R>(): Node<R> {
  return { below: undefined, lines: undefined, chosen: undefined }
}

function place<R>(root: Node<R>, prefix: string): Node<R> {
  let at = root
  for (const segment of prefix.split('/')) {
    if (segment === '' || segment === '.') continue
    at.below ??= new Map()
    let next = at.below.get(segment)
    if (next === undefined) at.below.set(segment, (next = node()))
    at = next
  }
  return at
}

/** The nodes from the root as far as the path goes along. */
function wayTo<R>(root: Node<R>, path: string): readonly Node<R>[] {
  const way = [root]
  let at = root
  for (let start = 0, end = path.indexOf('/'); ; start = end + 1, end = path.indexOf('/', start)) {
    const next = at.below?.get(end === -1 ? path.slice(start) : path.slice(start, end))
    if (next === undefined) return way
    way.push(next)
    if (end === -1) return way
    at = next
  }
}

function matchesOn<T, R>(way: readonly Node<R>[], rules: readonly PrefixRule<T>[]): readonly PrefixMatch<T>[] {
  const deciding = new Map<number, Line & { readonly depth: number }>()
  for (const [depth, { lines }] of way.entries()) {
    for (const line of lines ?? []) {
      const before = deciding.get(line.rule)
      if (before === undefined || line.order >= before.order) deciding.set(line.rule, { ...line, depth })
    }
  }
  return [...deciding.values()].filter(({ adds }) => adds).map(({ rule, depth }) => ({ owner: (rules[rule] as PrefixRule<T>).owner, depth }))
}
