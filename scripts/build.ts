import ncc from '@vercel/ncc'
import { transform } from 'esbuild'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { sealedEngine } from './build/sealed-engine.ts'
import { licenceOf, transpile, writeText } from './build/transpile.ts'

/**
 * dist: one bundle with chunks that load when they are needed, and a stub for each entry.
 * First each package becomes one file (esbuild), then ncc joins them in one pass.
 * Usage: node scripts/build.ts [folder]   (default dist)
 */
const root = join(import.meta.dirname, '..')
const out = resolve(root, process.argv[2] ?? 'dist')
/** Inside of the repository, so that shared packages are found, and always the same: names of modules and chunks come from paths. */
const work = join(root, 'build/work')
await takeTurn()

/** Actions that compute for less than a second. */
const brief: readonly string[] = ['detect-changed-services']
/** Packages whose SDK is CommonJS inside. */
const commonJs: readonly string[] = ['kube', 'forge', 'runner', 'prometheus']
const packages = readdirSync(join(root, 'packages')).toSorted()
const actions = readdirSync(join(root, 'actions')).filter((name) => existsSync(join(root, 'actions', name, 'src/index.ts'))).toSorted()

const inputs = new Set<string>()
for (const name of packages) {
  const folder = join(work, 'node_modules/@fermata', name)
  const kind = commonJs.includes(name) ? 'cjs' : 'esm'
  await part(`packages/${name}/src/index.ts`, folder, 'index', kind)
  await writeText(join(folder, 'package.json'), JSON.stringify({ name: `@fermata/${name}`, type: kind === 'cjs' ? 'commonjs' : 'module', exports: './index.js', sideEffects: false }))
}
await sharedSchemas(join(work, 'node_modules/zod'))
const entries: string[] = ['fermata']
for (const name of actions) {
  await transpile(root, `actions/${name}/src/index.ts`, join(work, 'actions', `${name}.js`), 'esm')
  await transpile(root, `actions/${name}/src/post.ts`, join(work, 'actions', `${name}-post.js`), 'esm')
  entries.push(name, `${name}-post`)
}
await writeText(join(work, 'package.json'), JSON.stringify({ type: 'module' }))
await writeText(
  join(work, 'index.js'),
  [
    "import '@fermata/runner'",
    "import { setFlagsFromString } from 'node:v8'",
    'const entries = {',
    "  fermata: () => import('@fermata/cli').then((cli) => cli.main()),",
    ...entries.filter((name) => name !== 'fermata').map((name) => `  '${name}': () => import('./actions/${name}.js'),`),
    '}',
    `const brief = ${JSON.stringify(brief)}`,
    // The best optimiser costs such a step more than it gives back: a fifth of its time. The young generation stays as
    // small as it begins, and the old one is marked in one go: a fifth less memory, and a twentieth less time.
    `function sparing() { for (const flag of ['--no-turbofan', '--semi-space-growth-factor=1', '--no-incremental-marking']) setFlagsFromString(flag) }`,
    "export function start(name) { if (brief.includes(name)) sparing(); return entries[name]() }",
    '',
  ].join('\n'),
)

const { code, assets } = await joined(join(work, 'index.js'))
const files = new Map<string, string | Buffer>([['index.js', await condensed(code)]])
for (const [name, asset] of Object.entries(assets)) files.set(name, name.endsWith('.js') ? await condensed(asset.source.toString()) : asset.source.toString())
for (const name of entries) files.set(`${name}.js`, `${name === 'fermata' ? '#!/usr/bin/env node\n' : ''}import { start } from './index.js'\nawait start('${name}')\n`)
const lost = [...files].filter(([, content]) => content.includes('eval("require")("./')).map(([name]) => name)
if (lost.length > 0) throw new Error(`The bundler left a file behind that ${lost.join(', ')} would load.`)
files.set('package.json', '{ "type": "module" }\n')
files.set('licenses.txt', licences())
// A thread begins with a file of its own.
await transpile(root, 'packages/opa/src/engine-thread.ts', join(work, 'policy-engine-thread.js'), 'esm', [])
files.set('policy-engine-thread.js', await condensed(readFileSync(join(work, 'policy-engine-thread.js'), 'utf8')))
const engine = sealedEngine(root)
files.set('policy-engine.wasm.zst', engine.packed)
files.set('policy-engine-licenses.txt', engine.licences)
files.set('manifest.json', manifest(files))
// The former build stays until the new one is whole: a build that fails leaves something to run.
rmSync(out, { recursive: true, force: true })
for (const [name, content] of [...files].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
  await mkdir(dirname(join(out, name)), { recursive: true })
  await writeFile(join(out, name), content)
}
rmSync(work, { recursive: true, force: true })
const total = [...files.values()].reduce((sum, content) => sum + Buffer.byteLength(content), 0)
console.error(`${out}: ${files.size} files, ${(total / 1e6).toFixed(2)} MB`)

/** An error that escapes would be shown with the line of ncc that threw it, which has three million characters. */
async function joined(entry: string): ReturnType<typeof ncc> {
  try {
    return await ncc(entry, { cache: false, minify: false, sourceMap: false, quiet: true, license: '', target: 'es2024', esm: true })
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error))
    rmSync(work, { recursive: true, force: true })
    process.exit(1)
  }
}

/** One build at a time: the folder is the lock, and the process that made it stands in its name file. */
async function takeTurn(): Promise<void> {
  const owner = join(root, 'build/owner')
  mkdirSync(dirname(owner), { recursive: true })
  for (;;) {
    try {
      writeFileSync(owner, String(process.pid), { flag: 'wx' })
      break
    } catch {
      if (isAlive(Number(readFileSync(owner, 'utf8')))) await wait(200)
      else rmSync(owner, { force: true })
    }
  }
  process.once('exit', () => rmSync(owner, { force: true }))
  rmSync(work, { recursive: true, force: true })
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

/** One file of a package, and those that it loads late. */
async function part(entry: string, folder: string, name: string, kind: 'esm' | 'cjs'): Promise<void> {
  const made = await transpile(root, entry, join(folder, `${name}.js`), kind)
  for (const input of made.inputs) inputs.add(input)
  for (const left of made.left) inputs.add(`node_modules/${left}/package.json`.replace('zod/mini/', 'zod/'))
  for (const [late, file] of made.late) await part(file, folder, late, kind)
}

/**
 * The library of schemas, once for all packages, with only what they call. As an import of several packages the bundler
 * would keep all of it, and reading what nobody calls is a tenth of a start.
 */
async function sharedSchemas(folder: string): Promise<void> {
  const offered = new Set(Object.keys(await import('zod/mini')))
  const texts = packages.flatMap((name) => readdirSync(join(work, 'node_modules/@fermata', name)).filter((file) => file.endsWith('.js')).map((file) => readFileSync(join(work, 'node_modules/@fermata', name, file), 'utf8')))
  const called = [...new Set(texts.flatMap((text) => [...text.matchAll(/\bz\d*\.([A-Za-z_]\w*)/g)].map(([, name = '']) => name)))].filter((name) => offered.has(name)).toSorted()
  const entry = join(work, 'schemas.js')
  await writeText(entry, `export { ${called.join(', ')} } from 'zod/mini'\n`)
  for (const input of (await transpile(root, entry, join(folder, 'mini.js'), 'esm', [])).inputs) if (!input.startsWith('build/')) inputs.add(input)
  await writeText(join(folder, 'package.json'), JSON.stringify({ name: 'zod', type: 'module', exports: { './mini': './mini.js' }, sideEffects: false }))
}

/**
 * Without comments and white space, since reading the text is much of what a start costs. Names stay, for those who read a stack.
 * It also takes away where each module lay on this machine, which ncc writes above it.
 */
async function condensed(source: string): Promise<string> {
  const result = await transform(source, { loader: 'js', format: 'esm', target: 'node24', charset: 'utf8', minifyWhitespace: true, minifySyntax: true, legalComments: 'none' })
  return result.code
}

function licences(): string {
  const found = new Map<string, string>()
  for (const input of inputs) {
    const licence = licenceOf(root, input)
    if (licence !== undefined) found.set(licence.name, `${licence.name}\nLicence: ${licence.licence}\n\n${licence.text}\n`)
  }
  return [...found].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, text]) => text).join(`\n${'-'.repeat(80)}\n\n`)
}

/** Every file of dist with its size and hash; a test holds the list. */
function manifest(all: ReadonlyMap<string, string | Buffer>): string {
  const rows = [...all].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([name, content]) => [name, { bytes: Buffer.byteLength(content), sha256: createHash('sha256').update(content).digest('hex') }])
  return `${JSON.stringify(Object.fromEntries(rows), null, 2)}\n`
}

