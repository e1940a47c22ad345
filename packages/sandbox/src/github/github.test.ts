import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { type GitHubWish, type RepositoryStory, type StandInGitHub, sandboxToken, startGitHub } from './index.ts'

const noon = Date.UTC(2026, 9, 1, 12)
const clock = { now: () => noon, sleep: async () => {} }
const commit = 'c'.repeat(40)
const open: StandInGitHub[] = []
afterEach(async () => {
  for (const github of open.splice(0)) await github.close()
})

async function started(story: Omit<RepositoryStory, 'name'> = {}, wish: Partial<GitHubWish> = {}) {
  const github = await startGitHub({ clock, repositories: [{ name: 'shop/shop', ...story }], ...wish })
  open.push(github)
  return github
}

interface Answer {
  readonly status: number
  readonly headers: Headers
  /** An object or a list: each test knows which it asked for. */
  readonly body: Readonly<Record<string, unknown>> & readonly Readonly<Record<string, unknown>>[]
}

async function ask(at: StandInGitHub, what: string, body?: unknown, token: string | undefined = sandboxToken): Promise<Answer> {
  const [method = 'GET', path = '/'] = what.split(' ')
  const response = await fetch(`${at.url}/repos/shop/shop${path}`, {
    method,
    headers: { ...(token !== '' && { authorization: `Bearer ${token}` }), 'content-type': 'application/json' },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const text = await response.text()
  return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) }
}

describe('who may ask', () => {
  const tokens = { reader: { contents: 'read' }, writer: { contents: 'write' } } as const

  test.each<{ visible: string; token: string; what: string; status: number }>`
    visible      | token        | what                 | status
    ${'private'} | ${''}        | ${'GET '}            | ${404}
    ${'private'} | ${'stolen'}  | ${'GET '}            | ${401}
    ${'private'} | ${'reader'}  | ${'GET '}            | ${200}
    ${'private'} | ${'reader'}  | ${'GET /branches'}   | ${200}
    ${'private'} | ${'reader'}  | ${'GET /issues'}     | ${403}
    ${'private'} | ${'reader'}  | ${'POST /dispatches'} | ${403}
    ${'private'} | ${'writer'}  | ${'GET /branches'}   | ${200}
    ${'private'} | ${'writer'}  | ${'POST /dispatches'} | ${204}
    ${'public'}  | ${''}        | ${'GET /issues'}     | ${200}
    ${'public'}  | ${''}        | ${'POST /dispatches'} | ${401}
    ${'public'}  | ${'stolen'}  | ${'GET '}            | ${401}
    ${'public'}  | ${'reader'}  | ${'POST /dispatches'} | ${403}
  `('$visible, token "$token", $what: $status', async ({ visible, token, what, status }) => {
    const at = await started({ private: visible === 'private' }, { tokens })
    expect((await ask(at, what, what.startsWith('POST') ? { event_type: 'go' } : undefined, token)).status).toBe(status)
  })

  test('a missing permission is named', async () => {
    const at = await started({}, { tokens: { poor: {} } })
    expect((await ask(at, 'POST /dispatches', { event_type: 'go' }, 'poor')).headers.get('x-accepted-github-permissions')).toBe('contents=write')
  })

  test('no token is kept in the log of requests', async () => {
    const at = await started()
    await ask(at, 'GET ')
    expect(at.requests).toEqual([{ method: 'GET', path: '/repos/shop/shop', query: {}, body: undefined, status: 200 }])
  })
})

describe('what it does not do', () => {
  test.each(['GET /actions/caches', 'DELETE /branches', 'GET /releases?sort=name', 'GET /releases?per_page=abc', 'GET /releases?per_page=0', 'GET /compare/someone:main...main'])('%s is refused and counted', async (what) => {
    const at = await started()
    expect((await ask(at, what)).status).toBe(501)
    expect(at.unknown).toBe(1)
  })

  test.each([{ ref: commit }, { ref: commit, auto_merge: false }, { ref: commit, auto_merge: false, required_contexts: ['build'] }])('a deployment that would merge or wait is refused: %j', async (wish) => {
    const at = await started({ branches: { main: commit } })
    expect((await ask(at, 'POST /deployments', wish)).status).toBe(501)
  })
})

describe('pages', () => {
  const releases = Array.from({ length: 250 }, (_, index) => ({ tag: `v${index}` }))

  test.each<{ query: string; first: string; count: number; links: readonly string[] }>`
    query                     | first     | count  | links
    ${''}                     | ${'v0'}   | ${30}  | ${['next', 'last']}
    ${'?per_page=100&page=2'} | ${'v100'} | ${100} | ${['prev', 'next', 'last', 'first']}
    ${'?per_page=100&page=3'} | ${'v200'} | ${50}  | ${['prev', 'first']}
    ${'?per_page=1000'}       | ${'v0'}   | ${100} | ${['next', 'last']}
  `('releases$query: $count from $first, with $links', async ({ query, first, count, links }) => {
    const answer = await ask(await started({ releases }), `GET /releases${query}`)
    expect([answer.body[0]?.['tag_name'], answer.body.length]).toEqual([first, count])
    expect([...(answer.headers.get('link') ?? '').matchAll(/rel="(\w+)"/g)].map((match) => match[1])).toEqual(links)
  })

  test('following next leads through everything once', async () => {
    const at = await started({ releases })
    const tags: unknown[] = []
    for (let next: string | undefined = '/releases?per_page=40'; next !== undefined; ) {
      const answer: Answer = await ask(at, `GET ${next}`)
      tags.push(...answer.body.map((release) => release['tag_name']))
      next = answer.headers.get('link')?.match(/<[^>]*(\/releases[^>]*)>; rel="next"/)?.[1]
    }
    expect(tags).toEqual(releases.map((release) => release.tag))
  })

  test('one page has no link', async () => {
    expect((await ask(await started(), 'GET /releases')).headers.has('link')).toBe(false)
  })
})

describe('the hourly limit', () => {
  test('counts down, and then refuses until it resets', async () => {
    const at = await started({}, { limit: 2 })
    const answers = [await ask(at, 'GET '), await ask(at, 'GET '), await ask(at, 'GET ')]
    expect(answers.map(({ status, headers }) => [status, headers.get('x-ratelimit-remaining')])).toEqual([[200, '1'], [200, '0'], [403, '0']])
    expect(answers[2]?.headers.get('x-ratelimit-reset')).toBe(String(noon / 1_000 + 3_600))
  })
})

describe('bodies', () => {
  test.each<{ what: string; body: unknown; status: number }>`
    what                               | body                                                   | status
    ${'POST /dispatches'}              | ${{}}                                                  | ${422}
    ${'POST /dispatches'}              | ${{ event_type: 'x'.repeat(101) }}                     | ${422}
    ${'POST /dispatches'}              | ${{ event_type: 'x'.repeat(100) }}                     | ${204}
    ${'POST /dispatches'}              | ${{ event_type: 'x', client_payload: [] }}             | ${422}
    ${'POST /dispatches'}              | ${{ event_type: 'x', extra: 1 }}                       | ${422}
    ${'POST /dispatches'}              | ${'{"event_type"'}                                     | ${400}
    ${'POST /deployments'}             | ${{ auto_merge: false }}                               | ${422}
    ${'POST /deployments/1/statuses'}  | ${{ state: 'fine' }}                                   | ${422}
    ${'POST /deployments/1/statuses'}  | ${{ state: 'success', description: 'x'.repeat(141) }}  | ${422}
    ${'POST /deployments/1/statuses'}  | ${{ state: 'success' }}                                | ${201}
    ${'POST /deployments/9/statuses'}  | ${{ state: 'success' }}                                | ${404}
    ${'POST /issues/1/comments'}       | ${{ body: '' }}                                        | ${422}
  `('$what $body: $status', async ({ what, body, status }) => {
    const at = await started({ deployments: [{ id: 1, sha: commit, environment: 'staging' }], issues: [{ number: 1, title: 'One' }] })
    expect((await ask(at, what, body)).status).toBe(status)
  })
})

describe('deployments', () => {
  test.each<{ environment: string; wish: object; older: string }>`
    environment     | wish                        | older
    ${'staging'}    | ${{}}                       | ${'inactive'}
    ${'staging'}    | ${{ auto_inactive: false }} | ${'success'}
    ${'production'} | ${{}}                       | ${'success'}
  `('a success in $environment with $wish leaves an older one $older', async ({ environment, wish, older }) => {
    const at = await started({ deployments: [{ id: 2, sha: commit, environment }, { id: 1, sha: commit, environment, states: ['success'] }, { id: 3, sha: commit, environment: 'elsewhere', states: ['success'] }] })
    await ask(at, 'POST /deployments/2/statuses', { state: 'success', ...wish })
    expect((await ask(at, 'GET /deployments/1/statuses')).body[0]?.['state']).toBe(older)
    expect((await ask(at, 'GET /deployments/3/statuses')).body[0]?.['state']).toBe('success')
  })

  test('are found by environment, commit and task', async () => {
    const at = await started({ deployments: [{ id: 2, sha: commit, environment: 'staging' }, { id: 1, sha: 'd'.repeat(40), environment: 'staging' }] })
    expect((await ask(at, `GET /deployments?environment=staging&sha=${commit}&task=deploy`)).body.map((each) => each['id'])).toEqual([2])
  })
})

describe('workflows', () => {
  test('a dispatch is delivered to whoever plays the runner', async () => {
    const at = await started({ workflows: ['heal.yml'], branches: { main: commit } })
    expect((await ask(at, 'POST /actions/workflows/heal.yml/dispatches', { ref: 'main', inputs: { service: 'cart' } })).status).toBe(204)
    expect((await ask(at, 'POST /actions/workflows/heal.yml/dispatches', { ref: 'gone' })).status).toBe(422)
    expect((await ask(at, 'POST /actions/workflows/absent.yml/dispatches', { ref: 'main' })).status).toBe(404)
    expect(at.dispatches).toEqual([{ event: 'workflow_dispatch', repository: 'shop/shop', workflow: 'heal.yml', ref: 'main', inputs: { service: 'cart' } }])
  })

  test.each<{ filter: string; last: number }>`
    filter            | last
    ${''}             | ${11}
    ${'&branch=main'} | ${10}
  `('of 1,001 runs, page $last is the last with the filter "$filter"', async ({ filter, last }) => {
    const at = await started({ runs: Array.from({ length: 1_001 }, (_, index) => ({ id: 5_000 - index, workflow: 'release.yml', branch: 'main', sha: commit })) })
    const answer = await ask(at, `GET /actions/workflows/release.yml/runs?per_page=100&page=${last}${filter}`)
    expect([answer.body['total_count'], answer.headers.get('link')?.includes('rel="next"')]).toEqual([1_001, false])
    expect((await ask(at, `GET /actions/workflows/release.yml/runs?per_page=100&page=${last + 1}${filter}`)).body['workflow_runs']).toEqual([])
  })

  test('a workflow is known by the number that its runs carry', async () => {
    const at = await started({ runs: [{ id: 1, workflow: 'release.yml', branch: 'main', sha: commit }] })
    const runs = (await ask(at, 'GET /actions/workflows/release.yml/runs')).body['workflow_runs'] as readonly { readonly workflow_id: number }[]
    expect((await ask(at, `GET /actions/workflows/${runs[0]?.workflow_id}/runs`)).body['total_count']).toBe(1)
  })
})

describe('issues and comments', () => {
  test('an issue is opened, commented on, changed and closed', async () => {
    const at = await started({ pulls: [{ number: 7, base: { ref: 'main', sha: commit }, head: { ref: 'topic', sha: commit }, files: [] }] })
    expect((await ask(at, 'POST /issues', { title: 'Cart is down', labels: ['incident'] })).body).toMatchObject({ number: 8, state: 'open', comments: 0 })
    const comment = (await ask(at, 'POST /issues/8/comments', { body: 'Looking' })).body['id']
    await ask(at, `PATCH /issues/comments/${comment}`, { body: 'Found it' })
    expect((await ask(at, 'GET /issues/8/comments')).body.map((each) => each['body'])).toEqual(['Found it'])
    expect((await ask(at, 'PATCH /issues/8', { state: 'closed' })).body).toMatchObject({ state: 'closed', state_reason: 'completed', comments: 1, title: 'Cart is down' })
    expect((await ask(at, 'GET /issues?labels=incident')).body).toEqual([])
    expect((await ask(at, 'GET /issues?labels=incident&state=all')).body).toHaveLength(1)
  })

  test('a pull request is an issue, too', async () => {
    const at = await started({ pulls: [{ number: 7, base: { ref: 'main', sha: commit }, head: { ref: 'topic', sha: commit }, files: [] }] })
    expect((await ask(at, 'GET /issues/7/comments')).body).toEqual([])
    await ask(at, 'POST /issues/7/comments', { body: 'The plan' })
    expect((await ask(at, 'GET /issues')).body).toEqual([expect.objectContaining({ number: 7, comments: 1, pull_request: expect.anything() })])
  })
})

describe('a real repository', () => {
  let folder: string
  const git = (...args: readonly string[]) => execFileSync('git', ['-C', folder, '-c', 'user.name=Nobody', '-c', 'user.email=nobody@shop.example', '-c', 'commit.gpgsign=false', ...args], { encoding: 'utf8', env: { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' } }).trim()
  const write = (path: string, content: string | Uint8Array) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), content)
  }
  const save = (message: string) => {
    git('add', '-A')
    git('commit', '-q', '-m', message)
    return git('rev-parse', 'HEAD')
  }
  let first: string
  let main: string
  let topic: string

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'github-'))
    git('init', '-q', '-b', 'main')
    write('services/cart/main.ts', 'one\ntwo\nthree\nfour\nfive\n')
    write('services/cart/old name.ts', 'a\nb\nc\nd\ne\nf\n')
    write('gone', 'x')
    symlinkSync('services/cart/main.ts', join(folder, 'linked'))
    symlinkSync('../outside', join(folder, 'dangling'))
    first = save('First')
    git('checkout', '-q', '-b', 'feature/topic')
    write('services/cart/main.ts', 'one\ntwo\nTHREE\nfour\nfive\nsix\n')
    renameSync(join(folder, 'services/cart/old name.ts'), join(folder, 'services/cart/new ü.ts'))
    rmSync(join(folder, 'gone'))
    topic = save('Topic\n\nwith a body')
    git('checkout', '-q', 'main')
    write('README', 'hello')
    main = save('On main')
    git('checkout', '-q', '--orphan', 'stranger')
    save('No parents')
    git('tag', 'v1', first)
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  const real = () => started({ gitDir: join(folder, '.git') })

  test('is compared from where two branches parted', async () => {
    const answer = await ask(await real(), 'GET /compare/main...feature%2Ftopic')
    expect(answer.body).toMatchObject({ status: 'diverged', ahead_by: 1, behind_by: 1, total_commits: 1, merge_base_commit: { sha: first }, base_commit: { sha: main } })
    expect(answer.body['files']).toEqual([
      expect.objectContaining({ filename: 'gone', status: 'removed', additions: 0, deletions: 1 }),
      expect.objectContaining({ filename: 'services/cart/main.ts', status: 'modified', additions: 2, deletions: 1 }),
      expect.objectContaining({ filename: 'services/cart/new ü.ts', status: 'renamed', previous_filename: 'services/cart/old name.ts', changes: 0 }),
    ])
    expect(answer.body['commits']).toEqual([expect.objectContaining({ sha: topic, commit: expect.objectContaining({ message: 'Topic\n\nwith a body' }) })])
  })

  test.each<{ basehead: string; status: string }>`
    basehead        | status
    ${'main...v1'}  | ${'behind'}
    ${'v1...main'}  | ${'ahead'}
    ${'main...main'} | ${'identical'}
  `('$basehead is $status', async ({ basehead, status }) => {
    expect((await ask(await real(), `GET /compare/${basehead}`)).body['status']).toBe(status)
  })

  test.each(['main...stranger', 'main...absent', 'main...--all', 'main..v1'])('%s is not to be compared', async (basehead) => {
    expect((await ask(await real(), `GET /compare/${basehead}`)).status).toBe(404)
  })

  test('lists its branches', async () => {
    expect((await ask(await real(), 'GET /branches')).body.map((each) => each['name'])).toEqual(['feature/topic', 'main', 'stranger'])
  })

  test.each<{ path: string; type: string }>`
    path                      | type
    ${'services/cart/main.ts'} | ${'file'}
    ${'linked'}               | ${'file'}
    ${'dangling'}             | ${'symlink'}
  `('$path is answered as a $type', async ({ path, type }) => {
    expect((await ask(await real(), `GET /contents/${encodeURIComponent(path)}?ref=v1`)).body).toMatchObject({ type, path })
  })

  test('a folder is answered with what is in it', async () => {
    expect((await ask(await real(), 'GET /contents/services%2Fcart?ref=feature%2Ftopic')).body.map((each) => [each['type'], each['path']])).toEqual([['file', 'services/cart/main.ts'], ['file', 'services/cart/new ü.ts']])
  })

  test('a link to a file is answered with its content', async () => {
    const { content } = (await ask(await real(), 'GET /contents/linked?ref=main')).body as unknown as { readonly content: string }
    expect(Buffer.from(content, 'base64').toString()).toBe('one\ntwo\nthree\nfour\nfive\n')
  })

  test('names the files of a commit, of the first one too', async () => {
    const at = await real()
    expect((await ask(at, `GET /commits/${topic}`)).body['files']).toHaveLength(3)
    expect((await ask(at, `GET /commits/${first}`)).body['files']).toHaveLength(5)
    expect((await ask(at, 'GET /commits/absent')).status).toBe(422)
  })

  test('gives a pull request its files', async () => {
    const at = await started({ gitDir: join(folder, '.git'), pulls: [{ number: 1, base: { ref: 'main', sha: main }, head: { ref: 'feature/topic', sha: topic } }] })
    expect((await ask(at, 'GET /pulls/1')).body['changed_files']).toBe(3)
    expect((await ask(at, 'GET /pulls/1/files?per_page=2')).body.map((file) => file['status'])).toEqual(['removed', 'modified'])
  })

  test('is deployed by the name of a branch, and remembered by its commit', async () => {
    const answer = await ask(await real(), 'POST /deployments', { ref: 'feature/topic', auto_merge: false, required_contexts: [] })
    expect(answer.body).toMatchObject({ sha: topic, ref: 'feature/topic', environment: 'production', production_environment: true, payload: {} })
  })
})
