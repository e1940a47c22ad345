import type { Forge } from '@fermata/ports'
import type { RepositoryStory } from '@fermata/sandbox'

export const repository = 'acme/shop'
const sha = (digit: string): string => digit.repeat(40)

/** A repository in which every request of the port finds something. */
export const story: RepositoryStory = {
  name: repository,
  branches: { main: sha('c') },
  comparisons: [
    { base: sha('a'), head: sha('c'), mergeBase: sha('a'), status: 'ahead', files: [{ path: 'k8s/web.yaml' }, { path: 'k8s/new.yaml', status: 'renamed', previousPath: 'k8s/old.yaml' }, { path: 'gone', status: 'removed' }] },
    { base: sha('a'), head: sha('d'), mergeBase: 'none', files: [] },
  ],
  files: { [`${sha('c')}:fermata.yaml`]: 'version: 1\n', [`${sha('c')}:large.bin`]: new Uint8Array(1_100_000) },
  pulls: [
    { number: 7, title: 'A new checkout', labels: ['feature'], base: { ref: 'main', sha: sha('a') }, head: { ref: 'checkout', sha: sha('c') }, files: [{ path: 'k8s/web.yaml' }] },
    { number: 8, base: { ref: 'main', sha: sha('a') }, head: { ref: 'fork', sha: sha('b'), repository: null }, state: 'closed', merged: true, mergeCommitSha: sha('c'), files: [] },
  ],
  runs: [
    { id: 12, workflow: 'release.yml', branch: 'main', sha: sha('c') },
    { id: 11, workflow: 'release.yml', branch: 'main', sha: sha('b'), headRepository: 'stranger/shop' },
    { id: 10, workflow: 'release.yml', branch: 'main', sha: sha('a'), status: 'in_progress', conclusion: null },
  ],
  deployments: [
    { id: 31, sha: sha('c'), environment: 'production', payload: { services: ['cart'] }, description: 'A release', states: ['in_progress', 'success'] },
    { id: 30, sha: sha('a'), environment: 'staging', payload: '{"services":["cart"]}' },
  ],
  releases: [{ tag: 'v2', draft: true, publishedAt: null }, { tag: 'v1' }],
  issues: [{ number: 5, title: 'An alert', body: 'It fires.', labels: ['incident'], comments: ['first'] }, { number: 4, title: 'Another', state: 'closed' }],
}

/** A request that the port does not make yet, and the stand-in answers: `POST /issues`. */
export type Raw = (what: string, body?: unknown, token?: string) => Promise<number>

export interface Case {
  readonly name: string
  /** Which method of the port it goes through. */
  readonly method?: keyof Forge
  readonly run: (forge: Forge, raw: Raw) => Promise<unknown>
}

async function all<T>(list: AsyncIterable<T>): Promise<readonly T[]> {
  const items: T[] = []
  for await (const item of list) items.push(item)
  return items
}

/** How one method of the port is asked, and asked for what is not there. A new method without a row here does not compile. */
const asked: { readonly [M in keyof Forge]: Readonly<Record<string, (forge: Forge) => Promise<unknown>>> } = {
  defaultBranch: { 'the default branch': (forge) => forge.defaultBranch() },
  compare: {
    'a comparison': (forge) => forge.compare(sha('a'), sha('c')),
    'a comparison of strangers': (forge) => forge.compare(sha('a'), sha('d')).catch(() => undefined),
    'a comparison with nothing': (forge) => forge.compare(sha('a'), sha('e')).catch(() => undefined),
  },
  pullRequest: { 'a pull request': (forge) => forge.pullRequest(7), 'a merged one of a deleted fork': (forge) => forge.pullRequest(8), 'none': (forge) => forge.pullRequest(99).catch(() => undefined) },
  pullRequestFiles: { 'files of a pull request': (forge) => forge.pullRequestFiles(7) },
  successfulRuns: { 'successful runs': (forge) => all(forge.successfulRuns('release.yml', 'main')), 'runs of no workflow': (forge) => all(forge.successfulRuns('none.yml', 'main')).catch(() => undefined) },
  successfulDeployments: { 'deployments to production': (forge) => all(forge.successfulDeployments('production')), 'deployments without a status': (forge) => all(forge.successfulDeployments('staging')) },
  releases: { releases: (forge) => all(forge.releases()) },
  createDeployment: {
    'a new deployment': (forge) => forge.createDeployment({ ref: 'main', environment: 'production', payload: { services: ['web'] }, description: 'r1' }),
    'a new deployment of nothing': (forge) => forge.createDeployment({ ref: 'nothing', environment: 'production', payload: {}, description: 'r1' }).catch(() => undefined),
  },
  setDeploymentState: Object.fromEntries((['in_progress', 'success', 'failure', 'inactive'] as const).map((state) => [`a deployment that is ${state}`, (forge: Forge) => forge.setDeploymentState(31, state, 'r1')])),
  dispatch: { 'a dispatch': (forge) => forge.dispatch('alert-triggered', { alert: 'HighErrorRate', labels: { version: '1.10' } }), 'a dispatch too large': (forge) => forge.dispatch('x'.repeat(101), {}).catch(() => undefined) },
  openIssues: { 'open incidents': (forge) => all(forge.openIssues('incident')) },
  createIssue: { 'an incident': (forge) => forge.createIssue({ title: 'HighErrorRate', body: 'It fires.', labels: ['incident'] }) },
  comment: { 'what was done': (forge) => forge.comment(5, 'It was restarted.'), 'a comment on nothing': (forge) => forge.comment(999, 'It was restarted.').catch(() => undefined) },
  closeIssue: { 'an incident that has ended': (forge) => forge.closeIssue(5) },
  content: {
    'a file': (forge) => forge.content('fermata.yaml', sha('c')),
    'a large file': (forge) => forge.content('large.bin', sha('c')),
    'a file that is not there': (forge) => forge.content('none.yaml', sha('c')),
    'a file of no commit': (forge) => forge.content('none.yaml', 'no-branch').catch(() => undefined),
  },
}

/** What other programs ask of the stand-in, so that it does not answer them otherwise than GitHub. */
const direct: Readonly<Record<string, readonly [what: string, status: number, body?: unknown, token?: string]>> = {
  'open issues': ['GET /issues', 200],
  'issues by label': ['GET /issues?state=all&labels=incident&per_page=1', 200],
  'a new issue': ['POST /issues', 201, { title: 'An incident', body: 'It fires.', labels: ['incident'] }],
  'a new issue without a title': ['POST /issues', 422, { body: 'It fires.' }],
  'an issue': ['GET /issues/5', 200],
  'a pull request as an issue': ['GET /issues/7', 200],
  'no issue': ['GET /issues/999', 404],
  'an issue that is closed': ['PATCH /issues/5', 200, { state: 'closed', state_reason: 'completed' }],
  'comments': ['GET /issues/5/comments', 200],
  'a new comment': ['POST /issues/5/comments', 201, { body: 'It is over.' }],
  'a comment that is changed': ['PATCH /issues/comments/1003', 200, { body: 'It is over, again.' }],
  'deployments': ['GET /deployments?environment=production', 200],
  'a deployment': ['GET /deployments/31', 200],
  'states of a deployment': ['GET /deployments/31/statuses', 200],
  'a state that is none': ['POST /deployments/31/statuses', 422, { state: 'maybe' }],
  'branches': ['GET /branches', 200],
  'a commit': [`GET /commits/${sha('c')}`, 200],
  'no commit': ['GET /commits/nothing', 422],
  'a workflow that is started': ['POST /actions/workflows/release.yml/dispatches', 204, { ref: 'main', inputs: { environment: 'staging' } }],
  'a stranger': ['GET ', 401, undefined, 'stolen'],
  'somebody who may not': ['POST /dispatches', 403, { event_type: 'go' }, 'reader'],
}

export const cases: readonly Case[] = [
  ...Object.entries(asked).flatMap(([method, rows]) => Object.entries(rows).map(([name, run]) => ({ name, method: method as keyof Forge, run }))),
  ...Object.entries(direct).map(([name, [what, status, body, token]]) => ({
    name,
    run: async (_: Forge, raw: Raw) => {
      const came = await raw(what, body, token)
      if (came !== status) throw new Error(`${what} was answered with ${came} instead of ${status}.`)
    },
  })),
]
