import type { CommitFacts, ComparisonFacts, FileFacts } from './answers/commit.ts'
import type { EntryFacts } from './answers/content.ts'

/** What GitHub knows of the commits of a repository. Undefined: there is no such thing. */
export interface History {
  /** By full or abbreviated name, branch or tag. */
  commit(name: string): Promise<CommitFacts | undefined>
  branches(): Promise<readonly { readonly name: string; readonly sha: string }[]>
  /** All of it; what an answer shows of it is the route's business. `unrelated`: no common ancestor. */
  compare(base: string, head: string): Promise<WholeComparison | 'unrelated' | undefined>
  /** What a commit changes against its first parent. */
  changes(commit: CommitFacts): Promise<readonly FileFacts[]>
  entry(commit: CommitFacts, path: string): Promise<EntryFacts | undefined>
  blob(sha: string): Promise<Uint8Array | undefined>
}

export type WholeComparison = Omit<ComparisonFacts, 'files'> & { readonly files: readonly FileFacts[] }
