import { type FileFacts, diffEntry } from '../answers/commit.ts'
import { pullRequest } from '../answers/pull.ts'
import { notFound, ok } from '../reply.ts'
import { type Call, type Route, listed, paged } from '../route.ts'
import type { RepositoryState } from '../state.ts'
import type { PullStory } from '../story.ts'
import { fileFacts } from '../told-history.ts'

/** The list ends here, and nothing but `changed_files` tells. */
const listedFiles = 3_000

async function filesOf(repository: RepositoryState, pull: PullStory): Promise<readonly FileFacts[]> {
  if (pull.files !== undefined) return pull.files.map(fileFacts)
  const found = await repository.history.compare(pull.base.sha, pull.head.sha)
  if (found === undefined || found === 'unrelated') throw new Error(`The story of pull request ${pull.number} names no files, and its commits cannot be compared.`)
  return found.files
}

function pullOf(call: Call): PullStory | undefined {
  return call.repository.pulls.find((pull) => String(pull.number) === call.path['number'])
}

async function onePull(call: Call) {
  const pull = pullOf(call)
  if (pull === undefined) return notFound
  const changed = pull.changedFiles ?? (await filesOf(call.repository, pull)).length
  return ok(pullRequest(call.site, call.repository, pull, changed, call.now))
}

async function pullFiles(call: Call) {
  const pull = pullOf(call)
  if (pull === undefined) return notFound
  const files = await filesOf(call.repository, pull)
  return listed(call, files.slice(0, listedFiles), (file) => diffEntry(call.site, call.repository.name, pull.head.sha, file))
}

export const pullRoutes: readonly Route[] = [
  { method: 'GET', path: '/pulls/{number}', needs: ['pull_requests', 'read'], answer: onePull },
  { method: 'GET', path: '/pulls/{number}/files', needs: ['pull_requests', 'read'], paged, answer: pullFiles },
]
