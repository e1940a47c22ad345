import { describe, expect, test } from '@jest/globals'
import { all, noon, reasonOf, sha, withGitHub } from './testing/with-github.ts'

const [base, head] = [sha('base'), sha('head')]

function manyFiles(count: number) {
  return Array.from({ length: count }, (_, index) => ({ path: `services/cart/${index}.ts` }))
}

describe('history', () => {
  test('the default branch is what the repository says', async () => {
    const { forge } = await withGitHub({ defaultBranch: 'trunk' })
    expect(await forge.defaultBranch()).toBe('trunk')
  })

  test('a comparison names its merge base, how the two stand, and each file with its former name', async () => {
    const files = [{ path: 'a', status: 'added' }, { path: 'new', status: 'renamed', previousPath: 'old' }, { path: 'link', status: 'changed' }] as const
    const { forge } = await withGitHub({ comparisons: [{ base, head, mergeBase: sha('fork'), files }] })
    expect(await forge.compare(base, head)).toEqual({ mergeBase: sha('fork'), status: 'diverged', files, truncated: false })
  })

  test.each<{ changed: number; listed: number; truncated: boolean }>`
    changed | listed | truncated
    ${0}    | ${0}   | ${false}
    ${299}  | ${299} | ${false}
    ${300}  | ${300} | ${true}
    ${301}  | ${300} | ${true}
  `('a comparison of $changed files lists $listed, in one request, and truncated is $truncated', async ({ changed, listed, truncated }) => {
    const { forge, github } = await withGitHub({ comparisons: [{ base, head, mergeBase: base, files: manyFiles(changed) }] })
    const comparison = await forge.compare(base, head)
    expect([comparison.files.length, comparison.truncated]).toEqual([listed, truncated])
    expect(github.requests).toHaveLength(1)
  })

  test('branches with a slash are compared', async () => {
    const { forge } = await withGitHub({ branches: { main: base, 'feature/one': head }, comparisons: [{ base, head, mergeBase: base, files: [] }] })
    expect((await forge.compare('main', 'feature/one')).mergeBase).toBe(base)
  })

  test('histories without a common ancestor are no comparison', async () => {
    const { forge } = await withGitHub({ comparisons: [{ base, head, mergeBase: 'none', files: [] }] })
    expect((await reasonOf(forge.compare(base, head))).code).toBe('FM-FORGE-NO-COMMON-ANCESTOR')
  })

  test('releases are listed over all pages, drafts without a date', async () => {
    const releases = [{ tag: 'v102', draft: true }, { tag: 'v101', prerelease: true, publishedAt: noon }, ...Array.from({ length: 100 }, (_, index) => ({ tag: `v${100 - index}`, publishedAt: noon - index * 1_000 }))]
    const { forge, github } = await withGitHub({ releases })
    const found = await all(forge.releases())
    expect(found.map((release) => release.tag)).toEqual(releases.map((release) => release.tag))
    expect(found.slice(0, 2)).toEqual([
      { tag: 'v102', draft: true, prerelease: false, publishedAt: undefined },
      { tag: 'v101', draft: false, prerelease: true, publishedAt: noon },
    ])
    expect(github.requests).toHaveLength(2)
  })
})

describe('content', () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, index) => index)
  const large = new Uint8Array(1024 * 1024 + 1).fill(7)

  test('a file comes byte by byte, whatever its bytes are', async () => {
    const { forge } = await withGitHub({ files: { [`${head}:a dir/ä#?.bin`]: bytes } })
    expect(await forge.content('a dir/ä#?.bin', head)).toEqual(bytes)
  })

  test('an empty file is empty, and no missing file', async () => {
    const { forge } = await withGitHub({ files: { [`${head}:empty`]: '' } })
    expect(await forge.content('empty', head)).toEqual(new Uint8Array())
  })

  test('a file of more than a megabyte comes as a blob', async () => {
    const { forge, asked } = await withGitHub({ files: { [`${head}:large`]: large } })
    expect(Buffer.from((await forge.content('large', head)) ?? []).equals(large)).toBe(true)
    expect(asked()).toEqual(['GET /repos/shop/shop/contents/large', expect.stringContaining('GET /repos/shop/shop/git/blobs/')])
  })

  test('a file that a known commit does not have is undefined', async () => {
    const { forge } = await withGitHub({ files: { [`${head}:there`]: 'x' } })
    expect(await forge.content('absent', head)).toBeUndefined()
  })

  test('a file of an unknown commit is an error, and not undefined', async () => {
    const { forge } = await withGitHub({ files: { [`${head}:there`]: 'x' } })
    expect((await reasonOf(forge.content('there', base))).message).toContain('No commit found')
  })

  test('a file of a repository that the token cannot see is an error, and not undefined', async () => {
    const { forge } = await withGitHub({}, { forge: { repository: 'shop/secret' } })
    expect((await reasonOf(forge.content('there', head))).code).toBe('FM-FORGE-NOT-FOUND')
  })
})

describe('pull requests', () => {
  const pull = { number: 7, base: { ref: 'main', sha: base }, head: { ref: 'topic', sha: head } }

  test('a merged pull request of a fork', async () => {
    const { forge } = await withGitHub({
      pulls: [{ ...pull, title: 'Faster cart', labels: ['fix', 'cart'], head: { ...pull.head, repository: 'someone/shop' }, merged: true, mergeCommitSha: sha('merge'), files: manyFiles(2) }],
    })
    expect(await forge.pullRequest(7)).toEqual({
      number: 7,
      title: 'Faster cart',
      labels: ['fix', 'cart'],
      baseRef: 'main',
      baseSha: base,
      headSha: head,
      headRepository: 'someone/shop',
      merged: true,
      mergeCommitSha: sha('merge'),
      changedFiles: 2,
    })
  })

  test('a fork that was deleted has no name, and a pull request in conflict no merge commit', async () => {
    const { forge } = await withGitHub({ pulls: [{ ...pull, head: { ...pull.head, repository: null }, mergeCommitSha: null, files: [] }] })
    expect(await forge.pullRequest(7)).toMatchObject({ headRepository: undefined, mergeCommitSha: undefined, merged: false })
  })

  test.each<{ changed: number; listed: number; truncated: boolean }>`
    changed  | listed   | truncated
    ${1}     | ${1}     | ${false}
    ${100}   | ${100}   | ${false}
    ${101}   | ${101}   | ${false}
    ${2_999} | ${2_999} | ${false}
    ${3_000} | ${3_000} | ${true}
    ${3_001} | ${3_000} | ${true}
    ${5_001} | ${3_000} | ${true}
  `('of $changed files, $listed are listed over all pages, and truncated is $truncated', async ({ changed, listed, truncated }) => {
    const { forge, github } = await withGitHub({ pulls: [{ ...pull, files: manyFiles(changed) }] })
    const answer = await forge.pullRequestFiles(7)
    expect([answer.files.length, answer.truncated]).toEqual([listed, truncated])
    expect(new Set(answer.files.map((file) => file.path)).size).toBe(listed)
    expect(github.requests.filter((request) => request.path.endsWith('/files'))).toHaveLength(Math.ceil(listed / 100))
  })

  test('a list that is shorter than the pull request says is truncated', async () => {
    const { forge } = await withGitHub({ pulls: [{ ...pull, files: manyFiles(40), changedFiles: 41 }] })
    expect((await forge.pullRequestFiles(7)).truncated).toBe(true)
  })

  test('a list that was read while somebody pushed is truncated', async () => {
    const { forge, github } = await withGitHub({ pulls: [{ ...pull, files: manyFiles(3) }] })
    github.fail({ kind: 'status', status: 502, on: /\/files$/ })
    const { pulls } = github.repository('shop/shop')
    const files = forge.pullRequestFiles(7)
    await until(() => github.requests.some((request) => request.status === 502))
    pulls[0] = { ...pull, head: { ref: 'topic', sha: sha('pushed') }, files: manyFiles(3) }
    expect((await files).truncated).toBe(true)
  })
})

describe('workflow runs', () => {
  const run = (id: number, more: object = {}) => ({ id, workflow: 'release.yml', branch: 'main', sha: sha(String(id)), ...more })

  test('successful runs of one workflow and branch, newest first, over all pages', async () => {
    const runs = Array.from({ length: 250 }, (_, index) => run(1_000 - index))
    const { forge, github } = await withGitHub({ runs: [run(2_000, { conclusion: 'failure' }), run(1_999, { branch: 'topic' }), run(1_998, { workflow: 'test.yml' }), run(1_997, { status: 'in_progress', conclusion: null }), ...runs] })
    const found = await all(forge.successfulRuns('release.yml', 'main'))
    expect(found.map((each) => each.id)).toEqual(runs.map((each) => each.id))
    expect(found[0]).toEqual({ id: 1_000, headSha: sha('1000'), status: 'completed', conclusion: 'success' })
    expect(github.requests).toHaveLength(3)
  })

  test('who stops early has fetched no more than the pages that were needed', async () => {
    const { forge, github } = await withGitHub({ runs: Array.from({ length: 250 }, (_, index) => run(1_000 - index)) })
    for await (const found of forge.successfulRuns('release.yml', 'main')) if (found.id === 900) break
    expect(github.requests).toHaveLength(2)
  })

  test("a fork's branch of the same name proves nothing", async () => {
    const { forge } = await withGitHub({ runs: [run(2, { headRepository: 'someone/shop' }), run(1)] })
    expect((await all(forge.successfulRuns('release.yml', 'main'))).map((each) => each.id)).toEqual([1])
  })

  test.each<{ runs: number; cut: boolean }>`
    runs     | cut
    ${999}   | ${false}
    ${1_000} | ${true}
    ${1_001} | ${true}
  `('of $runs runs, looked through to the end, cut is $cut', async ({ runs, cut }) => {
    const { forge } = await withGitHub({ runs: Array.from({ length: runs }, (_, index) => run(5_000 - index)) })
    const everything = all(forge.successfulRuns('release.yml', 'main'))
    if (cut) expect((await reasonOf(everything)).code).toBe('FM-FORGE-LIST-CUT')
    else expect(await everything).toHaveLength(runs)
  })

  test('a workflow that does not exist is an error, and one without runs an empty list', async () => {
    const { forge } = await withGitHub({ workflows: ['release.yml'] })
    expect(await all(forge.successfulRuns('release.yml', 'main'))).toEqual([])
    expect((await reasonOf(all(forge.successfulRuns('absent.yml', 'main')))).code).toBe('FM-FORGE-NOT-FOUND')
  })
})

describe('deployments', () => {
  test('what is created is listed once it has succeeded, with its services', async () => {
    const { forge, clock } = await withGitHub({ branches: { main: head } })
    const id = await forge.createDeployment({ ref: 'main', environment: 'production', payload: { services: ['cart'] }, description: 'Release 1' })
    expect(await all(forge.successfulDeployments('production'))).toEqual([])
    await forge.setDeploymentState(id, 'in_progress', 'Going out')
    expect(await all(forge.successfulDeployments('production'))).toEqual([])
    await forge.setDeploymentState(id, 'success', 'It is out')
    expect(await all(forge.successfulDeployments('production'))).toEqual([{ id, sha: head, environment: 'production', payload: { services: ['cart'] }, createdAt: clock.now(), state: 'success' }])
    expect(await all(forge.successfulDeployments('staging'))).toEqual([])
  })

  test.each<{ states: readonly ('success' | 'failure' | 'inactive' | 'in_progress')[]; counts: boolean }>`
    states                                  | counts
    ${[]}                                   | ${false}
    ${['in_progress']}                      | ${false}
    ${['in_progress', 'success']}           | ${true}
    ${['success', 'failure']}               | ${false}
    ${['success', 'inactive']}              | ${false}
    ${['failure', 'in_progress', 'success']} | ${true}
  `('a deployment with the states $states counts: $counts', async ({ states, counts }) => {
    const { forge } = await withGitHub({ deployments: [{ sha: head, environment: 'production', states }] })
    expect(await all(forge.successfulDeployments('production'))).toHaveLength(counts ? 1 : 0)
  })

  test('a deployment of one service leaves those of others standing', async () => {
    const { forge } = await withGitHub({ branches: { main: head } })
    for (const service of ['cart', 'search']) {
      const id = await forge.createDeployment({ ref: head, environment: 'staging', payload: { services: [service] }, description: '' })
      await forge.setDeploymentState(id, 'success', '')
    }
    expect((await all(forge.successfulDeployments('staging'))).map((each) => each.payload)).toEqual([{ services: ['search'] }, { services: ['cart'] }])
  })

  test('deployments are listed over all pages, newest first', async () => {
    const deployments = Array.from({ length: 130 }, (_, index) => ({ id: 500 - index, sha: head, environment: 'production', states: ['success'] as const }))
    const { forge } = await withGitHub({ deployments })
    expect((await all(forge.successfulDeployments('production'))).map((each) => each.id)).toEqual(deployments.map((each) => each.id))
  })

  test('the newest of many states decides', async () => {
    const { forge } = await withGitHub({ deployments: [{ sha: head, environment: 'production', states: [...Array.from({ length: 120 }, () => 'in_progress' as const), 'success'] }] })
    expect(await all(forge.successfulDeployments('production'))).toHaveLength(1)
  })

  test('a ref that does not exist is declined in the words of the server', async () => {
    const { forge } = await withGitHub()
    const reason = await reasonOf(forge.createDeployment({ ref: 'gone', environment: 'production', payload: {}, description: '' }))
    expect(reason).toMatchObject({ code: 'FM-FORGE-REFUSED', message: expect.stringContaining('No ref found for: gone') })
  })
})

describe('dispatch', () => {
  test('an event reaches whoever listens, with its payload', async () => {
    const heard: unknown[] = []
    const { forge } = await withGitHub({}, { github: { onDispatch: (dispatch) => heard.push(dispatch) } })
    await forge.dispatch('heal', { service: 'cart' })
    expect(heard).toEqual([{ event: 'repository_dispatch', repository: 'shop/shop', eventType: 'heal', payload: { service: 'cart' } }])
  })

  test('a payload of more than ten properties is declined', async () => {
    const { forge, github } = await withGitHub()
    const payload = Object.fromEntries(Array.from({ length: 11 }, (_, index) => [`p${index}`, index]))
    expect((await reasonOf(forge.dispatch('heal', payload))).code).toBe('FM-FORGE-REFUSED')
    expect(github.dispatches).toEqual([])
  })
})

/** Lets everything that is under way take its turn until something is so. */
async function until(so: () => boolean): Promise<void> {
  while (!so()) await new Promise((resolve) => setImmediate(resolve))
}

describe('issues', () => {
  const repository = { issues: [{ number: 3, title: 'An incident', body: 'It fires.', labels: ['fermata-incident'] }, { number: 2, title: 'A wish' }], pulls: [{ number: 4, labels: ['fermata-incident'], base: { ref: 'main', sha: sha('a') }, head: { ref: 'x', sha: sha('b') }, files: [] }] }

  test('open ones with a label are listed, pull requests are none of them', async () => {
    const { forge } = await withGitHub(repository)
    expect(await all(forge.openIssues('fermata-incident'))).toEqual([{ number: 3, title: 'An incident', body: 'It fires.' }])
  })

  test('what is written, told and closed is no longer open', async () => {
    const { forge } = await withGitHub(repository)
    const number = await forge.createIssue({ title: 'Another', body: 'x'.repeat(70_000), labels: ['fermata-incident'] })
    const [newest] = await all(forge.openIssues('fermata-incident'))
    expect([newest?.number, newest?.body.length, newest?.body.at(-1)]).toEqual([number, 65_536, '…'])
    await forge.comment(number, 'It is over.')
    await forge.closeIssue(number)
    expect((await all(forge.openIssues('fermata-incident'))).map((issue) => issue.number)).toEqual([3])
  })
})
