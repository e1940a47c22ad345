import { expect, test } from '@jest/globals'
import { checkArchitecture } from './check.ts'

const says = (path: string, text: string) => checkArchitecture([{ path, text }]).map((violation) => `${violation.line}: ${violation.says}`)

test.each([
  ['an adapter in a domain package', 'packages/changes/src/a.ts', "import { x } from '@fermata/kube'", 'may not import @fermata/kube'],
  ['a type of an adapter', 'packages/rollout/src/a.ts', "import type { x } from '@fermata/runner'", 'may not import @fermata/runner'],
  ['an import upwards', 'packages/verdict/src/a.ts', "export * from '@fermata/capability'", 'may not import @fermata/capability'],
  ['a dynamic import', 'packages/changes/src/a.ts', "const m = await import('@fermata/forge')", 'may not import @fermata/forge'],
  ['the inside of another package', 'packages/changes/src/a.ts', "import { x } from '@fermata/catalog/src/graph.ts'", 'only the face'],
  ['a path out of the package', 'packages/changes/src/a.ts', "import { x } from '../../catalog/src/graph.ts'", 'leaves the package'],
  ['no extension', 'packages/changes/src/a.ts', "import { x } from './b'", 'carry their extension'],
  ['an SDK that has another owner', 'packages/rollout/src/a.ts', "import { KubeConfig } from '@kubernetes/client-node'", 'belongs to packages/kube'],
  ['a part of such an SDK', 'packages/cli/src/a.ts', "import x from 'js-yaml/dist/x.mjs'", 'belongs to packages/source'],
  ['the environment', 'packages/rollout/src/a.ts', 'const x = process.env.HOME', 'process.env'],
  ['the clock', 'packages/rollout/src/a.ts', 'const x = Date.now()', 'Date.now'],
  ['a timer', 'packages/rollout/src/a.ts', 'setTimeout(() => {}, 1)', 'setTimeout'],
  ['the file system', 'packages/catalog/src/a.ts', "import { readFileSync } from 'node:fs'", 'node:fs'],
])('%s is found', (_, path, text, expected) => {
  expect(says(path, `// first line\n${text}\n`)).toEqual([expect.stringContaining(expected)])
  expect(says(path, `// first line\n${text}\n`)[0]).toMatch(/^2: /)
})

test.each([
  ['a comment', 'packages/rollout/src/a.ts', "// import '@fermata/kube' and Date.now()\n/* process.env */"],
  ['an allowed arrow', 'packages/rollout/src/a.ts', "import { Graph } from '@fermata/catalog'"],
  ['the machine in an adapter', 'packages/kube/src/a.ts', 'const now = Date.now()'],
  ['an adapter in a test of a domain package', 'packages/rollout/src/a.test.ts', "import { connectCluster } from '@fermata/kube'"],
  ['a word in a string', 'packages/verdict/src/a.ts', "const text = 'the environment'"],
])('%s is no violation', (_, path, text) => {
  expect(says(path, text)).toEqual([])
})

test('a package without an entry is refused', () => {
  expect(() => says('packages/unheard-of/src/a.ts', '')).toThrow('rules.ts')
})
