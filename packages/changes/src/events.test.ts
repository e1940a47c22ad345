import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { removeFolders, repository, type Repository } from './testing/repository.ts'
import { catalogOf, play, type Stage } from './testing/stage.ts'

// Each test runs dozens of processes, and another job may have the machine.
jest.setTimeout(60_000)
afterAll(removeFolders)

const zeros = '0'.repeat(40)
const push = (ref: string, before: string, after: string, more = {}) => ({ event: 'push', sha: after, ref, payload: { ref, before, after, repository: { default_branch: 'main' }, ...more } })

/**
 * One history for all events:
 *
 *   root(v1.0.0) -- a -- b -- merge(v2.0.0)       main
 *               \           /
 *                f1 -- f2 -                       feature
 *
 * Each commit changes the service of its name.
 */
interface History {
  readonly at: Repository
  readonly root: string
  readonly a: string
  readonly b: string
  readonly f1: string
  readonly f2: string
  readonly merge: string
}

async function history(format: string): Promise<History> {
  const at = await repository(`--object-format=${format}`)
  const root = await at.commit({ 'fermata.yaml': catalogOf({ a: [], b: [], f1: [], f2: [], other: [] }) })
  await at.git('tag', '--annotate', '--message', 'x', 'v1.0.0')
  const a = await at.commit({ 'services/a/x': '1' })
  const b = await at.commit({ 'services/b/x': '1' })
  await at.git('switch', '--quiet', '--create', 'feature', root)
  const f1 = await at.commit({ 'services/f1/x': '1' })
  const f2 = await at.commit({ 'services/f2/x': '1' })
  await at.git('switch', '--quiet', 'main')
  await at.git('merge', '--quiet', '--no-ff', '--message', 'x', 'feature')
  await at.git('tag', 'v2.0.0')
  return { at, root, a, b, f1, f2, merge: await at.git('rev-parse', 'HEAD') }
}

interface Row {
  readonly when: string
  readonly stage: (known: History) => Omit<Stage, 'at'>
  readonly changed: readonly string[]
  readonly base: (known: History) => string
  readonly head: (known: History) => string
  readonly resolution: string
}

const all = ['a', 'b', 'f1', 'f2', 'other']
const none = () => ''
const pullRequest = (known: History, more = {}) => ({ number: 7, commits: 2, head: { sha: known.f2, ref: 'feature' }, base: { ref: 'main', sha: known.root }, ...more })

const rows: readonly Row[] = [
  { when: 'a push of several commits', stage: (h) => ({ trigger: push('refs/heads/main', h.root, h.b) }), changed: ['a', 'b'], base: (h) => h.root, head: (h) => h.b, resolution: 'push-before' },
  { when: 'a push of a merge', stage: (h) => ({ trigger: push('refs/heads/main', h.b, h.merge) }), changed: ['f1', 'f2'], base: (h) => h.b, head: (h) => h.merge, resolution: 'push-before' },
  { when: 'a push that says what was there already', stage: (h) => ({ trigger: push('refs/heads/main', h.b, h.b) }), changed: [], base: (h) => h.b, head: (h) => h.b, resolution: 'push-before' },
  { when: 'a new branch', stage: (h) => ({ trigger: push('refs/heads/new', zeros, h.f2) }), changed: [], base: (h) => h.f2, head: (h) => h.f2, resolution: 'fork-of-default' },
  { when: 'a new branch that says where it came from', stage: (h) => ({ trigger: push('refs/heads/new', zeros, h.b, { base_ref: 'refs/heads/feature' }) }), changed: ['a', 'b'], base: (h) => h.root, head: (h) => h.b, resolution: 'fork-of-default' },
  { when: 'the first push of a repository', stage: (h) => ({ trigger: push('refs/heads/main', zeros, h.b) }), changed: all, base: none, head: (h) => h.b, resolution: 'first-push' },
  { when: 'a forced push', stage: (h) => ({ trigger: push('refs/heads/feature', h.b, h.f1, { forced: true }) }), changed: ['a', 'b', 'f1'], base: (h) => h.b, head: (h) => h.f1, resolution: 'force-push-before' },
  { when: 'a forced push over a commit that is gone', stage: (h) => ({ trigger: push('refs/heads/new', '1'.repeat(h.root.length), h.f1, { forced: true }) }), changed: [], base: (h) => h.f1, head: (h) => h.f1, resolution: 'fork-of-default' },
  { when: 'a deleted branch', stage: (h) => ({ trigger: push('refs/heads/new', h.a, zeros) }), changed: [], base: none, head: none, resolution: 'deleted' },
  { when: 'the event delete', stage: (h) => ({ trigger: { event: 'delete', sha: h.merge, ref: 'refs/heads/main', payload: { ref: 'new', ref_type: 'branch' } } }), changed: [], base: none, head: none, resolution: 'deleted' },
  { when: 'a tag', stage: (h) => ({ trigger: push('refs/tags/v2.0.0', zeros, h.merge) }), changed: ['a', 'b', 'f1', 'f2'], base: (h) => h.root, head: (h) => h.merge, resolution: 'previous-tag' },
  { when: 'the first tag', stage: (h) => ({ trigger: push('refs/tags/v1.0.0', zeros, h.root) }), changed: all, base: none, head: (h) => h.root, resolution: 'first-tag' },
  { when: 'a tag of another kind', stage: (h) => ({ trigger: push('refs/tags/cart/v3', zeros, h.merge) }), changed: all, base: none, head: (h) => h.merge, resolution: 'first-tag' },
  { when: 'a tag that moved', stage: (h) => ({ trigger: push('refs/tags/stable', h.a, h.b, { forced: true }) }), changed: ['b'], base: (h) => h.a, head: (h) => h.b, resolution: 'moved-tag' },
  { when: 'the event create', stage: (h) => ({ trigger: { event: 'create', sha: h.merge, ref: 'refs/tags/v2.0.0', payload: { ref: 'v2.0.0', ref_type: 'tag' } } }), changed: ['a', 'b', 'f1', 'f2'], base: (h) => h.root, head: (h) => h.merge, resolution: 'previous-tag' },
  { when: 'a release without the API', stage: (h) => ({ trigger: { event: 'release', sha: h.merge, ref: 'refs/tags/v2.0.0', payload: { action: 'published', release: { tag_name: 'v2.0.0' } } } }), changed: ['a', 'b', 'f1', 'f2'], base: (h) => h.root, head: (h) => h.merge, resolution: 'previous-tag' },
  { when: 'a pull request', stage: (h) => ({ trigger: { event: 'pull_request', sha: h.merge, ref: 'refs/pull/7/merge', payload: { action: 'synchronize', pull_request: pullRequest(h) } } }), changed: ['f1', 'f2'], base: (h) => h.b, head: (h) => h.merge, resolution: 'merge-parent' },
  { when: 'a merged pull request', stage: (h) => ({ trigger: { event: 'pull_request', sha: h.merge, ref: 'refs/heads/main', payload: { action: 'closed', pull_request: pullRequest(h, { merged: true, merge_commit_sha: h.merge }) } } }), changed: ['f1', 'f2'], base: (h) => h.b, head: (h) => h.merge, resolution: 'merge-parent' },
  { when: 'a squash of one commit', stage: (h) => ({ trigger: { event: 'pull_request', sha: h.b, ref: 'refs/heads/main', payload: { action: 'closed', pull_request: pullRequest(h, { merged: true, merge_commit_sha: h.b, commits: 1 }) } } }), changed: ['b'], base: (h) => h.a, head: (h) => h.b, resolution: 'squash-parent' },
  { when: 'a rebase or a squash of several', stage: (h) => ({ trigger: { event: 'pull_request', sha: h.b, ref: 'refs/heads/main', payload: { action: 'closed', pull_request: pullRequest(h, { merged: true, merge_commit_sha: h.b, commits: 2 }) } } }), changed: ['a', 'b'], base: (h) => h.root, head: (h) => h.b, resolution: 'merged-fork' },
  { when: 'pull_request_target', stage: (h) => ({ trigger: { event: 'pull_request_target', sha: h.b, ref: 'refs/heads/main', payload: { action: 'opened', pull_request: pullRequest(h) } } }), changed: [], base: (h) => h.f2, head: (h) => h.f2, resolution: 'pull-request-fork' },
  { when: 'a merge group', stage: (h) => ({ trigger: { event: 'merge_group', sha: h.merge, ref: 'refs/heads/gh-readonly-queue/main/pr-7', payload: { merge_group: { head_sha: h.merge, base_sha: h.b, base_ref: 'refs/heads/main' } } } }), changed: ['f1', 'f2'], base: (h) => h.b, head: (h) => h.merge, resolution: 'merge-group' },
  { when: 'workflow_run of a pull request', stage: (h) => ({ trigger: { event: 'workflow_run', sha: h.b, ref: 'refs/heads/main', payload: { workflow_run: { head_sha: h.b, head_branch: 'x', event: 'pull_request', pull_requests: [{ number: 7, base: { ref: 'feature' } }] }, repository: { default_branch: 'main' } } } }), changed: ['a', 'b'], base: (h) => h.root, head: (h) => h.b, resolution: 'pull-request-fork' },
  { when: 'workflow_run on the default branch', stage: (h) => ({ trigger: { event: 'workflow_run', sha: h.b, ref: 'refs/heads/main', payload: { workflow_run: { head_sha: h.a, head_branch: 'main', event: 'push' }, repository: { default_branch: 'main' } } } }), changed: all, base: none, head: (h) => h.a, resolution: 'all' },
  ...['schedule', 'workflow_dispatch', 'repository_dispatch'].map((event): Row => ({ when: event, stage: (h) => ({ trigger: { event, sha: h.b, ref: 'refs/heads/main', payload: {} } }), changed: all, base: none, head: (h) => h.b, resolution: 'all' })),
  { when: 'a deployment', stage: (h) => ({ trigger: { event: 'deployment', sha: h.b, ref: 'refs/heads/main', payload: { deployment: { sha: h.a } } } }), changed: all, base: none, head: (h) => h.a, resolution: 'all' },
  { when: 'a dispatch since a ref', stage: (h) => ({ trigger: { event: 'workflow_dispatch', sha: h.b, ref: 'refs/heads/main', payload: {} }, inputs: { since: 'v1.0.0' } }), changed: ['a', 'b'], base: (h) => h.root, head: (h) => h.b, resolution: 'given' },
  { when: 'a push, all asked for', stage: (h) => ({ trigger: push('refs/heads/main', h.a, h.b), inputs: { since: 'all' } }), changed: all, base: none, head: (h) => h.b, resolution: 'all' },
  { when: 'a person with base and head', stage: () => ({ inputs: { base: 'v1.0.0', head: 'feature' } }), changed: ['f1', 'f2'], base: (h) => h.root, head: (h) => h.f2, resolution: 'given' },
  { when: 'a person with HEAD^', stage: () => ({ inputs: { base: 'HEAD^1' } }), changed: ['f1', 'f2'], base: (h) => h.b, head: (h) => h.merge, resolution: 'given' },
  { when: 'a person without any input', stage: () => ({}), changed: [], base: (h) => h.merge, head: (h) => h.merge, resolution: 'local-fork' },
  { when: 'a person on a branch', stage: () => ({ inputs: { head: 'feature~1' } }), changed: [], base: (h) => h.f1, head: (h) => h.f1, resolution: 'local-fork' },
]

describe.each(['sha1', 'sha256'])('%s', (format) => {
  let known: History
  beforeAll(async () => {
    known = await history(format)
  })

  test.each(rows.map((row) => [row.when, row] as const))('%s', async (_, row) => {
    const stage = row.stage(known)
    const long = (value: unknown): unknown => JSON.parse(JSON.stringify(value ?? null).replaceAll(`"${zeros}"`, `"${'0'.repeat(known.root.length)}"`))
    const played = await play({ ...stage, at: known.at, ...(stage.trigger && { trigger: { ...stage.trigger, payload: long(stage.trigger.payload) } }) })
    expect(played.report.outputs).toMatchObject({ base: row.base(known), head: row.head(known), resolution: row.resolution, any: String(row.changed.length > 0) })
    expect(played.list('changed')).toEqual(row.changed)
    expect(played.report.verdict).toBe('pass')
    expect(played.lines.filter((line) => / (fetch|ls-remote|init|checkout|config) /.test(` ${line} `) && !line.includes('--local'))).toEqual([])
  })
})
