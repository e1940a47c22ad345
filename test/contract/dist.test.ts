import { expect, test } from '@jest/globals'
import { engineSeal } from '@fermata/opa'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../..')
const dist = join(root, 'dist')
const manifest = JSON.parse(readFileSync(join(dist, 'manifest.json'), 'utf8')) as Readonly<Record<string, { readonly bytes: number; readonly sha256: string }>>
const actions = readdirSync(join(root, 'actions'))

test('dist holds what its manifest lists, and nothing else', () => {
  const present = readdirSync(dist, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name).slice(dist.length + 1))
  expect(present.toSorted()).toEqual([...Object.keys(manifest), 'manifest.json'].toSorted())
})

test('every file is JavaScript of ours, the policy engine, a licence or a list', () => {
  const odd = Object.keys(manifest).filter((name) => !/^(\d+\.index|index|fermata|[a-z-]+)\.js$|^(licenses\.txt|policy-engine-licenses\.txt|policy-engine\.wasm\.zst|package\.json)$/.test(name))
  expect(odd).toEqual([])
})

/** The policy engine is counted apart: who does not scan never reads it. */
test('all of dist without the policy engine is smaller than 6 MB', () => {
  const total = Object.keys(manifest).filter((name) => name !== 'policy-engine.wasm.zst').reduce((sum, name) => sum + statSync(join(dist, name)).size, 0)
  expect(total).toBeLessThan(6_000_000)
})

test('the policy engine is the sealed one', () => {
  expect(manifest['policy-engine.wasm.zst']?.sha256).toBe(engineSeal.packed)
})

test.each(actions)('%s: what action.yml starts is in dist', (name) => {
  const text = readFileSync(join(root, 'actions', name, 'action.yml'), 'utf8')
  const started = [...text.matchAll(/^ {2}(?:main|post): \.\.\/\.\.\/dist\/(.+)$/gm)].map((match) => match[1])
  expect(started).toEqual([`${name}.js`, `${name}-post.js`])
  for (const file of started) expect(Object.keys(manifest)).toContain(file)
})

test('no path of the machine that built it is inside', () => {
  const found = Object.keys(manifest).filter((name) => /["'`(]\/(work|home|root|Users|tmp)\/[a-z]/.test(readFileSync(join(dist, name), 'utf8')))
  expect(found).toEqual([])
})

test('it is what this source builds, byte for byte', () => {
  const folder = mkdtempSync(join(tmpdir(), 'fermata-dist-'))
  try {
    const built = spawnSync(process.execPath, [join(root, 'scripts/build.ts'), join(folder, 'dist')], { cwd: root, encoding: 'utf8' })
    expect(`${built.status} ${built.status === 0 ? '' : built.stderr}`).toBe('0 ')
    expect(JSON.parse(readFileSync(join(folder, 'dist/manifest.json'), 'utf8'))).toEqual(manifest)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}, 120_000)
