import { afterAll, describe, expect, jest, test } from '@jest/globals'
import { chmodSync, renameSync, rmSync, symlinkSync, writeFileSync, chownSync, readdirSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { openGit } from './git.ts'
import { cloneOf, contents, folder, opened, processes, removeFolders, repository, type Repository } from './testing/repository.ts'

// Each test runs dozens of processes, and another job may have the machine.
jest.setTimeout(60_000)
afterAll(removeFolders)

function portOf(at: Repository, below = '') {
  const exec = processes()
  const temporary = folder()
  return { git: openGit(exec, { directory: join(at.path, below), temporary }), exec, temporary }
}

const shown = (changes: readonly { readonly kind: string; readonly path: string }[]) => changes.map(({ kind, path }) => `${kind} ${path}`).sort()

describe.each([['sha1'], ['sha256']])('a %s repository', (format) => {
  test('a diff knows additions, deletions, modes, links, submodules and both sides of a rename', async () => {
    const at = await repository(`--object-format=${format}`)
    const base = await at.commit({ 'a/old.txt': 'same', 'a/gone': '1', 'a/run.sh': 'x', 'a/turns': 'file', 'a/kept': 'k' })
    renameSync(join(at.path, 'a/old.txt'), join(at.path, 'new.txt'))
    rmSync(join(at.path, 'a/gone'))
    chmodSync(join(at.path, 'a/run.sh'), 0o755)
    rmSync(join(at.path, 'a/turns'))
    symlinkSync('kept', join(at.path, 'a/turns'))
    await at.git('update-index', '--add', '--cacheinfo', `160000,${base},vendor/lib`)
    await at.git('add', 'a', 'new.txt')
    await at.git('commit', '--quiet', '--message', 'y')
    const head = await at.git('rev-parse', 'HEAD')
    const changes = await portOf(at).git.diff(base, head)
    expect(shown(changes)).toEqual(['added new.txt', 'added vendor/lib', 'deleted a/gone', 'deleted a/old.txt', 'modified a/run.sh', 'type-changed a/turns'])
    expect(changes.find(({ path }) => path === 'a/run.sh')).toMatchObject({ before: { mode: '100644' }, after: { mode: '100755' } })
    expect(changes.find(({ path }) => path === 'vendor/lib')).toMatchObject({ after: { mode: '160000', object: base } })
    expect(changes.find(({ path }) => path === 'a/turns')?.after.mode).toBe('120000')
    expect(base).toHaveLength(format === 'sha1' ? 40 : 64)
  })

  test('a missing commit is fetched by name, with its folders and without history', async () => {
    const source = await repository(`--object-format=${format}`)
    const base = await source.commit({ 'a/1': 'one' })
    const head = await source.commit({ 'a/2': 'two' })
    const clone = await cloneOf(source, '--depth=1')
    const { git, exec } = portOf(clone)
    expect(await git.resolve(base)).toBeUndefined()
    expect(await git.obtain([base, head])).toBe(true)
    expect(shown(await git.diff(base, head))).toEqual(['added a/2'])
    expect(Buffer.from((await git.read(base, 'a/1')) ?? []).toString()).toBe('one')
    expect(exec.commands).toContain('fetch')
  })
})

test('names of any bytes arrive, and the folders above an undecodable name keep theirs', async () => {
  const at = await repository()
  const base = await at.commit({ first: '' })
  const names = ['tab\there', 'line\nbreak', 'x\n::error::owned', 'quote"d', 'back\\slash', 'späce d', ' lead', '--config=evil.cjs', '$(whoami)', ':(glob)*', 'é/ünï']
  const head = await at.commit(Object.fromEntries(names.map((name) => [`a/${name}`, 'x'])))
  const raw = Buffer.concat([Buffer.from(`${at.path}/é/`), Buffer.from([0x66, 0xff])])
  await at.commit({ 'é/ok': '' })
  writeFileSync(raw, 'x')
  const last = await at.commit({})
  const { git } = portOf(at)
  expect((await git.diff(base, head)).map(({ path }) => path).sort()).toEqual(names.map((name) => `a/${name}`).sort())
  expect((await git.diff(head, last)).map(({ path }) => path).sort()).toEqual(['é/f\u00ff', 'é/ok'].sort())
  expect(Buffer.from((await git.read(head, 'a/line\nbreak')) ?? []).toString()).toBe('x')
})

test('a full clone is only read: not a byte of it changes, nothing is fetched, no side repository appears', async () => {
  const source = await repository()
  const base = await source.commit({ 'a/1': '' })
  await source.git('tag', 'v1.0.0')
  const head = await source.commit({ 'a/2': '' })
  const clone = await cloneOf(source)
  const before = contents(clone.path)
  const { git, exec, temporary } = portOf(clone)
  expect(await git.obtain([base, head])).toBe(true)
  expect(await git.diff(base, head)).toHaveLength(1)
  expect(await git.mergeBase(base, head)).toBe(base)
  expect(await git.isAncestor(base, head)).toBe(true)
  expect(await git.isAncestor(head, base)).toBe(false)
  expect(await git.previousTag(head, 'v[0-9]*')).toEqual({ tag: 'v1.0.0', commit: base })
  expect(await git.previousTag(base, 'v[0-9]*')).toBeUndefined()
  expect(await git.paths(head, 'a')).toEqual(['a/1', 'a/2'])
  expect(await git.read(head, 'a/none')).toBeUndefined()
  expect(contents(clone.path)).toEqual(before)
  expect(exec.commands.filter((command) => ['fetch', 'init', 'ls-remote'].includes(command))).toEqual([])
  expect(readdirSync(temporary)).toEqual([])
})

test.each([['full', []], ['shallow', ['--depth=1']], ['partial', ['--filter=blob:none', '--no-checkout']], ['bare', ['--bare']]])('a commit that a %s clone lacks is obtained without a change to the clone', async (_, how) => {
  const source = await repository()
  const base = await source.commit({ 'a/1': 'one' })
  const clone = await cloneOf(source, ...how)
  await source.git('switch', '--quiet', '--create', 'side')
  const head = await source.commit({ 'b/1': '' })
  const before = contents(clone.path)
  const { git } = portOf(clone)
  expect(await git.obtain([base, head])).toBe(true)
  expect(shown(await git.diff(base, head))).toEqual(['added b/1'])
  expect((await git.resolve(head))?.parents).toEqual([base])
  expect(contents(clone.path)).toEqual(before)
})

test('a merge base beyond the end of a shallow history is found, in steps, beside the clone', async () => {
  const source = await repository()
  const fork = await source.commit({ fork: '' })
  const side = await source.grow('side', fork, 70)
  const main = await source.commit({ main: '' })
  const clone = await cloneOf(source, '--depth=1', '--branch=side')
  const before = contents(clone.path)
  const { git, exec } = portOf(clone)
  expect(await git.tip('refs/heads/main')).toBe(main)
  expect(await git.isAncestor(fork, side)).toBe('unknown')
  expect(await git.mergeBase(main, side)).toBe(fork)
  expect(exec.commands.filter((command) => command === 'fetch')).toHaveLength(2)
  expect(await git.isAncestor(fork, side)).toBe(true)
  expect(contents(clone.path)).toEqual(before)
})

test('histories that never meet are none, after all of them were seen', async () => {
  const source = await repository()
  const main = await source.commit({ a: '' })
  await source.git('switch', '--quiet', '--orphan', 'other')
  const other = await source.commit({ b: '' })
  const full = portOf(await cloneOf(source))
  expect(await full.git.mergeBase(main, other)).toBe('none')
  const shallow = portOf(await cloneOf(source, '--depth=1', '--no-single-branch'))
  expect(await shallow.git.mergeBase(main, other)).toBe('none')
})

test('tags are found in a shallow clone that has none, by ancestry and not by date', async () => {
  const source = await repository()
  const old = await source.commit({ a: '' })
  await source.git('tag', '--annotate', '--message', 'x', 'v1.0.0')
  await source.git('switch', '--quiet', '--create', 'elsewhere')
  await source.commit({ z: '' })
  await source.git('tag', 'v1.0.9')
  await source.git('switch', '--quiet', 'main')
  const head = await source.commit({ b: '' })
  await source.git('tag', 'v2.0.0')
  const { git } = portOf(await cloneOf(source, '--depth=1', '--no-tags'))
  expect(await git.previousTag(head, 'v[0-9]*')).toEqual({ tag: 'v1.0.0', commit: old })
  expect(await git.tip('refs/tags/v1.0.0')).toBe(old)
  expect(await git.tip('refs/tags/none')).toBeUndefined()
})

test('without a checkout everything is fetched from the known address', async () => {
  const source = await repository()
  const base = await source.commit({ 'a/1': 'one' })
  const head = await source.commit({ 'a/1': 'two' })
  const git = openGit(processes(), { directory: folder(), temporary: folder(), remote: { url: `file://${source.path}` } })
  expect(await git.resolve('HEAD')).toBeUndefined()
  expect(await git.obtain([base, head])).toBe(true)
  expect(shown(await git.diff(base, head))).toEqual(['modified a/1'])
  expect(Buffer.from((await git.read(head, 'a/1')) ?? []).toString()).toBe('two')
  expect(await git.mergeBase(base, head)).toBe(base)
})

test('a working directory inside of the repository sees its own part, by names relative to it', async () => {
  const at = await repository()
  const base = await at.commit({ 'shöp/a/1': 'one', 'other/x': '' })
  const head = await at.commit({ 'shöp/a/2': 'two', 'other/y': '' })
  const { git } = portOf(at, 'shöp')
  expect(shown(await git.diff(base, head))).toEqual(['added a/2'])
  expect(Buffer.from((await git.read(base, 'a/1')) ?? []).toString()).toBe('one')
  expect(await git.paths(head, 'a')).toEqual(['a/1', 'a/2'])
})

test('a repository of another owner is read, and no configuration says so afterwards', async () => {
  if (process.getuid?.() !== 0) return
  const at = await repository()
  const base = await at.commit({ a: '' })
  const chown = (path: string) => chownSync(path, 12345, 12345)
  for (const name of ['', '.git']) chown(join(at.path, name))
  await expect(at.git('rev-parse', 'HEAD')).rejects.toThrow('dubious ownership')
  expect((await portOf(at).git.resolve('HEAD'))?.id).toBe(base)
})

test('a shallow clone without a remote says that it has none', async () => {
  const source = await repository()
  await source.commit({ a: '' })
  const head = await source.commit({ b: '' })
  const clone = await cloneOf(source, '--depth=1')
  await clone.git('remote', 'remove', 'origin')
  const { git } = portOf(clone)
  await expect(git.obtain([head, '1'.repeat(40)])).rejects.toMatchObject({ reason: { code: 'FM-GIT-NO-REMOTE' } })
})

test('a commit that exists nowhere is not obtained', async () => {
  const source = await repository()
  await source.commit({ a: '' })
  const { git } = portOf(await cloneOf(source))
  expect(await git.obtain(['1'.repeat(40)])).toBe(false)
})

test('a remote that cannot be reached is an error with its words, and without its password', async () => {
  const at = await repository()
  await at.commit({ a: '' })
  await at.git('remote', 'add', 'origin', 'http://user:secret@127.0.0.1:1/x.git')
  const failed = portOf(at).git.obtain(['1'.repeat(40)])
  await expect(failed).rejects.toMatchObject({ reason: { code: 'FM-GIT-FETCH' } })
  await expect(failed).rejects.not.toThrow('secret')
})

/** A server that lets nobody in and remembers what it was shown. */
async function closedServer() {
  const received: (string | undefined)[] = []
  const server = createServer((request, response) => {
    received.push(request.headers.authorization)
    response.writeHead(404).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = () => new Promise((resolve) => server.close(resolve))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received, close }
}

describe('credentials', () => {
  test('that actions/checkout left in an included file let us in, and are written nowhere', async () => {
    const server = await closedServer()
    const at = await repository()
    await at.commit({ a: '' })
    await at.git('remote', 'add', 'origin', `${server.url}/o/r`)
    const kept = join(folder(), 'credentials.config')
    writeFileSync(kept, `[http "${server.url}/"]\n\textraheader = AUTHORIZATION: basic c2VjcmV0\n`)
    await at.git('config', `includeIf.gitdir:${at.path}/.git.path`, kept)
    const { git, temporary } = portOf(at)
    await expect(git.obtain(['1'.repeat(40)])).rejects.toMatchObject({ reason: { code: 'FM-GIT-FETCH', message: expect.not.stringContaining('c2VjcmV0') } })
    expect(server.received).toContain('basic c2VjcmV0')
    expect([...contents(temporary).values()].join('')).not.toContain('c2VjcmV0')
    await server.close()
  })

  test('of the run are used where the clone kept none', async () => {
    const server = await closedServer()
    const at = await repository()
    await at.commit({ a: '' })
    await at.git('remote', 'add', 'origin', `${server.url}/o/r`)
    const git = openGit(processes(), { directory: at.path, temporary: folder(), remote: { url: `${server.url}/o/r`, header: 'AUTHORIZATION: basic cnVu' } })
    await expect(git.tip('refs/heads/main')).rejects.toMatchObject({ reason: { code: 'FM-GIT-FETCH' } })
    expect(server.received).toContain('basic cnVu')
    await server.close()
  })

  test('of the run are not shown to another server', async () => {
    const server = await closedServer()
    const at = await repository()
    await at.commit({ a: '' })
    await at.git('remote', 'add', 'origin', `${server.url}/o/r`)
    const git = openGit(processes(), { directory: at.path, temporary: folder(), remote: { url: 'https://github.example/o/r', header: 'AUTHORIZATION: basic cnVu' } })
    await expect(git.tip('refs/heads/main')).rejects.toMatchObject({ reason: { code: 'FM-GIT-FETCH' } })
    expect(server.received).toEqual([undefined])
    await server.close()
  })
})

test.each([['HEAD\n--all'], ['--upload-pack=x'], ['x..y']])('the name %j resolves to nothing', async (name) => {
  const at = await repository()
  await at.commit({ a: '' })
  expect(await portOf(opened(at.path)).git.resolve(name)).toBeUndefined()
})
