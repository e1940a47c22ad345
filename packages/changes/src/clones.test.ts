import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import type { Comparison, Forge } from '@fermata/ports'
import { EnvironmentError } from '@fermata/verdict'
import { removeFolders, repository, type Repository } from './testing/repository.ts'
import { catalogOf, listing, play, type Stage } from './testing/stage.ts'

// Each test runs dozens of processes, and another job may have the machine.
jest.setTimeout(60_000)
afterAll(removeFolders)

/**
 *   root(v1.0.0) -- a -- b         main
 *               \         \
 *                f1 -- f2 -- pull  feature, and what GitHub would merge
 */
interface Server {
  readonly at: Repository
  readonly root: string
  readonly a: string
  readonly b: string
  readonly f1: string
  readonly f2: string
  readonly pull: string
}

const all = ['a', 'b', 'f1', 'f2', 'other']
let server: Server

beforeAll(async () => {
  const at = await repository()
  const root = await at.commit({ 'fermata.yaml': catalogOf({ a: [], b: [], f1: [], f2: [], other: [] }) })
  await at.git('tag', 'v1.0.0')
  const a = await at.commit({ 'services/a/x': '1' })
  const b = await at.commit({ 'services/b/x': '1' })
  await at.git('switch', '--quiet', '--create', 'feature', root)
  const f1 = await at.commit({ 'services/f1/x': '1' })
  const f2 = await at.commit({ 'services/f2/x': '1' })
  await at.git('switch', '--quiet', '--detach', 'main')
  await at.git('merge', '--quiet', '--no-ff', '--message', 'x', 'feature')
  const pull = await at.git('rev-parse', 'HEAD')
  await at.git('update-ref', 'refs/pull/7/merge', pull)
  await at.git('switch', '--quiet', 'main')
  server = { at, root, a, b, f1, f2, pull }
})

/** As actions/checkout does it: one commit, no branches, no tags. */
async function checkout(commit: string, depth = 1): Promise<Repository> {
  const clone = await server.at.clone('--depth=1', '--no-tags', '--single-branch', '--no-checkout')
  await clone.git('fetch', '--quiet', '--no-tags', `--depth=${depth}`, 'origin', commit)
  await clone.git('update-ref', '-d', 'refs/remotes/origin/main')
  await clone.git('checkout', '--quiet', '--detach', commit)
  return clone
}

/** The API's answer to a comparison, by git. */
const compare: Forge['compare'] = async (base, head) => {
  const [from = '', to = ''] = await Promise.all([base, head].map((name) => server.at.git('rev-parse', name)))
  const mergeBase = await server.at.git('merge-base', from, to)
  const status: Comparison['status'] = mergeBase === to ? 'behind' : mergeBase === from ? 'ahead' : 'diverged'
  const names = (await server.at.git('diff-tree', '-r', '--name-only', mergeBase, to)).split('\n').filter((name) => name !== '')
  return { mergeBase, status, files: names.map((path) => ({ path, status: 'modified' })), truncated: false }
}
const content: Forge['content'] = async (path, ref) => Buffer.from(await server.at.git('show', `${ref}:${path}`))
const run = (headSha: string) => ({ id: 1, headSha, status: 'completed', conclusion: 'success' })
const deployment = (sha: string, payload: unknown) => ({ id: 1, sha, environment: 'production', payload, createdAt: 0, state: 'success' })

const push = (ref: string, before: string, after: string, more = {}) => ({ event: 'push', sha: after, ref, payload: { ref, before, after, repository: { default_branch: 'main' }, ...more } })
const pullRequest = () => ({ number: 7, head: { sha: server.f2, ref: 'feature' }, base: { ref: 'main', sha: server.root } })
const asPullRequest = (event: string, sha: string) => ({ event, sha, ref: 'refs/pull/7/merge', payload: { action: 'opened', pull_request: pullRequest() } })
const dispatch = (sha: string) => ({ event: 'workflow_dispatch', sha, ref: 'refs/heads/main', payload: {} })

interface Row {
  readonly when: string
  readonly out: () => string
  readonly stage: () => Omit<Stage, 'at'>
  readonly changed: readonly string[]
  readonly base: () => string
  readonly resolution: string
}

const rows: readonly Row[] = [
  { when: 'a push', out: () => server.b, stage: () => ({ trigger: push('refs/heads/main', server.root, server.b) }), changed: ['a', 'b'], base: () => server.root, resolution: 'push-before' },
  { when: 'a new branch, with a token', out: () => server.f2, stage: () => ({ trigger: push('refs/heads/feature', '0'.repeat(40), server.f2), forge: { compare } }), changed: ['f1', 'f2'], base: () => server.root, resolution: 'fork-of-default' },
  { when: 'a new branch, without a token', out: () => server.f2, stage: () => ({ trigger: push('refs/heads/feature', '0'.repeat(40), server.f2) }), changed: ['f1', 'f2'], base: () => server.root, resolution: 'fork-of-default' },
  { when: 'a pull request, its merge checked out', out: () => server.pull, stage: () => ({ trigger: asPullRequest('pull_request', server.pull) }), changed: ['f1', 'f2'], base: () => server.b, resolution: 'merge-parent' },
  { when: 'a pull request, its head checked out', out: () => server.f2, stage: () => ({ trigger: asPullRequest('pull_request', server.pull), forge: { compare } }), changed: ['f1', 'f2'], base: () => server.root, resolution: 'pull-request-fork' },
  { when: 'a pull request, its head checked out, without a token', out: () => server.f2, stage: () => ({ trigger: asPullRequest('pull_request', server.pull) }), changed: ['f1', 'f2'], base: () => server.root, resolution: 'pull-request-fork' },
  { when: 'pull_request_target', out: () => server.b, stage: () => ({ trigger: { ...asPullRequest('pull_request_target', server.b), ref: 'refs/heads/main' }, forge: { compare } }), changed: ['f1', 'f2'], base: () => server.root, resolution: 'pull-request-fork' },
  { when: 'a review', out: () => server.b, stage: () => ({ trigger: asPullRequest('pull_request_review', server.pull), forge: { compare } }), changed: ['f1', 'f2'], base: () => server.root, resolution: 'pull-request-fork' },
  {
    when: 'a comment on a pull request',
    out: () => server.b,
    stage: () => ({
      trigger: { event: 'issue_comment', sha: server.b, ref: 'refs/heads/main', payload: { issue: { number: 7, pull_request: {} } } },
      forge: { compare, pullRequest: async (number) => ({ number, title: '', labels: [], baseRef: 'main', baseSha: server.root, headSha: server.f2, headRepository: 'o/r', merged: false, mergeCommitSha: undefined, changedFiles: 2 }) },
    }),
    changed: ['f1', 'f2'], base: () => server.root, resolution: 'pull-request-fork',
  },
  { when: 'workflow_run of a branch', out: () => server.b, stage: () => ({ trigger: { event: 'workflow_run', sha: server.b, ref: 'refs/heads/main', payload: { workflow_run: { head_sha: server.f2, head_branch: 'feature', event: 'push' }, repository: { default_branch: 'main' } } }, forge: { compare } }), changed: ['f1', 'f2'], base: () => server.root, resolution: 'fork-of-default' },
  { when: 'a merge group', out: () => server.pull, stage: () => ({ trigger: { event: 'merge_group', sha: server.pull, ref: undefined, payload: { merge_group: { head_sha: server.pull, base_sha: server.b } } } }), changed: ['f1', 'f2'], base: () => server.b, resolution: 'merge-group' },
  { when: 'a tag', out: () => server.a, stage: () => ({ trigger: push('refs/tags/v2.0.0', '0'.repeat(40), server.a) }), changed: ['a'], base: () => server.root, resolution: 'previous-tag' },
  {
    when: 'a release: drafts, prereleases and the release itself are passed over',
    out: () => server.b,
    stage: () => ({
      trigger: { event: 'release', sha: server.b, ref: 'refs/tags/v2.0.0', payload: { release: { tag_name: 'v2.0.0', prerelease: false } } },
      forge: { compare, releases: () => listing([['v3', true, false], ['v2.0.0', false, false], ['v2.0.0-rc1', false, true], ['v1.0.0', false, false]].map(([tag, draft, prerelease]) => ({ tag: tag as string, draft: draft as boolean, prerelease: prerelease as boolean, publishedAt: 0 }))) },
    }),
    changed: ['a', 'b'], base: () => server.root, resolution: 'previous-release',
  },
  { when: 'last-success, over a run elsewhere', out: () => server.b, stage: () => ({ trigger: dispatch(server.b), inputs: { since: 'last-success' }, forge: { compare, successfulRuns: () => listing([run(server.f2), run(server.a), run(server.root)]) } }), changed: ['b'], base: () => server.a, resolution: 'last-success' },
  { when: 'last-success, where the API cannot compare', out: () => server.b, stage: () => ({ trigger: dispatch(server.b), inputs: { since: 'last-success' }, forge: { successfulRuns: () => listing([run(server.f2), run(server.a)]) } }), changed: ['b'], base: () => server.a, resolution: 'last-success' },
  { when: 'last-success of a branch without one, by the branch it came from', out: () => server.f2, stage: () => ({ trigger: push('refs/heads/feature', server.f1, server.f2), inputs: { since: 'last-success' }, forge: { compare, successfulRuns: (_, branch) => listing(branch === 'main' ? [run(server.b), run(server.root)] : []) } }), changed: ['f1', 'f2'], base: () => server.root, resolution: 'last-success' },
  { when: 'last-success, never', out: () => server.b, stage: () => ({ trigger: dispatch(server.b), inputs: { since: 'last-success' }, forge: { compare, successfulRuns: () => listing([run(server.f2)]) } }), changed: all, base: () => '', resolution: 'last-success' },
  {
    when: 'last-deploy: each service by its own deployment',
    out: () => server.b,
    stage: () => ({
      trigger: dispatch(server.b),
      inputs: { since: 'last-deploy', environment: 'production' },
      forge: {
        compare,
        successfulDeployments: () => listing([deployment(server.f2, { services: all }), deployment(server.b, 'not ours'), deployment(server.a, JSON.stringify({ services: ['a', 'f1', 'strange'] })), deployment(server.root, { services: ['a', 'b', 'f2'] })]),
      },
    }),
    // a since a: nothing. b since root: changed. other: never deployed.
    changed: ['b', 'other'], base: () => '', resolution: 'last-deploy',
  },
]

/** Index, working tree, references, configuration, objects and where history ends. */
function stateOf(clone: Repository): Promise<string> {
  const asked = [['ls-files', '--stage'], ['status', '--porcelain'], ['rev-parse', 'HEAD'], ['for-each-ref'], ['config', '--local', '--list'], ['count-objects', '-v'], ['rev-list', '--all', '--count']]
  return Promise.all(asked.map((args) => clone.git(...args))).then((answers) => answers.join('\n'))
}

describe('in a clone of depth 1, without touching it', () => {
  test.each(rows.map((row) => [row.when, row] as const))('%s', async (_, row) => {
    const clone = await checkout(row.out())
    if (row.when.startsWith('a release')) await clone.git('tag', 'v2.0.0', row.out())
    const before = await stateOf(clone)
    const played = await play({ ...row.stage(), at: clone })
    expect(played.report.reasons.filter(({ severity }) => severity !== 'note')).toEqual([])
    expect(played.report.outputs).toMatchObject({ base: row.base(), resolution: row.resolution })
    expect(played.list('changed')).toEqual(row.changed)
    expect(await stateOf(clone)).toBe(before)
  })
})

describe('without a clone', () => {
  test('the API answers, and git is not asked', async () => {
    const played = await play({ at: undefined, trigger: push('refs/heads/main', server.a, server.b), forge: { compare, content } })
    expect(played.list('changed')).toEqual(['b'])
    expect(played.details()).toMatchObject({ from: 'api' })
    expect(played.lines).toEqual([])
  })

  test('a pull request is answered by the API', async () => {
    const played = await play({ at: undefined, trigger: asPullRequest('pull_request', server.pull), forge: { compare, content } })
    expect(played.list('changed')).toEqual(['f1', 'f2'])
    expect(played.report.outputs).toMatchObject({ base: server.root, head: server.f2, resolution: 'pull-request-fork' })
    expect(played.lines).toEqual([])
  })

  test('a list that the API cut is not believed: git fetches both commits without their files', async () => {
    const cut: Forge['compare'] = async (base, head) => ({ ...(await compare(base, head)), files: [{ path: 'services/other/x', status: 'modified' }], truncated: true })
    const played = await play({ at: undefined, remote: server.at, trigger: push('refs/heads/main', server.a, server.b), forge: { compare: cut, content } })
    expect(played.list('changed')).toEqual(['b'])
    expect(played.details()).toMatchObject({ from: 'git' })
    expect(played.lines.some((line) => line.startsWith('fetch ') || line.includes(' fetch '))).toBe(true)
    expect(played.lines.join('\n')).toContain('--depth=1')
  })

  test('a comparison with another base than the two trees is not believed', async () => {
    const played = await play({ at: undefined, remote: server.at, trigger: push('refs/heads/feature', server.b, server.f2, { forced: true }), forge: { compare, content } })
    expect(played.list('changed')).toEqual(['a', 'b', 'f1', 'f2'])
    expect(played.details()).toMatchObject({ from: 'git' })
  })

  test('without a token everything is fetched', async () => {
    const played = await play({ at: undefined, remote: server.at, trigger: push('refs/heads/main', server.a, server.b) })
    expect(played.list('changed')).toEqual(['b'])
  })

  test('renames of the API count on both sides', async () => {
    const renamed: Forge['compare'] = async () => ({ mergeBase: server.a, status: 'ahead', truncated: false, files: [{ path: 'services/f1/x', previousPath: 'services/other/x', status: 'renamed' }, { path: 'services/f2/x', status: 'unchanged' }] })
    const played = await play({ at: undefined, trigger: push('refs/heads/main', server.a, server.b), forge: { compare: renamed, content } })
    expect(played.list('changed')).toEqual(['f1', 'other'])
  })
})

describe('5,001 changed files over the API', () => {
  const many = Array.from({ length: 300 }, (_, number) => ({ path: `services/a/${number}`, status: 'added' as const }))
  const pull = async (number: number) => ({ number, title: '', labels: [], baseRef: 'main', baseSha: server.root, headSha: server.f2, headRepository: 'o/r', merged: false, mergeCommitSha: undefined, changedFiles: 5001 })
  const forge: Partial<Forge> = {
    content,
    compare: async () => ({ mergeBase: server.root, status: 'ahead', files: many, truncated: true }),
    pullRequest: pull,
    pullRequestFiles: async () => ({ files: Array.from({ length: 3000 }, (_, number) => ({ path: `services/a/${number}`, status: 'added' as const })), truncated: true }),
  }

  test('git says which', async () => {
    const played = await play({ at: undefined, remote: server.at, trigger: asPullRequest('pull_request_target', server.b), forge })
    expect(played.list('changed')).toEqual(['f1', 'f2'])
    expect(played.report.verdict).toBe('pass')
  })

  test('where git cannot, all services are affected, and the reason is the cut list', async () => {
    const played = await play({ at: undefined, trigger: asPullRequest('pull_request_target', server.b), forge })
    expect(played.list('changed')).toEqual(all)
    expect(played.report).toMatchObject({ verdict: 'warn', reasons: [{ code: 'FM-CHANGES-LIST-CUT', severity: 'warning' }] })
  })

  test('or the step fails, and no list is set', async () => {
    const played = await play({ at: undefined, trigger: asPullRequest('pull_request_target', server.b), forge, inputs: { 'on-unresolved': 'fail' } })
    expect(played.report).toMatchObject({ verdict: 'fail', reasons: [{ code: 'FM-CHANGES-LIST-CUT' }] })
    expect(Object.keys(played.report.outputs)).toEqual(expect.not.arrayContaining(['services', 'matrix', 'any', 'changed']))
  })

  test('up to 3,000 the list of the pull request is whole', async () => {
    const whole = { ...forge, pullRequestFiles: async () => ({ files: [{ path: 'services/f1/x', status: 'added' as const }], truncated: false }) }
    const played = await play({ at: undefined, trigger: asPullRequest('pull_request_target', server.b), forge: whole })
    expect(played.list('changed')).toEqual(['f1'])
  })

  test('a pull request that moved on is another one', async () => {
    const moved: Partial<Forge> = { ...forge, pullRequest: async (number) => ({ ...(await pull(number)), headSha: server.f1 }), pullRequestFiles: async () => ({ files: [], truncated: false }) }
    const played = await play({ at: undefined, trigger: asPullRequest('pull_request_target', server.b), forge: moved })
    expect(played.list('changed')).toEqual(all)
  })
})

describe('what the world refuses is never an empty answer', () => {
  const refusal = (code: `FM-${string}`) => async () => {
    throw new EnvironmentError({ code, severity: 'inconclusive', message: 'No.' })
  }
  async function* cutList(): AsyncGenerator<never> {
    yield* []
    throw new EnvironmentError({ code: 'FM-FORGE-LIST-CUT', severity: 'inconclusive', message: 'The list is cut.' })
  }
  const stages: readonly (readonly [string, string, () => Promise<Stage>])[] = [
    ['a base that does not exist', 'FM-GIT-NO-REMOTE', async () => ({ at: server.at, trigger: push('refs/heads/main', '1'.repeat(40), server.b), inputs: {} })],
    ['a base that no remote gives', 'FM-CHANGES-NO-COMMIT', async () => ({ at: await checkout(server.b), trigger: push('refs/heads/main', '1'.repeat(40), server.b) })],
    ['a ref that does not exist', 'FM-CHANGES-NO-COMMIT', async () => ({ at: await checkout(server.b), trigger: dispatch(server.b), inputs: { since: 'v9.9.9' } })],
    ['a shallow clone without a remote', 'FM-GIT-NO-REMOTE', async () => {
      const clone = await checkout(server.b)
      await clone.git('remote', 'remove', 'origin')
      return { at: clone, trigger: push('refs/heads/main', server.root, server.b) }
    }],
    ['a remote that cannot be reached', 'FM-GIT-FETCH', async () => {
      const clone = await checkout(server.b)
      await clone.git('remote', 'set-url', 'origin', 'http://127.0.0.1:1/x.git')
      return { at: clone, trigger: push('refs/heads/main', server.root, server.b) }
    }],
    ['runs that cannot be listed', 'FM-FORGE-NO-TOKEN', async () => ({ at: server.at, trigger: dispatch(server.b), inputs: { since: 'last-success' } })],
    ['a list of runs that is cut', 'FM-FORGE-LIST-CUT', async () => ({ at: server.at, trigger: dispatch(server.b), inputs: { since: 'last-success' }, forge: { successfulRuns: cutList } })],
    ['deployments that cannot be listed', 'FM-FORGE-NO-TOKEN', async () => ({ at: server.at, trigger: dispatch(server.b), inputs: { since: 'last-deploy', environment: 'production' } })],
    ['a pull request that cannot be asked for', 'FM-FORGE-FORBIDDEN', async () => ({ at: server.at, trigger: { event: 'issue_comment', sha: server.b, ref: undefined, payload: { issue: { number: 7, pull_request: {} } } }, forge: { pullRequest: refusal('FM-FORGE-FORBIDDEN') } })],
    ['no clone, no remote and no token', 'FM-GIT-NO-REPOSITORY', async () => ({ at: undefined, trigger: push('refs/heads/main', server.a, server.b), forge: { content } })],
  ]
  test.each(stages)('%s: %s', async (_, code, stage) => {
    const given = await stage()
    const played = await play({ forge: { content }, ...given })
    expect(played.report).toMatchObject({ verdict: 'warn', outputs: { any: 'true', resolution: 'unresolved', count: '5' } })
    expect(played.report.reasons.map((reason) => reason.code)).toContain(code)
    const strict = await play({ forge: { content }, ...given, inputs: { ...given.inputs, 'on-unresolved': 'fail' } })
    expect(strict.report.verdict).toBe('fail')
    expect(strict.report.reasons.map((reason) => reason.code)).toContain(code)
    expect(strict.report.outputs['services']).toBeUndefined()
  })
})
