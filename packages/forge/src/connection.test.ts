import { execFileSync } from 'node:child_process'
import { type Server, createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { afterEach, describe, expect, test } from '@jest/globals'
import { type GitHubFault, sandboxToken } from '@fermata/sandbox'
import { Cancelled } from '@fermata/verdict'
import { createForge } from './index.ts'
import { all, noon, notedClock, reasonOf, sha, withGitHub } from './testing/with-github.ts'

const head = sha('head')

describe('what keeps a request from being sent', () => {
  test.each<{ token: string | undefined; repository: string | undefined; code: string }>`
    token        | repository          | code
    ${undefined} | ${'shop/shop'}      | ${'FM-FORGE-NO-TOKEN'}
    ${''}        | ${'shop/shop'}      | ${'FM-FORGE-NO-TOKEN'}
    ${'t'}       | ${undefined}        | ${'FM-FORGE-NO-REPOSITORY'}
    ${'t'}       | ${'shop'}           | ${'FM-FORGE-NO-REPOSITORY'}
    ${'t'}       | ${'shop/shop/more'} | ${'FM-FORGE-NO-REPOSITORY'}
  `('token $token and repository $repository: $code, from every method', async ({ token, repository, code }) => {
    const { github } = await withGitHub()
    const forge = createForge({ token, repository, apiUrl: github.url, clock: notedClock() })
    const methods: readonly (() => Promise<unknown>)[] = [
      () => forge.defaultBranch(),
      () => forge.compare('a', 'b'),
      () => forge.pullRequest(1),
      () => forge.pullRequestFiles(1),
      () => all(forge.successfulRuns('w', 'b')),
      () => all(forge.successfulDeployments('production')),
      () => all(forge.releases()),
      () => forge.createDeployment({ ref: 'a', environment: 'e', payload: {}, description: '' }),
      () => forge.setDeploymentState(1, 'success', ''),
      () => forge.dispatch('e', {}),
      () => forge.content('p', 'r'),
    ]
    for (const method of methods) expect((await reasonOf(method())).code).toBe(code)
    expect(github.requests).toEqual([])
  })

  test('a missing token is blamed on the input that takes it', async () => {
    const reason = await reasonOf(createForge({ token: undefined, repository: 'shop/shop', clock: notedClock() }).defaultBranch())
    expect(reason.remedy).toContain('github-token')
  })
})

describe('failures that pass', () => {
  test.each<{ what: string; fault: GitHubFault; waits: readonly number[] }>`
    what                              | fault                                                                 | waits
    ${'an error of the server'}       | ${{ kind: 'status', status: 502, times: 2 }}                          | ${[1_000, 2_000]}
    ${'a broken connection'}          | ${{ kind: 'reset', times: 3 }}                                        | ${[1_000, 2_000, 4_000]}
    ${'an answer that breaks off'}    | ${{ kind: 'cut', times: 1 }}                                          | ${[1_000]}
    ${'the secondary limit'}          | ${{ kind: 'secondary-limit', retryAfter: 7 }}                         | ${[7_000]}
    ${'the secondary limit, untimed'} | ${{ kind: 'secondary-limit' }}                                        | ${[60_000]}
    ${'too many requests'}            | ${{ kind: 'status', status: 429, headers: { 'retry-after': '3' } }}   | ${[3_000]}
  `('$what is waited for: $waits', async ({ fault, waits }) => {
    const { forge, github, clock } = await withGitHub()
    github.fail(fault)
    expect(await forge.defaultBranch()).toBe('main')
    expect(clock.waits).toEqual(waits)
    expect(github.requests).toHaveLength(waits.length + 1)
  })

  test.each(['status', 'reset', 'cut'] as const)('%s without end stops after four attempts', async (kind) => {
    const { forge, github } = await withGitHub()
    github.fail(kind === 'status' ? { kind, status: 503, times: 99 } : { kind, times: 99 })
    const reason = await reasonOf(forge.defaultBranch())
    expect(reason).toMatchObject({ code: 'FM-FORGE-UNREACHABLE', message: expect.stringContaining('after 4 attempts') })
    expect(github.requests).toHaveLength(4)
  })

  test('a fault in the middle of a list does not start it again', async () => {
    const { forge, github } = await withGitHub({ releases: Array.from({ length: 250 }, (_, index) => ({ tag: `v${index}` })) })
    github.fail({ kind: 'cut', on: /releases/ })
    github.fail({ kind: 'reset', on: /releases/ })
    expect((await all(forge.releases())).map((release) => release.tag)).toEqual(Array.from({ length: 250 }, (_, index) => `v${index}`))
    expect(github.requests).toHaveLength(5)
  })

  test('a server that is not there', async () => {
    const { forge, github } = await withGitHub()
    await github.close()
    expect((await reasonOf(forge.defaultBranch())).message).toContain('ECONNREFUSED')
  }, 10_000)

  test('a server that never answers', async () => {
    const { forge, github } = await withGitHub({}, { forge: { timeoutMs: 50 } })
    github.fail({ kind: 'silence', times: 99 })
    expect((await reasonOf(forge.defaultBranch())).code).toBe('FM-FORGE-UNREACHABLE')
  })
})

describe('requests that must not be done twice', () => {
  test.each(['reset', 'cut'] as const)('a deployment is not created again after %s', async (kind) => {
    const { forge, github } = await withGitHub({ branches: { main: head } })
    github.fail({ kind, on: /^POST/ })
    const reason = await reasonOf(forge.createDeployment({ ref: 'main', environment: 'production', payload: {}, description: '' }))
    expect(reason).toMatchObject({ code: 'FM-FORGE-UNREACHABLE', message: expect.stringContaining('may have been carried out') })
    expect(github.repository('shop/shop').deployments).toHaveLength(kind === 'cut' ? 1 : 0)
  })

  test('an event is not sent again after an error of the server', async () => {
    const { forge, github } = await withGitHub()
    github.fail({ kind: 'status', status: 500 })
    expect((await reasonOf(forge.dispatch('heal', {}))).code).toBe('FM-FORGE-UNREACHABLE')
    expect(github.requests).toHaveLength(1)
  })

  test('what was refused for its rate was not done, and is sent again', async () => {
    const { forge, github } = await withGitHub()
    github.fail({ kind: 'secondary-limit', retryAfter: 1 })
    await forge.dispatch('heal', {})
    expect(github.dispatches).toHaveLength(1)
  })
})

describe('refusals', () => {
  test('a used up limit names when it resets, and is not waited for', async () => {
    const { forge, clock } = await withGitHub({}, { github: { limit: 1 } })
    await forge.defaultBranch()
    const reason = await reasonOf(forge.defaultBranch())
    expect(reason).toMatchObject({ code: 'FM-FORGE-RATE-LIMITED', message: expect.stringContaining('2026-10-01T13:00:00.000Z') })
    expect(clock.waits).toEqual([])
  })

  test('a pause that is longer than a run should wait names its end', async () => {
    const { forge, github } = await withGitHub()
    github.fail({ kind: 'secondary-limit', retryAfter: 600 })
    expect((await reasonOf(forge.defaultBranch())).message).toContain(new Date(noon + 600_000).toISOString())
  })

  test('a token that GitHub does not know', async () => {
    const { forge, github } = await withGitHub({}, { forge: { token: 'ghs_over' } })
    expect(await reasonOf(forge.defaultBranch())).toMatchObject({ code: 'FM-FORGE-BAD-TOKEN', remedy: expect.stringContaining('github-token') })
    expect(github.requests).toHaveLength(1)
  })

  test.each<{ method: string; permission: string }>`
    method                    | permission
    ${'compare'}              | ${'contents: read'}
    ${'releases'}             | ${'contents: read'}
    ${'pullRequest'}          | ${'pull-requests: read'}
    ${'successfulRuns'}       | ${'actions: read'}
    ${'successfulDeployments'} | ${'deployments: read'}
    ${'createDeployment'}     | ${'deployments: write'}
    ${'setDeploymentState'}   | ${'deployments: write'}
    ${'dispatch'}             | ${'contents: write'}
  `('$method without its permission names $permission', async ({ method, permission }) => {
    const { forge } = await withGitHub({ workflows: ['w.yml'], deployments: [{ id: 1, sha: head, environment: 'e' }] }, { github: { tokens: { poor: {} } }, forge: { token: 'poor' } })
    const methods: Readonly<Record<string, () => Promise<unknown>>> = {
      compare: () => forge.compare(head, head),
      releases: () => all(forge.releases()),
      pullRequest: () => forge.pullRequest(1),
      successfulRuns: () => all(forge.successfulRuns('w.yml', 'main')),
      successfulDeployments: () => all(forge.successfulDeployments('e')),
      createDeployment: () => forge.createDeployment({ ref: head, environment: 'e', payload: {}, description: '' }),
      setDeploymentState: () => forge.setDeploymentState(1, 'success', ''),
      dispatch: () => forge.dispatch('e', {}),
    }
    const reason = await reasonOf((methods[method] as () => Promise<unknown>)())
    expect(reason).toMatchObject({ code: 'FM-FORGE-FORBIDDEN', remedy: expect.stringContaining(permission) })
  })

  test('something that is not there, or not to be seen, names both causes', async () => {
    const { forge } = await withGitHub()
    expect(await reasonOf(forge.pullRequest(9))).toMatchObject({ code: 'FM-FORGE-NOT-FOUND', message: expect.stringContaining('/pulls/9'), remedy: expect.stringContaining('pull-requests: read') })
  })
})

describe('answers that are none', () => {
  test.each<{ fault: 'html' | 'halved'; says: string }>`
    fault       | says
    ${'html'}   | ${'doctype'}
    ${'halved'} | ${'the text'}
  `('$fault', async ({ fault, says }) => {
    const { forge, github } = await withGitHub({ releases: [{ tag: 'v1' }] })
    github.fail({ kind: fault })
    const reason = await reasonOf(all(forge.releases()))
    expect(reason.code).toBe('FM-FORGE-UNREADABLE')
    expect(reason.message).toContain(says)
  })

  test.each<{ what: string; body: unknown; ask: string }>`
    what | body | ask
    ${'a list in the place of a repository'} | ${[]} | ${'defaultBranch'}
    ${'a repository without default branch'} | ${{ name: 'shop' }} | ${'defaultBranch'}
    ${'a comparison without files'} | ${{ status: 'ahead', merge_base_commit: { sha: head } }} | ${'compare'}
    ${'a state of a file that nobody knows'} | ${{ status: 'ahead', merge_base_commit: { sha: head }, files: [{ filename: 'a', status: 'vanished' }] }} | ${'compare'}
    ${'a rename without the former name'} | ${{ status: 'ahead', merge_base_commit: { sha: head }, files: [{ filename: 'a', status: 'renamed' }] }} | ${'compare'}
    ${'a merge base that is no commit'} | ${{ status: 'ahead', merge_base_commit: { sha: 'main' }, files: [] }} | ${'compare'}
    ${'an object in the place of a list'} | ${{ message: 'later' }} | ${'releases'}
    ${'a release of no date'} | ${[{ tag_name: 'v1', draft: false, prerelease: false, published_at: 'yesterday' }]} | ${'releases'}
    ${'content that is shorter than it says'} | ${{ type: 'file', sha: head, size: 9, encoding: 'base64', content: 'YQ==' }} | ${'content'}
  `('$what is never data', async ({ body, ask }) => {
    const server = createServer((_, response) => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body)))
    const forge = createForge({ token: 't', repository: 'shop/shop', apiUrl: await open(server), clock: notedClock() })
    const asked: Readonly<Record<string, () => Promise<unknown>>> = { defaultBranch: () => forge.defaultBranch(), compare: () => forge.compare('a', 'b'), releases: () => all(forge.releases()), content: () => forge.content('a', 'b') }
    expect((await reasonOf((asked[ask] as () => Promise<unknown>)())).code).toBe('FM-FORGE-UNREADABLE')
  })

  test('a list that ends before it has told all that it counted is cut', async () => {
    const server = createServer((_, response) => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ total_count: 1, workflow_runs: [] })))
    const forge = createForge({ token: 't', repository: 'shop/shop', apiUrl: await open(server), clock: notedClock() })
    expect((await reasonOf(all(forge.successfulRuns('release.yml', 'main')))).code).toBe('FM-FORGE-LIST-CUT')
  })

  test('a page that names itself as the next is no endless list', async () => {
    const server = createServer((request, response) => response.writeHead(200, { 'content-type': 'application/json', link: `<http://elsewhere.example${request.url}>; rel="next"` }).end('[]'))
    const forge = createForge({ token: 't', repository: 'shop/shop', apiUrl: await open(server), clock: notedClock() })
    expect((await reasonOf(all(forge.releases()))).code).toBe('FM-FORGE-UNREADABLE')
  })

  test('the token does not follow a next page to another host', async () => {
    const { forge, github } = await withGitHub()
    const heard: string[] = []
    const other = createServer((request, response) => { heard.push(request.url ?? ''); response.end('[]') })
    const lured = await open(other)
    const server = createServer((request, response) => response.writeHead(200, { 'content-type': 'application/json', ...(request.url?.includes('page=2') ? {} : { link: `<${lured}/next?page=2>; rel="next"` }) }).end('[]'))
    expect(await all(createForge({ token: 't', repository: 'shop/shop', apiUrl: await open(server), clock: notedClock() }).releases())).toEqual([])
    expect(heard).toEqual([])
    expect([forge, github.requests]).toEqual([forge, []])
  })
})

describe('being stopped', () => {
  test.each<{ method: 'defaultBranch' | 'dispatch' }>`
    method
    ${'defaultBranch'}
    ${'dispatch'}
  `('an aborted signal ends $method with its own reason, and nothing more is sent', async ({ method }) => {
    const stop = new AbortController()
    const { forge, github } = await withGitHub({}, { forge: { signal: stop.signal } })
    github.fail({ kind: 'silence', times: 99 })
    const ask = () => (method === 'dispatch' ? forge.dispatch('heal', {}) : forge.defaultBranch())
    const asked = ask()
    while (github.requests.length === 0) await new Promise((resolve) => setImmediate(resolve))
    stop.abort(new Cancelled('enough'))
    await expect(asked).rejects.toThrow(Cancelled)
    await expect(ask()).rejects.toThrow(Cancelled)
    expect(github.requests).toHaveLength(1)
  })
})

describe('the way to the server', () => {
  test('a path in the address of the API is kept, as GitHub Enterprise Server has one', async () => {
    const paths: (string | undefined)[] = []
    const server = createServer((request, response) => {
      paths.push(request.url)
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ default_branch: 'main' }))
    })
    await createForge({ token: 't', repository: 'shop/shop', apiUrl: `${await open(server)}/api/v3/`, clock: notedClock() }).defaultBranch()
    expect(paths).toEqual(['/api/v3/repos/shop/shop'])
  })

  test('a proxy of the environment is used for others, and not for this machine', async () => {
    const { github } = await withGitHub()
    const proxy = createServer((request, response) => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ default_branch: `behind the proxy: ${request.url}` })))
    await withEnvironment({ http_proxy: await open(proxy), no_proxy: undefined, NO_PROXY: undefined }, async () => {
      const wish = { token: sandboxToken, repository: 'shop/shop', clock: notedClock() }
      expect(await createForge({ ...wish, apiUrl: 'http://github.example' }).defaultBranch()).toBe('behind the proxy: http://github.example/repos/shop/shop')
      expect(await createForge({ ...wish, apiUrl: github.url }).defaultBranch()).toBe('main')
    })
  })
})

describe('start-up', () => {
  test('octokit is not loaded before the first request', () => {
    const program = `
      import { registerHooks } from 'node:module'
      const loaded = []
      registerHooks({ resolve: (name, context, next) => { loaded.push(name); return next(name, context) } })
      const { createForge } = await import('${new URL('index.ts', import.meta.url)}')
      const forge = createForge({ token: 't', repository: 'shop/shop', apiUrl: 'http://127.0.0.1:9', clock: { now: () => 0, sleep: async () => {} } })
      const before = loaded.filter((name) => /octokit|undici|@actions/.test(name))
      await forge.defaultBranch().catch(() => {})
      console.log(JSON.stringify({ before, after: loaded.includes('@actions/github') }))`
    const said = execFileSync(process.execPath, ['--disable-warning=ExperimentalWarning', '--input-type=module', '--eval', program], { encoding: 'utf8' })
    expect(JSON.parse(said)).toEqual({ before: [], after: true })
  })
})

const servers: Server[] = []
const sockets = new Set<Socket>()
afterEach(async () => {
  for (const socket of sockets) socket.destroy()
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve))
})

async function open(server: Server): Promise<string> {
  servers.push(server)
  server.on('connection', (socket: Socket) => sockets.add(socket))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function withEnvironment(values: Readonly<Record<string, string | undefined>>, run: () => Promise<void>): Promise<void> {
  const before = Object.fromEntries(Object.keys(values).map((name) => [name, process.env[name]]))
  setEnvironment(values)
  try {
    await run()
  } finally {
    setEnvironment(before)
  }
}

function setEnvironment(values: Readonly<Record<string, string | undefined>>): void {
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined) delete process.env[name]
    else process.env[name] = value
  }
}
