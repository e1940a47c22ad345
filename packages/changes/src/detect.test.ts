import { afterAll, describe, expect, jest, test } from '@jest/globals'
import { loadCatalog } from '@fermata/catalog'
import { ConfigurationError } from '@fermata/verdict'
import { chmodSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { changeSet, nothingChanged } from './change-set.ts'
import { outputsOf } from './outputs.ts'
import { removeFolders, repository, type Repository } from './testing/repository.ts'
import { catalogOf, play, type Played } from './testing/stage.ts'

// Each test runs dozens of processes, and another job may have the machine.
jest.setTimeout(60_000)
afterAll(removeFolders)

const shop = catalogOf({ web: ['cart'], cart: ['ledger'], ledger: [], mail: [] })

/** One change: a repository with some files, then others. */
async function change(before: Readonly<Record<string, string | undefined>>, after: Readonly<Record<string, string | undefined>>, inputs: Readonly<Record<string, string>> = {}): Promise<Played> {
  const at = await repository()
  const base = await at.commit({ 'fermata.yaml': shop, ...before })
  await at.commit(after)
  return play({ at, inputs: { base, head: 'HEAD', ...inputs } })
}

const codes = ({ report }: Played) => report.reasons.map(({ code }) => code)
const reasonsFor = (played: Played, id: string) => played.details().services.find((service) => service.id === id)?.because

test('a changed service affects what needs it, in deploy order, and says why', async () => {
  const played = await change({}, { 'services/cart/a': '2', 'services/cart/b': '3' })
  expect(played.report).toMatchObject({ verdict: 'pass', summary: expect.stringMatching(/^1 service changed \(cart\), 2 affected since [0-9a-f]{12}\.$/), outputs: { any: 'true', count: '2', resolution: 'given' } })
  expect(played.list('services')).toEqual(['cart', 'web'])
  expect(played.list('waves')).toEqual([['cart'], ['web']])
  expect(played.list('matrix')).toEqual({ include: [{ service: 'cart', wave: 0 }, { service: 'web', wave: 1 }] })
  expect(reasonsFor(played, 'cart')).toEqual([{ kind: 'path', path: 'services/cart/a', change: 'added' }, { kind: 'path', path: 'services/cart/b', change: 'added' }])
  const [table] = played.report.sections.find(({ id }) => id === 'services')?.blocks ?? []
  expect(table).toMatchObject({ kind: 'table', rows: [['cart', 1, 'changed', 'services/cart/a added, and 1 more reason'], ['web', 2, 'needs what changed', 'needs cart']] })
})

test('scope direct leaves out who only needs what changed', async () => {
  const played = await change({}, { 'services/cart/a': '2', 'services/web/a': '2' }, { scope: 'direct' })
  expect(played.list('services')).toEqual(['cart', 'web'])
  const alone = await change({}, { 'services/ledger/a': '2' }, { scope: 'direct' })
  expect(alone.list('services')).toEqual(['ledger'])
})

test('paths of nobody affect nobody, and are named', async () => {
  const played = await change({}, { 'README.md': 'x', 'docs/y': 'z' })
  expect(played.report).toMatchObject({ verdict: 'pass', outputs: { any: 'false', count: '0', services: '[]', matrix: '{"include":[]}' } })
  expect(codes(played)).toEqual(['FM-CHANGES-UNOWNED'])
  expect(played.details()).toMatchObject({ unowned: ['README.md', 'docs/y'] })
})

describe('what happens to a file', () => {
  const edits: readonly (readonly [string, (at: Repository) => Promise<unknown> | unknown, readonly string[]])[] = [
    ['deleted', (at) => rmSync(join(at.path, 'services/cart/a')), ['cart']],
    ['renamed into another service', (at) => renameSync(join(at.path, 'services/cart/a'), join(at.path, 'services/mail/a')), ['cart', 'mail']],
    ['renamed out of all services', (at) => renameSync(join(at.path, 'services/cart/a'), join(at.path, 'a')), ['cart']],
    ['made executable', (at) => chmodSync(join(at.path, 'services/cart/a'), 0o755), ['cart']],
    ['turned into a link', (at) => {
      rmSync(join(at.path, 'services/cart/a'))
      symlinkSync('../mail/b', join(at.path, 'services/cart/a'))
    }, ['cart']],
    ['replaced by a submodule', async (at) => {
      rmSync(join(at.path, 'services/cart/a'))
      await at.git('update-index', '--force-remove', 'services/cart/a')
      await at.git('update-index', '--add', '--cacheinfo', `160000,${'1'.repeat(40)},services/cart/a`)
      await at.git('commit', '--quiet', '--message', 'x')
      await at.git('reset', '--quiet')
      rmSync(join(at.path, 'services/cart/a'), { force: true, recursive: true })
    }, ['cart']],
  ]
  test.each(edits)('%s', async (_, edit, expected) => {
    const at = await repository()
    const base = await at.commit({ 'fermata.yaml': shop, 'services/cart/a': 'one', 'services/mail/b': 'two' })
    await edit(at)
    if ((await at.git('rev-parse', 'HEAD')) === base) await at.commit()
    expect((await play({ at, inputs: { base, head: 'HEAD' } })).list('changed')).toEqual(expected)
  })

  test('the pointer of a submodule moves', async () => {
    const at = await repository()
    const points = async (to: string) => {
      await at.git('update-index', '--add', '--cacheinfo', `160000,${to.repeat(40)},services/cart/vendor`)
      await at.git('commit', '--quiet', '--message', 'x')
      return at.git('rev-parse', 'HEAD')
    }
    await at.commit({ 'fermata.yaml': shop })
    const base = await points('1')
    const head = await points('2')
    expect((await play({ at, inputs: { base, head } })).list('changed')).toEqual(['cart'])
  })
})

test('names of any bytes find their service, and none of them reaches an output, a log line or a report as it is', async () => {
  const names = ['x\n::error::owned', 'tab\t', 'quote"', 'back\\slash', '$(whoami)', '--config=evil.cjs', '\u202egpj', '::set-output name=x::y', ' ', '`id`', '\u001b[31m', 'é', '*', ':(glob)']
  for (const name of names) {
    const at = await repository()
    const base = await at.commit({ 'fermata.yaml': shop })
    await at.commit({ [`services/cart/${name}`]: 'x', [`${name.trim() || 'y'} elsewhere`]: 'x' })
    const played = await play({ at, inputs: { base, head: 'HEAD' } })
    expect(played.list('changed')).toEqual(['cart'])
    expect(reasonsFor(played, 'cart')).toEqual([{ kind: 'path', path: `services/cart/${name}`, change: 'added' }])
    expect(Object.values(played.report.outputs).join('\n')).not.toContain(name.trim() || 'impossible')
    const texts = JSON.stringify({ ...played.report, outputs: {} }, (_, value) => (typeof value === 'string' && /[\u0000-\u0009\u000b-\u001f\u202e]|^::|\n::/.test(value) ? 'RAW' : value))
    expect(texts).not.toContain('RAW')
  }
})

test('a name that is no UTF-8 belongs to the service of its folder', async () => {
  const at = await repository()
  const base = await at.commit({ 'fermata.yaml': shop.replace('services/cart', 'services/kärt'), 'services/kärt/a': '' })
  writeFileSync(Buffer.concat([Buffer.from(`${at.path}/services/kärt/`), Buffer.from([0xff, 0xfe])]), 'x')
  await at.commit()
  expect((await play({ at, inputs: { base, head: 'HEAD' } })).list('changed')).toEqual(['cart'])
})

describe('shared files', () => {
  const withRules = (rules: string) => ({ 'fermata.yaml': `${shop}shared:\n${rules}` })
  test.each([
    ['all', '  - {paths: [tools], affects: all}\n', { 'tools/x': '1' }, ['web', 'cart', 'ledger', 'mail']],
    ['some', '  - {paths: [tools, "!tools/docs"], affects: [mail, ledger]}\n', { 'tools/x': '1' }, ['ledger', 'mail']],
    ['what is subtracted', '  - {paths: [tools, "!tools/docs"], affects: [mail, ledger]}\n', { 'tools/docs/x': '1' }, []],
    ['several rules', '  - {paths: [tools], affects: [mail]}\n  - {paths: [tools/go], affects: [cart]}\n', { 'tools/go/x': '1' }, ['cart', 'mail']],
    ['inside of a service', '  - {paths: [services/cart/api], affects: [mail]}\n', { 'services/cart/api/x': '1' }, ['cart', 'mail']],
    ['by content that cannot be read', '  - {paths: [services/shared.bin], affects: by-content}\n', { 'services/shared.bin': '1' }, ['web', 'cart', 'ledger', 'mail']],
  ])('%s', async (_, rules, after, expected) => {
    const played = await change(withRules(rules), after)
    expect(played.list('changed')).toEqual(expected)
  })

  const lock = (lodash: string, typescript: string) => JSON.stringify({ lockfileVersion: 3, packages: { '': { devDependencies: { typescript: '*' } }, 'services/cart': { dependencies: { lodash: '*' } }, 'services/mail': {}, 'node_modules/lodash': { version: lodash }, 'node_modules/typescript': { version: typescript } } })

  test('a lockfile that changed for one workspace affects that one, with no rule at all', async () => {
    const played = await change({ 'package-lock.json': lock('4.0.0', '7.0.0') }, { 'package-lock.json': lock('4.0.1', '7.0.0') })
    expect(played.list('changed')).toEqual(['cart'])
    expect(reasonsFor(played, 'cart')).toEqual([{ kind: 'shared', path: 'package-lock.json', because: 'lodash 4.0.0 became lodash 4.0.1' }])
  })

  test('one that changed for tools at the top affects all below', async () => {
    const played = await change({ 'package-lock.json': lock('4.0.0', '7.0.0') }, { 'package-lock.json': lock('4.0.0', '7.0.1') })
    expect(played.list('count')).toBe(4)
  })

  test('one that cannot be read affects all below, and says so', async () => {
    const played = await change({ 'package-lock.json': lock('4.0.0', '7.0.0') }, { 'package-lock.json': '{' })
    expect(played.list('changed')).toEqual(['web', 'cart', 'ledger', 'mail'])
    expect(codes(played)).toContain('FM-CHANGES-UNCLEAR-CONTENT')
  })

  test('one inside of a service is a file of that service', async () => {
    const played = await change({}, { 'services/mail/package-lock.json': '{' })
    expect(played.list('changed')).toEqual(['mail'])
  })

  test('a rule is stronger than its content', async () => {
    const played = await change({ ...withRules('  - {paths: [package-lock.json], affects: [ledger]}\n'), 'package-lock.json': '1' }, { 'package-lock.json': '2' }, { scope: 'direct' })
    expect(played.list('changed')).toEqual(['ledger'])
  })
})

describe('the catalog itself', () => {
  const catalogs = (before: string, after: string, inputs = {}) => change({ 'fermata.yaml': before }, { 'fermata.yaml': after }, inputs)

  test('is compared by meaning', async () => {
    const played = await catalogs(shop, `# a comment\nversion: 1\n${shop}slos: {}\n`)
    expect(played.report.outputs).toMatchObject({ any: 'false', removed: '[]' })
    expect(codes(played)).toEqual([])
  })

  test('a changed default changes whom it reaches', async () => {
    const before = `${shop}defaults: {soak: 10s}\n`.replace('    paths: [services/mail]\n', '    paths: [services/mail]\n    soak: 5s\n')
    const played = await catalogs(before, before.replace('soak: 10s', 'soak: 20s'))
    expect(played.list('changed')).toEqual(['web', 'cart', 'ledger'])
    expect(reasonsFor(played, 'cart')).toEqual([{ kind: 'catalog', fields: ['soak'] }])
  })

  test('a new service is changed, and a removed one affects who needed it', async () => {
    const played = await catalogs(shop, catalogOf({ web: ['cart'], cart: [], mail: [], fresh: ['mail'] }))
    expect(played.list('removed')).toEqual(['ledger'])
    expect(played.list('changed')).toEqual(['cart', 'fresh'])
    expect(played.list('services')).toEqual(['cart', 'fresh', 'web'])
    expect(reasonsFor(played, 'fresh')).toEqual([{ kind: 'new' }])
  })

  test('a service that went with its files leaves no path of nobody', async () => {
    const played = await change({ 'services/mail/a': '1' }, { 'services/mail/a': undefined, 'fermata.yaml': catalogOf({ web: ['cart'], cart: ['ledger'], ledger: [] }) })
    expect(played.list('removed')).toEqual(['mail'])
    expect(played.report).toMatchObject({ verdict: 'pass', outputs: { any: 'false' }, summary: expect.stringContaining('1 removed') })
    expect(codes(played)).toEqual([])
  })

  test('an edge that was taken away still carries the change', async () => {
    const played = await catalogs(catalogOf({ web: ['cart'], cart: [], far: ['web'] }), catalogOf({ web: [], cart: [], far: ['web'] }), {})
    expect(played.list('services')).toEqual(['web', 'far'])
  })

  const environments = (namespace: string) => `${shop}environments:\n  production: {namespace: ${namespace}}\n  staging: {namespace: staging}\n`
  test('an environment that moved changes all who are released to it, and nobody else', async () => {
    expect((await catalogs(environments('a'), environments('b'), { environment: 'production' })).list('count')).toBe(4)
    expect((await catalogs(environments('a'), environments('b'), { environment: 'staging' })).list('count')).toBe(0)
    expect((await catalogs(environments('a'), environments('b'))).list('count')).toBe(0)
  })

  test('without one in the base all services are new', async () => {
    const at = await repository()
    const base = await at.commit({ 'README.md': 'x' })
    await at.commit({ 'fermata.yaml': shop })
    const played = await play({ at, inputs: { base, head: 'HEAD' } })
    expect(played.list('count')).toBe(4)
    expect(codes(played)).toContain('FM-CHANGES-NEW-CATALOG')
  })

  test('one that was broken in the base is no reason to release nothing', async () => {
    const played = await catalogs('services: [', shop)
    expect(played.list('count')).toBe(4)
    expect(played.report.verdict).toBe('warn')
    expect(codes(played)).toContain('FM-CHANGES-OLD-CATALOG')
  })

  test('one that is broken in the head is an error with its place', async () => {
    await expect(catalogs(shop, 'services:\n  cart: {pahts: [x]}\n')).rejects.toThrow(ConfigurationError)
    await expect(catalogs(shop, 'services:\n  cart: {pahts: [x]}\n')).rejects.toThrow(/fermata\.yaml:2:.*paths/)
  })

  test('one that is nowhere is an error', async () => {
    const at = await repository()
    const base = await at.commit({ a: '1' })
    await expect(play({ at, inputs: { base, head: 'HEAD' } })).rejects.toThrow('fermata init')
  })

  test('one that nobody committed is taken from the working directory, and said so', async () => {
    const at = await repository()
    const base = await at.commit({ a: '1' })
    await at.commit({ 'services/cart/a': '1' })
    writeFileSync(join(at.path, 'fermata.yaml'), shop)
    const played = await play({ at, inputs: { base, head: 'HEAD' } })
    expect(played.list('changed')).toEqual(['cart'])
    expect(codes(played)).toContain('FM-CHANGES-UNCOMMITTED-CATALOG')
  })

  test('another name is read where config says so', async () => {
    const played = await change({ 'deploy/shop.yaml': catalogOf({ only: [] }) }, { 'services/only/a': '1' }, { config: './deploy/shop.yaml' })
    expect(played.list('changed')).toEqual(['only'])
  })
})

describe('inputs that contradict each other are refused together', () => {
  test.each([
    [{ since: 'main', base: 'v1' }, /both say what to compare with/],
    [{ since: 'last-deploy' }, /no environment is named/],
    [{ base: 'a..b', head: '--all' }, /a\.\.b[\s\S]*--all/],
    [{ 'matrix-limit': '0' }, /at least 1/],
    [{ parallelism: '0' }, /at least 1/],
    [{ config: '../fermata.yaml' }, /leads outside/],
    [{ scope: 'everything' }, /direct, dependents/],
  ])('%j', async (inputs, message) => {
    const at = await repository()
    await at.commit({ 'fermata.yaml': shop })
    await expect(play({ at, inputs })).rejects.toThrow(message)
  })
})

test('a slip of the pen in since is named', async () => {
  const at = await repository()
  await at.commit({ 'fermata.yaml': shop })
  const { report } = await play({ at, inputs: { since: 'last-sucess', 'on-unresolved': 'fail' } })
  expect(report).toMatchObject({ verdict: 'fail', reasons: [{ code: 'FM-GIT-NO-REMOTE', remedy: 'Did you mean last-success?' }] })
})

test('more services than the limit go in batches', async () => {
  const ids = Array.from({ length: 7 }, (_, number) => `s${number}`)
  const many = catalogOf(Object.fromEntries([...ids.map((id) => [id, []]), ['top', ids]]))
  const played = await change({ 'fermata.yaml': `${many}shared: [{paths: [x], affects: all}]\n` }, { x: '1' }, { 'matrix-limit': '3' })
  expect(played.list('matrix')).toEqual({ include: [{ services: ['s0', 's1', 's2'], wave: 0 }, { services: ['s3', 's4', 's5', 's6'], wave: 0 }, { services: ['top'], wave: 1 }] })
})

test('outputs that are larger than GitHub takes are an error, and no list is cut or empty', () => {
  const ids = Array.from({ length: 2000 }, (_, number) => `${'x'.repeat(90)}-${number}`)
  const catalog = loadCatalog(`services:\n${ids.map((id) => `  ${id}: {}\n`).join('')}`, 'fermata.yaml')
  const everything = { kind: 'everything', why: 'x' } as const
  const found = changeSet({ kind: 'unresolved', head: undefined, strategy: 'unresolved', why: 'x', reasons: [] }, catalog, { ...nothingChanged, changed: new Map(ids.map((id) => [id, [everything]])) }, 'dependents')
  const { outputs, reasons } = outputsOf(found, 256, 'changes.json')
  expect(reasons).toMatchObject([{ code: 'FM-CHANGES-OUTPUT-TOO-LARGE', severity: 'error' }])
  expect(outputs).toMatchObject({ any: 'true', count: '2000', details: 'changes.json' })
  expect(Object.keys(outputs)).toEqual(expect.not.arrayContaining(['services', 'changed', 'waves', 'matrix', 'removed']))
})
