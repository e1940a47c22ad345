/** A lockfile as a graph: what each workspace resolves to, directly and through others. */
export interface LockGraph {
  /** Nodes that are workspaces, by folder; the root of the repository is the empty name. */
  readonly workspaces: ReadonlyMap<string, string>
  readonly nodes: ReadonlyMap<string, LockNode>
}

export interface LockNode {
  /** What it is, to the last digit: name, version, checksum. For a workspace its folder. */
  readonly label: string
  /** For people: `lodash 4.17.21`. */
  readonly shown: string
  /** Keys of the nodes that it resolves to. */
  readonly needs: readonly string[]
}

/** A workspace whose dependencies resolve to something else than before, with one of the things that differ. */
export interface ChangedWorkspace {
  readonly folder: string
  readonly because: string
}

/**
 * The workspaces that resolve differently in two lockfiles. Compared is all that a workspace reaches, as a set of
 * "what needs what"; where a package manager puts the same package (hoisting) makes no difference.
 * A workspace that is in one of them only is changed.
 */
export function changedWorkspaces(before: LockGraph, after: LockGraph): readonly ChangedWorkspace[] {
  const reachBefore = reach(before)
  const reachAfter = reach(after)
  const folders = new Set([...before.workspaces.keys(), ...after.workspaces.keys()])
  return [...folders].flatMap((folder): readonly ChangedWorkspace[] => {
    const was = reachBefore(folder)
    const is = reachAfter(folder)
    if (was === undefined || is === undefined) return [{ folder, because: was === undefined ? 'it is new in the lockfile' : 'it is gone from the lockfile' }]
    const because = difference(was, is)
    return because === undefined ? [] : [{ folder, because }]
  })
}

type Reach = ReadonlyMap<string, string>

/** For a workspace: every "what needs what" below it, with the name of what is needed. */
function reach(graph: LockGraph): (folder: string) => Reach | undefined {
  return (folder) => {
    const start = graph.workspaces.get(folder)
    if (start === undefined) return undefined
    const edges = new Map<string, string>()
    const seen = new Set([start])
    for (const key of seen) {
      const from = graph.nodes.get(key) as LockNode
      for (const need of from.needs) {
        const to = graph.nodes.get(need) as LockNode
        edges.set(`${from.label}\0${to.label}`, to.shown)
        seen.add(need)
      }
    }
    return edges
  }
}

function difference(before: Reach, after: Reach): string | undefined {
  const added = [...after].find(([edge]) => !before.has(edge))?.[1]
  const gone = [...before].find(([edge]) => !after.has(edge))?.[1]
  if (added === undefined) return gone === undefined ? undefined : `without ${gone}`
  return gone === undefined || gone === added ? added : `${gone} became ${added}`
}
