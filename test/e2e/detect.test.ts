import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { type DeploymentStory, type PullStory, type RepositoryStory, type RunStory, sandboxToken, type StandInGitHub, startGitHub, type Step } from '@fermata/sandbox'
import { join } from 'node:path'
import { expectHandedOver, expectRefusal } from './support/refusal.ts'
import { listed, reasonsOf, reportOf, runAction } from './support/steps.ts'
import { cloneOf, type Content, folderWith, removeFolders, repositoryWith, type Workspace } from './support/workspace.ts'

jest.setTimeout(60_000)
afterAll(removeFolders)

type Event = NonNullable<Step['event']>
const zeros = '0'.repeat(40)
const services = ['a', 'b', 'f1', 'f2', 'other']

/** Services that own the folder of their name; `web` needs all others. */
function catalogOf(ids: readonly string[], more = ''): Content {
  return { 'fermata.yaml': `services:\n${ids.map((id) => `  ${id}:\n    paths: [services/${id}]\n`).join('')}${more}` }
}

/**
 * One history for all events; each commit changes the service of its name.
 *
 *   root(v1.0.0) -- a -- b -- merge(v2.0.0)       main
 *               \           /
 *                f1 -- f2 -                       feature; trunk is at b
 */
interface History {
  readonly at: Workspace
  readonly root: string
  readonly a: string
  readonly b: string
  readonly f1: string
  readonly f2: string
  readonly merge: string
}

function history(): History {
  const at = repositoryWith(catalogOf(services))
  const root = at.git('rev-parse', 'HEAD')
  at.git('tag', '--annotate', '--message', 'x', 'v1.0.0')
  const a = at.commit({ 'services/a/x': '1' })
  const b = at.commit({ 'services/b/x': '1' })
  at.git('switch', '--quiet', '--create', 'feature', root)
  const f1 = at.commit({ 'services/f1/x': '1' })
  const f2 = at.commit({ 'services/f2/x': '1' })
  at.git('switch', '--quiet', 'main')
  at.git('branch', 'trunk', b)
  at.git('merge', '--quiet', '--no-ff', '--message', 'x', 'feature')
  at.git('tag', 'v2.0.0')
  return { at, root, a, b, f1, f2, merge: at.git('rev-parse', 'HEAD') }
}

let known: History
beforeAll(() => {
  known = history()
})

const push = (ref: string, before: string, after: string, more = {}): Event => ({ name: 'push', sha: after, ref, payload: { ref, before, after, created: before === zeros, deleted: after === zeros, forced: false, repository: { default_branch: 'main' }, ...more } })
const pull = (h: History): object => ({ number: 7, commits: 2, head: { sha: h.f2, ref: 'feature' }, base: { ref: 'trunk', sha: h.b } })

describe('what an event of GitHub changes:', () => {
  test.each<[string, (h: History) => Event, readonly string[], string]>([
    ['a push', (h) => push('refs/heads/main', h.root, h.b), ['a', 'b'], 'push-before'],
    ['a push that merges', (h) => push('refs/heads/main', h.b, h.merge), ['f1', 'f2'], 'push-before'],
    ['a new branch', (h) => push('refs/heads/next', zeros, h.b, { base_ref: 'refs/heads/feature' }), ['a', 'b'], 'fork-of-default'],
    ['a forced push', (h) => push('refs/heads/feature', h.b, h.f1, { forced: true }), ['a', 'b', 'f1'], 'force-push-before'],
    ['a pull request, at its merge commit', (h) => ({ name: 'pull_request', sha: h.merge, ref: 'refs/pull/7/merge', payload: { action: 'synchronize', pull_request: pull(h) } }), ['f1', 'f2'], 'merge-parent'],
    ['a tag', (h) => push('refs/tags/v2.0.0', zeros, h.merge), ['a', 'b', 'f1', 'f2'], 'previous-tag'],
    ['a merge group', (h) => ({ name: 'merge_group', sha: h.merge, ref: 'refs/heads/gh-readonly-queue/main/pr-7', payload: { merge_group: { head_sha: h.merge, base_sha: h.b, base_ref: 'refs/heads/main' } } }), ['f1', 'f2'], 'merge-group'],
    ['a schedule', (h) => ({ name: 'schedule', sha: h.merge, ref: 'refs/heads/main', payload: { schedule: '0 4 * * *' } }), services, 'all'],
    ['a branch that is deleted', (h) => push('refs/heads/next', h.a, zeros), [], 'deleted'],
    ['the event delete', (h) => ({ name: 'delete', sha: h.merge, ref: 'refs/heads/main', payload: { ref: 'next', ref_type: 'branch' } }), [], 'deleted'],
  ])('%s', async (_, event, changed, resolution) => {
    const ended = await runAction('detect-changed-services', known.at, { event: event(known) })
    expectHandedOver(ended, known.at)
    expect([ended.code, ended.outputs['verdict']]).toEqual([0, 'pass'])
    expect(listed(ended, 'changed')).toEqual(changed)
    expect(ended.outputs).toMatchObject({ any: String(changed.length > 0), count: String(changed.length), resolution })
    const matrix = JSON.parse(ended.outputs['matrix'] ?? '') as { readonly include: readonly { readonly service: string }[] }
    expect(matrix.include.map(({ service }) => service).toSorted()).toEqual([...changed].toSorted())
    expect(known.at.strays()).toEqual([])
  })

  test('an event that is unknown changes everything or fails, and never nothing', async () => {
    const event = { name: 'moon_phase', sha: known.merge, ref: 'refs/heads/main', payload: {} }
    const [all, strict] = await Promise.all([{}, { 'on-unresolved': 'fail' }].map((inputs, index) => runAction('detect-changed-services', known.at, { event, inputs: { 'report-dir': `fermata-report/${index}`, ...inputs } })))
    expect(all === undefined ? [] : listed(all, 'changed')).toEqual(services)
    expect(strict?.code).toBe(1)
    expect(strict?.outputs['services'] ?? '').not.toBe('[]')
  })

  test('an event file that holds no JSON is said, and everything is handed over', async () => {
    const workspace = repositoryWith({ ...catalogOf(['a']), 'event.json': 'no' })
    const ended = await runAction('detect-changed-services', workspace, { environment: { GITHUB_EVENT_NAME: 'push', GITHUB_EVENT_PATH: join(workspace.path, 'event.json') } })
    expectRefusal(ended, workspace, { code: 'FM-RUNNER-EVENT', says: /event\.json holds no JSON/, verdict: 'inconclusive' })
  })
})

describe('with GitHub to ask:', () => {
  let github: StandInGitHub | undefined
  afterEach(async () => {
    expect(github?.unknown ?? 0).toBe(0)
    await github?.close()
    github = undefined
  })

  async function detect(at: Pick<Workspace, 'path'>, story: Partial<RepositoryStory>, inputs: Readonly<Record<string, string>>, event: Event): ReturnType<typeof runAction> {
    github = await startGitHub({ repositories: [{ name: 'acme/shop', ...story }] })
    return runAction('detect-changed-services', at, { inputs: { 'github-token': sandboxToken, ...inputs }, event, environment: { GITHUB_API_URL: github.url } })
  }
  const gitDir = (): string => join(known.at.path, '.git')
  const dispatch = (h: History): Event => ({ name: 'workflow_dispatch', sha: h.merge, ref: 'refs/heads/main', payload: {} })

  test('last-success compares with the newest run that succeeded in the history', async () => {
    const run = (id: number, sha: string, conclusion: string): RunStory => ({ id, workflow: 'release.yml', branch: 'main', sha, status: 'completed', conclusion })
    const ended = await detect(known.at, { gitDir: gitDir(), runs: [run(3, known.merge, 'failure'), run(2, known.b, 'success'), run(1, known.root, 'success')] }, { since: 'last-success' }, dispatch(known))
    expect([ended.code, listed(ended, 'changed'), ended.outputs['base'], ended.outputs['resolution']]).toEqual([0, ['f1', 'f2'], known.b, 'last-success'])
  })

  test('last-deploy compares each service with its own newest deployment', async () => {
    const deployed = (sha: string, ids: readonly string[], state: 'success' | 'failure' = 'success'): DeploymentStory => ({ sha, environment: 'production', payload: { services: ids }, states: [state] })
    const deployments = [deployed(known.merge, ['a'], 'failure'), deployed(known.b, ['a', 'b', 'other']), deployed(known.root, ['f1'])]
    const ended = await detect(known.at, { gitDir: gitDir(), deployments }, { since: 'last-deploy', environment: 'production' }, dispatch(known))
    expect([ended.code, listed(ended, 'changed'), ended.outputs['resolution']]).toEqual([0, ['f1', 'f2'], 'last-deploy'])
    expect(reasonsOf(ended, known.at, 'FM-CHANGES-NEVER-DEPLOYED')[0]?.message).toMatch(/f2/)
  })

  const pullStory = (h: History): PullStory => ({ number: 7, base: { ref: 'trunk', sha: h.b }, head: { ref: 'feature', sha: h.f2 } })
  const target = (h: History): Event => ({ name: 'pull_request_target', sha: h.b, ref: 'refs/heads/main', payload: { action: 'opened', pull_request: pull(h) } })

  test('pull_request_target without a checkout is answered from the API alone', async () => {
    const nothing = folderWith({})
    const ended = await detect(nothing, { gitDir: gitDir(), pulls: [pullStory(known)] }, {}, target(known))
    expect([ended.code, listed(ended, 'changed'), ended.outputs['base']]).toEqual([0, ['f1', 'f2'], known.root])
  })

  test('5,001 changed files over the API: the list is cut, and is not taken for the whole', async () => {
    const count = 5_001
    const files = Array.from({ length: count }, (_each, index) => ({ path: `services/a/${index}` }))
    const story: Partial<RepositoryStory> = {
      comparisons: [{ base: known.root, head: known.f2, mergeBase: known.root, files }, { base: 'trunk', head: known.f2, mergeBase: known.root, files }, { base: known.b, head: known.f2, mergeBase: known.root, files }],
      branches: { main: known.merge, trunk: known.b },
      files: { [`${known.f2}:fermata.yaml`]: catalogOf(services)['fermata.yaml'] as string, [`${known.root}:fermata.yaml`]: catalogOf(services)['fermata.yaml'] as string },
      pulls: [{ ...pullStory(known), changedFiles: count, files }],
    }
    const nothing = folderWith({})
    const ended = await detect(nothing, story, { 'on-unresolved': 'fail' }, target(known))
    expectRefusal(ended, nothing, { code: 'FM-CHANGES-LIST-CUT', says: /300|3,?000|5,?001/ })
    expect(ended.outputs['services'] ?? '').toBe('')
  })

  test('a token that GitHub does not know is said, and never shown', async () => {
    const ended = await detect(known.at, { gitDir: gitDir() }, { since: 'last-success', 'github-token': 'a-wrong-token-0123456789', 'on-unresolved': 'fail' }, dispatch(known))
    expectRefusal(ended, known.at, { code: 'FM-FORGE-BAD-TOKEN', says: /401|token/ })
    const told = [ended.log.replace(/^::add-mask::.*$/gm, ''), ended.summary, JSON.stringify(ended.outputs), JSON.stringify(reportOf(ended, known.at))].join('\n')
    expect(told).not.toContain('a-wrong-token-0123456789')
  })
})

describe('a repository that makes it hard:', () => {
  test('a shallow clone without a remote: the commit cannot be had, and that is no empty answer', async () => {
    const shallow = cloneOf(known.at, '--depth=1')
    shallow.git('remote', 'remove', 'origin')
    const event = push('refs/heads/main', known.b, known.merge)
    const environment = { GITHUB_REPOSITORY: '' }
    const strict = await runAction('detect-changed-services', shallow, { event, environment, inputs: { 'on-unresolved': 'fail' } })
    expectRefusal(strict, shallow, { code: 'FM-GIT-NO-REMOTE', says: /remote/, remedy: /fetch-depth: 0/ })
    const lenient = await runAction('detect-changed-services', shallow, { event, environment })
    expect([lenient.code, listed(lenient, 'changed'), lenient.outputs['resolution']]).toEqual([0, services, 'unresolved'])
    expect(shallow.strays()).toEqual([])
  })

  test('a base that does not exist', async () => {
    const clone = cloneOf(known.at)
    const ended = await runAction('detect-changed-services', clone, { event: push('refs/heads/main', known.b, known.merge), inputs: { base: 'v0.0.9', 'on-unresolved': 'fail' } })
    expectRefusal(ended, clone, { code: 'FM-CHANGES-NO-COMMIT', says: /v0\.0\.9/ })
  })

  test('a file whose name is a workflow command is no command', async () => {
    const workspace = repositoryWith(catalogOf(['a']))
    const base = workspace.git('rev-parse', 'HEAD')
    const head = workspace.commit({ 'services/a/x\n::error::owned': '1', 'x\n::error::owned': '1', 'services/a/<img src=x onerror=alert(1)>': '1' })
    const ended = await runAction('detect-changed-services', workspace, { event: push('refs/heads/main', base, head) })
    expectHandedOver(ended, workspace)
    expect([ended.code, listed(ended, 'changed')]).toEqual([0, ['a']])
    for (const text of [ended.log, ended.summary, ended.outputs['summary'] ?? '']) expect(text).not.toMatch(/^::error::owned/m)
    expect(ended.summary).not.toContain('<img src=x')
  })

  test('outputs that are larger than GitHub takes are not set, and the step fails', async () => {
    const ids = Array.from({ length: 3_000 }, (_, index) => `${'s'.repeat(90)}-${index}`)
    const workspace = repositoryWith(catalogOf(ids))
    const ended = await runAction('detect-changed-services', workspace, { inputs: { since: 'all' } })
    const report = reportOf(ended, workspace)
    expect([ended.code, report.verdict]).toEqual([1, 'fail'])
    expect(report.reasons.map(({ code }) => code)).toEqual(expect.arrayContaining([expect.stringMatching(/OUTPUT-TOO-LARGE$/)]))
    expect(ended.outputs['services'] ?? '').toBe('')
    expect(JSON.stringify(ended.outputs).length * 2).toBeLessThan(1_048_576)
    expect(Buffer.byteLength(ended.summary)).toBeLessThanOrEqual(1_048_576)
  })
})
