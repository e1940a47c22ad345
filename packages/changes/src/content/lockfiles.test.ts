import { describe, expect, test } from '@jest/globals'
import { compareContent } from './lockfiles.ts'

const folders = (path: string, before: string | undefined, after: string | undefined) => {
  const change = compareContent(path, before, after)
  return change.kind === 'unclear' ? `unclear: ${change.why}` : change.changed.map(({ folder, because }) => `${folder}: ${because}`).sort()
}

/** web uses lodash through lib; cart uses its own lodash; mail has no dependencies. */
const npm = {
  lockfileVersion: 3,
  packages: {
    '': { workspaces: ['services/*', 'lib'], devDependencies: { typescript: '^7' } },
    'services/web': { dependencies: { lib: '*' }, devDependencies: { jest: '*' } },
    'services/cart': { dependencies: { lodash: '^3' } },
    'services/mail': { peerDependencies: { missing: '*' } },
    lib: { dependencies: { lodash: '^4' } },
    'node_modules/lib': { resolved: 'lib', link: true },
    'node_modules/web': { resolved: 'services/web', link: true },
    'node_modules/typescript': { version: '7.0.0' },
    'node_modules/jest': { version: '30.0.0', dependencies: { 'jest-core': '30' }, optionalDependencies: { fsevents: '2' } },
    'node_modules/jest-core': { version: '30.0.0', peerDependencies: { lodash: '*' } },
    'node_modules/lodash': { version: '4.17.20', integrity: 'sha512-a' },
    'services/cart/node_modules/lodash': { version: '3.0.0' },
  },
}
type Npm = typeof npm
const npmWith = (edit: (lock: Npm & { packages: Record<string, unknown> }) => void): string => {
  const lock = structuredClone(npm) as Npm & { packages: Record<string, unknown> }
  edit(lock)
  return JSON.stringify(lock)
}
const compareNpm = (edit: (lock: Npm & { packages: Record<string, unknown> }) => void) => folders('package-lock.json', JSON.stringify(npm), npmWith(edit))

describe('package-lock.json', () => {
  test.each<[string, (lock: Npm & { packages: Record<string, unknown> }) => void, readonly string[] | string]>([
    ['the same', () => undefined, []],
    ['a package that one workspace uses itself', (lock) => (lock.packages['services/cart/node_modules/lodash'].version = '3.0.1'), ['services/cart: lodash 3.0.0 became lodash 3.0.1']],
    ['a package that is used through a library', (lock) => (lock.packages['node_modules/lodash'].version = '4.17.21'), ['lib: lodash 4.17.20 became lodash 4.17.21', 'services/web: lodash 4.17.20 became lodash 4.17.21']],
    ['the same version with another checksum', (lock) => (lock.packages['node_modules/lodash'].integrity = 'sha512-b'), ['lib: lodash 4.17.20', 'services/web: lodash 4.17.20']],
    ['a package of a package', (lock) => (lock.packages['node_modules/jest-core'].version = '30.0.1'), ['services/web: jest-core 30.0.0 became jest-core 30.0.1']],
    ['a tool at the top', (lock) => (lock.packages['node_modules/typescript'].version = '7.0.1'), [': typescript 7.0.0 became typescript 7.0.1']],
    ['a package that nobody uses', (lock) => (lock.packages['node_modules/unused'] = { version: '1.0.0' }), []],
    ['a package that moved', (lock) => {
      lock.packages['lib/node_modules/lodash'] = lock.packages['node_modules/lodash']
    }, []],
    ['a copy that now hides another', (lock) => (lock.packages['services/web/node_modules/lib'] = { version: '9.0.0' }), [expect.stringContaining('services/web: ') as unknown as string]],
    ['a new workspace', (lock) => (lock.packages['services/new'] = {}), ['services/new: it is new in the lockfile']],
    ['a workspace that is gone', (lock) => delete (lock.packages as Record<string, unknown>)['services/mail'], ['services/mail: it is gone from the lockfile']],
    ['a dependency that is not in it', (lock) => ((lock.packages['services/cart'].dependencies as Record<string, string>)['ghost'] = '1'), 'unclear: services/cart needs ghost, which is not in it'],
    ['a link to nowhere', (lock) => (lock.packages['node_modules/lib'].resolved = 'gone'), 'unclear: it links to gone, which is not in it'],
  ])('%s', (_, edit, expected) => {
    expect(compareNpm(edit)).toEqual(expected)
  })

  test.each([
    ['version 1', '{"lockfileVersion":1,"dependencies":{}}'],
    ['no JSON', '{'],
    ['another value', '[]'],
    ['a field of another type', '{"lockfileVersion":3,"packages":{"":{"dependencies":["a"]}}}'],
  ])('%s is unclear, in the head as in the base', (_, text) => {
    expect(folders('package-lock.json', JSON.stringify(npm), text)).toContain('unclear')
    expect(folders('package-lock.json', text, JSON.stringify(npm))).toContain('unclear')
  })

  test('a lockfile that is new or gone is unclear', () => {
    expect(folders('package-lock.json', undefined, JSON.stringify(npm))).toBe('unclear: the base does not have it')
    expect(folders('package-lock.json', JSON.stringify(npm), undefined)).toBe('unclear: the head does not have it')
  })

  test('packages that are called like parts of every object are packages', () => {
    const odd = { lockfileVersion: 3, packages: { a: { dependencies: { constructor: '1' }, peerDependencies: { toString: '*' } }, 'node_modules/constructor': { version: '1.0.0' } } }
    const changed = structuredClone(odd)
    changed.packages['node_modules/constructor'].version = '1.0.1'
    expect(folders('package-lock.json', JSON.stringify(odd), JSON.stringify(changed))).toEqual(['a: constructor 1.0.0 became constructor 1.0.1'])
  })
})

const pnpm9 = `lockfileVersion: '9.0'
importers:
  .: {devDependencies: {typescript: {specifier: ^7, version: 7.0.0}}}
  services/web:
    dependencies: {lib: {specifier: 'workspace:*', version: link:../../lib}}
  services/cart:
    dependencies: {old-lodash: {specifier: 'npm:lodash@3', version: lodash@3.0.0}, '@scope/p': {specifier: '1', version: 1.0.0(lodash@3.0.0)}}
  services/mail: {}
  lib:
    dependencies: {lodash: {specifier: ^4, version: 4.17.20}}
packages:
  typescript@7.0.0: {resolution: {integrity: sha512-t}}
  lodash@3.0.0: {resolution: {integrity: sha512-o}}
  lodash@4.17.20: {resolution: {integrity: sha512-l}}
  '@scope/p@1.0.0': {resolution: {integrity: sha512-p}}
snapshots:
  typescript@7.0.0: {}
  lodash@3.0.0: {}
  lodash@4.17.20: {}
  '@scope/p@1.0.0(lodash@3.0.0)': {dependencies: {lodash: 3.0.0}}
`
const pnpm6 = `lockfileVersion: '6.0'
importers:
  services/web:
    dependencies: {lib: {specifier: 'workspace:*', version: link:../../lib}}
  lib:
    dependencies: {lodash: {specifier: ^4, version: 4.17.20}, alias: {specifier: 'npm:lodash@4', version: /lodash@4.17.20}}
packages:
  /lodash@4.17.20: {resolution: {integrity: sha512-l}, dev: false}
`

describe('pnpm-lock.yaml', () => {
  const compare = (before: string, edit: (text: string) => string) => folders('pnpm-lock.yaml', before, edit(before))
  test.each<[string, string, (text: string) => string, readonly string[] | string]>([
    ['the same', pnpm9, (text) => text, []],
    ['through a library', pnpm9, (text) => text.replaceAll('4.17.20', '4.17.21'), ['lib: lodash 4.17.20 became lodash 4.17.21', 'services/web: lodash 4.17.20 became lodash 4.17.21']],
    ['another checksum', pnpm9, (text) => text.replace('sha512-l', 'sha512-m'), ['lib: lodash 4.17.20', 'services/web: lodash 4.17.20']],
    ['through an alias and a peer', pnpm9, (text) => text.replaceAll('lodash@3.0.0', 'lodash@3.0.1').replace('lodash: 3.0.0', 'lodash: 3.0.1'), [expect.stringContaining('services/cart: ') as unknown as string]],
    ['a tool at the top', pnpm9, (text) => text.replaceAll('7.0.0', '7.0.1'), [': typescript 7.0.0 became typescript 7.0.1']],
    ['version 6', pnpm6, (text) => text.replaceAll('4.17.20', '4.17.21'), ['lib: lodash 4.17.20 became lodash 4.17.21', 'services/web: lodash 4.17.20 became lodash 4.17.21']],
    ['a version that is not known', pnpm9, (text) => text.replace("'9.0'", "'5.4'"), 'unclear: its version 5.4 is neither 6 nor 9'],
    ['a package that is not in it', pnpm9, (text) => text.replace('version: 4.17.20', 'version: 4.0.0'), 'unclear: it needs lodash@4.0.0, which is not in it'],
    ['no YAML', pnpm9, () => '{', 'unclear: it is no pnpm-lock.yaml of version 6 or 9'],
  ])('%s', (_, before, edit, expected) => {
    expect(compare(before, edit)).toEqual(expected)
  })
})

const yarn = `# This file is generated
__metadata:
  version: 8

"root@workspace:.":
  version: 0.0.0-use.local
  resolution: "root@workspace:."
  dependencies:
    typescript: "npm:^7"
  languageName: unknown

"web@workspace:services/web":
  version: 0.0.0-use.local
  resolution: "web@workspace:services/web"
  dependencies:
    lib: "workspace:*"

"lib@workspace:*, lib@workspace:lib":
  version: 0.0.0-use.local
  resolution: "lib@workspace:lib"
  dependencies:
    lodash: ^4.17.0

"lodash@npm:^4.17.0, lodash@npm:^4.0.0":
  version: 4.17.20
  resolution: "lodash@npm:4.17.20"
  checksum: 10c0/a

"typescript@npm:^7":
  version: 7.0.0
  resolution: "typescript@npm:7.0.0"
  checksum: 10c0/b
`

describe('yarn.lock', () => {
  test.each<[string, (text: string) => string, readonly string[] | string]>([
    ['the same', (text) => text, []],
    ['through a library', (text) => text.replaceAll('4.17.20', '4.17.21'), ['lib: lodash 4.17.20 became lodash 4.17.21', 'web: lodash 4.17.20 became lodash 4.17.21'].map((line) => line.replace(/^web/, 'services/web'))],
    ['a tool at the top', (text) => text.replace('10c0/b', '10c0/c'), [': typescript 7.0.0']],
    ['a range that is not in it', (text) => text.replace('lodash: ^4.17.0', 'lodash: ^5'), 'unclear: lib@workspace:lib needs lodash@^5, which is not in it'],
    ['Yarn 1', () => '# yarn lockfile v1\n\nlodash@^4.17.0:\n  version "4.17.20"\n', 'unclear: it is no yarn.lock of Yarn 2 or later'],
  ])('%s', (_, edit, expected) => {
    expect(folders('yarn.lock', yarn, edit(yarn))).toEqual(expected)
  })
})

test('a file that nobody can read by its content is unclear', () => {
  expect(folders('go.work.sum', 'a', 'b')).toBe('unclear: files of this name cannot be read by their content')
})
