/** 40 (SHA-1) or 64 (SHA-256) lower-case hexadecimal digits. */
export type ObjectName = string

export type TreeMode = '000000' | '040000' | '100644' | '100755' | '120000' | '160000'

/** One path that differs between two trees. A rename is a deletion and an addition. */
export interface TreeChange {
  /** Segment by segment: a segment that is no UTF-8 is decoded as Latin-1, so that the folders above it keep their names. */
  readonly path: string
  readonly kind: 'added' | 'deleted' | 'modified' | 'type-changed'
  readonly before: { readonly mode: TreeMode; readonly object: ObjectName }
  readonly after: { readonly mode: TreeMode; readonly object: ObjectName }
}

export interface Commit {
  readonly id: ObjectName
  readonly parents: readonly ObjectName[]
}

/**
 * A repository, read only but for objects that it fetches by name.
 * No configuration is written, no reference moved, nothing checked out, and a full clone is never made shallow.
 */
export interface Git {
  /** Whether the working directory lies in a clone. Without one, what is obtained comes from the repository of the run. */
  readonly hasClone: boolean
  /** The commit that a name stands for, tags peeled, or undefined when this repository does not have it. Parents as written in the commit, also where history ends. Never fetches. */
  resolve(name: string): Promise<Commit | undefined>
  /** The commit that a full ref name (`refs/heads/main`) stands for in the remote now, tags peeled, or undefined when the remote has no such ref. Asks the remote. */
  tip(ref: string): Promise<ObjectName | undefined>
  /** Makes commits and their trees available, by object name, without history. True when all are there afterwards. */
  obtain(commits: readonly ObjectName[]): Promise<boolean>
  /** The best common ancestor, deepening a shallow history as far as needed; `unknown` when history ends before it is found. */
  mergeBase(a: ObjectName, b: ObjectName): Promise<ObjectName | 'none' | 'unknown'>
  /** Never fetches: `unknown` when a commit is missing or history ends too early. */
  isAncestor(ancestor: ObjectName, descendant: ObjectName): Promise<boolean | 'unknown'>
  /** The nearest tag by ancestry below a commit, or undefined. */
  previousTag(commit: ObjectName, pattern: string): Promise<{ readonly tag: string; readonly commit: ObjectName } | undefined>
  diff(base: ObjectName, head: ObjectName): Promise<readonly TreeChange[]>
  /** The content of a file in a commit, or undefined when there is none. */
  read(commit: ObjectName, path: string): Promise<Uint8Array | undefined>
  /** Paths of all files in a commit below a folder. */
  paths(commit: ObjectName, under?: string): Promise<readonly string[]>
}
