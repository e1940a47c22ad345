import { createHash } from 'node:crypto'
import type { CommitFacts, FileFacts } from './answers/commit.ts'
import type { History } from './history.ts'
import type { ComparisonStory, FileStory, RepositoryStory } from './story.ts'

/** Answers from data. It knows the commits that the story names, and nothing of what is between them. */
export function toldHistory(story: RepositoryStory): History {
  const branches = Object.entries(story.branches ?? {}).map(([name, sha]) => ({ name, sha }))
  const files = new Map(Object.entries(story.files ?? {}).map(([key, content]) => [key, Buffer.from(content)]))
  const shas = new Set(named(story))

  function resolve(name: string): string | undefined {
    return branches.find((branch) => branch.name === name)?.sha ?? (shas.has(name) ? name : undefined)
  }
  async function commit(name: string): Promise<CommitFacts | undefined> {
    const sha = resolve(name)
    return sha === undefined ? undefined : toldCommit(sha)
  }

  return {
    commit,
    branches: async () => branches,
    async compare(base, head) {
      const told = (story.comparisons ?? []).find((each) => same(each, base, head) || (resolve(base) !== undefined && same(each, resolve(base), resolve(head))))
      if (told === undefined) return undefined
      if (told.mergeBase === 'none') return 'unrelated'
      const [baseCommit, headCommit] = [toldCommit(resolve(told.base) ?? told.base), toldCommit(resolve(told.head) ?? told.head)]
      const status = told.status ?? (told.mergeBase === baseCommit.sha ? 'ahead' : 'diverged')
      const aheadBy = status === 'ahead' || status === 'diverged' ? 1 : 0
      const behindBy = status === 'behind' || status === 'diverged' ? 1 : 0
      return { base: baseCommit, head: headCommit, mergeBase: toldCommit(told.mergeBase), aheadBy, behindBy, status, commits: aheadBy > 0 ? [headCommit] : [], files: told.files.map(fileFacts) }
    },
    changes: async () => [],
    async entry({ sha }, path) {
      const names = [sha, ...branches.filter((branch) => branch.sha === sha).map((branch) => branch.name)]
      const bytes = names.map((name) => files.get(`${name}:${path}`)).find((found) => found !== undefined)
      return bytes === undefined ? undefined : { type: 'file', path, sha: blobName(bytes), bytes }
    },
    blob: async (sha) => [...files.values()].find((bytes) => blobName(bytes) === sha),
  }
}

function same(told: ComparisonStory, base: string | undefined, head: string | undefined): boolean {
  return told.base === base && told.head === head
}

function named(story: RepositoryStory): readonly string[] {
  return [
    ...Object.values(story.branches ?? {}),
    ...Object.keys(story.files ?? {}).map((key) => key.slice(0, key.indexOf(':'))),
    ...(story.comparisons ?? []).flatMap(({ base, head, mergeBase }) => [base, head, mergeBase]),
    ...(story.pulls ?? []).flatMap(({ base, head }) => [base.sha, head.sha]),
    ...(story.runs ?? []).map((run) => run.sha),
    ...(story.deployments ?? []).map((deployment) => deployment.sha),
  ].filter((name) => /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(name))
}

const nobody = { name: 'Nobody', email: 'nobody@shop.example', date: '2026-01-01T00:00:00Z' }

function toldCommit(sha: string): CommitFacts {
  return { sha, tree: sha, parents: [], author: nobody, committer: nobody, message: 'A commit' }
}

export function fileFacts(file: FileStory): FileFacts {
  return { path: file.path, status: file.status ?? 'modified', sha: null, additions: 1, deletions: 0, ...(file.previousPath !== undefined && { previousPath: file.previousPath }) }
}

/** As git names a blob. */
function blobName(bytes: Uint8Array): string {
  return createHash('sha1').update(`blob ${bytes.byteLength}\0`).update(bytes).digest('hex')
}
