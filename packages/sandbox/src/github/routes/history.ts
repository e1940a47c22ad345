import { blob, content } from '../answers/content.ts'
import { branch, commit, comparison, diffEntry } from '../answers/commit.ts'
import { fullRepository } from '../answers/repository.ts'
import { linkHeader, slice } from '../paging.ts'
import { notFound, notHere, ok, problem } from '../reply.ts'
import { type Call, type Route, listed, paged } from '../route.ts'

/** At most so many files, on the first page only, and no sign that there are more. */
const comparedFiles = 300
const commitFiles = { usual: 300, most: 300 } as const
const commitFilesInAll = 3_000

async function compare(call: Call) {
  const basehead = call.path['basehead'] ?? ''
  const dots = basehead.indexOf('...')
  if (dots < 0) return notFound
  const [base, head] = [basehead.slice(0, dots), basehead.slice(dots + 3)]
  if (base.includes(':') || head.includes(':')) return notHere('comparing across forks')
  const found = await call.repository.history.compare(base, head)
  if (found === undefined) return notFound
  if (found === 'unrelated') return problem(404, `No common ancestor between ${base} and ${head}.`)
  const files = call.page.number === 1 ? found.files.slice(0, comparedFiles) : undefined
  return ok(comparison(call.site, call.repository.name, basehead, { ...found, commits: slice(found.commits, call.page), files }), linkHeader(call.url, call.page, found.commits.length))
}

async function oneCommit(call: Call) {
  const name = call.path['ref'] ?? ''
  const facts = await call.repository.history.commit(name)
  if (facts === undefined) return problem(422, `No commit found for SHA: ${name}`)
  const files = (await call.repository.history.changes(facts)).slice(0, commitFilesInAll)
  const shown = slice(files, call.page)
  return ok({ ...commit(call.site, call.repository.name, facts), files: shown.map((file) => diffEntry(call.site, call.repository.name, facts.sha, file)) }, linkHeader(call.url, call.page, files.length))
}

async function contents(call: Call) {
  const ref = call.query.get('ref') ?? call.repository.defaultBranch
  const at = await call.repository.history.commit(ref)
  if (at === undefined) return problem(404, `No commit found for the ref ${ref}`)
  const entry = await call.repository.history.entry(at, call.path['path'] ?? '')
  return entry === undefined ? notFound : ok(content(call.site, call.repository.name, ref, entry))
}

async function oneBlob(call: Call) {
  const sha = call.path['sha'] ?? ''
  const bytes = await call.repository.history.blob(sha)
  return bytes === undefined ? notFound : ok(blob(call.site, call.repository.name, sha, bytes))
}

export const historyRoutes: readonly Route[] = [
  { method: 'GET', path: '', needs: ['metadata', 'read'], answer: (call) => ok(fullRepository(call.site, call.repository)) },
  { method: 'GET', path: '/compare/{basehead+}', needs: ['contents', 'read'], paged: { usual: 250, most: 250 }, answer: compare },
  { method: 'GET', path: '/commits/{ref+}', needs: ['contents', 'read'], paged: commitFiles, answer: oneCommit },
  { method: 'GET', path: '/contents/{path+}', needs: ['contents', 'read'], query: ['ref'], answer: contents },
  { method: 'GET', path: '/git/blobs/{sha}', needs: ['contents', 'read'], answer: oneBlob },
  {
    method: 'GET',
    path: '/branches',
    needs: ['contents', 'read'],
    paged,
    answer: async (call) => listed(call, await call.repository.history.branches(), ({ name, sha }) => branch(call.site, call.repository.name, name, sha)),
  },
]
