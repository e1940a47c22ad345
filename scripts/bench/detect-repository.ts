import { spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { once } from 'node:events'

/** How large, and how much of it changes. The defaults are the measure that is published: 5,000 services, 50,003 files, 2,112 changed paths. */
export interface DetectWish {
  readonly services: number
  readonly filesPerService: number
  /** How many services the change touches in three files each: one modified, one deleted, one added. */
  readonly touched: number
  /** Changed paths that belong to nobody. */
  readonly elsewhere: number
  readonly seed: number
}

export const publishedSize: DetectWish = { services: 5_000, filesPerService: 10, touched: 700, elsewhere: 12, seed: 7 }

/** A repository of two commits, and what a right answer about them is, worked out without the code that is measured. */
export interface DetectRepository {
  readonly path: string
  readonly base: string
  readonly head: string
  readonly changedPaths: number
  /** Sorted. */
  readonly direct: readonly string[]
  readonly affected: readonly string[]
}

/** Makes a bare repository with `git fast-import`: no files on disk, and the same objects from the same seed. */
export async function makeDetectRepository(path: string, wish: DetectWish = publishedSize): Promise<DetectRepository> {
  const random = randomFrom(wish.seed)
  const ids = Array.from({ length: wish.services }, (_, number) => `svc-${String(number).padStart(5, '0')}`)
  const needs = ids.map((_, number) => dependenciesOf(number, random))
  const touched = sample(wish.services, wish.touched, random)
  mkdirSync(path, { recursive: true })
  await git(path, ['init', '--quiet', '--bare', '--initial-branch=main', '.'])
  await git(path, ['fast-import', '--quiet'], stream(ids, needs, touched, wish))
  return {
    path,
    base: await git(path, ['rev-parse', 'main~1']),
    head: await git(path, ['rev-parse', 'main']),
    changedPaths: touched.length * 3 + wish.elsewhere,
    direct: touched.map((number) => ids[number] as string).sort(),
    affected: reached(needs, touched).map((number) => ids[number] as string).sort(),
  }
}

function* stream(ids: readonly string[], needs: readonly (readonly number[])[], touched: readonly number[], wish: DetectWish): Generator<string> {
  yield commit('base')
  yield file('fermata.yaml', catalog(ids, needs))
  yield file('package.json', '{}\n')
  yield file('README.md', 'A shop of many services.\n')
  for (const [number, id] of ids.entries()) {
    for (let index = 0; index < wish.filesPerService; index++) yield file(`${folderOf(number, id)}/src/file-${index}.ts`, `export const value = ${number * 100 + index}\n`)
  }
  yield commit('head')
  for (const number of touched) {
    const folder = folderOf(number, ids[number] as string)
    yield file(`${folder}/src/file-0.ts`, 'export const value = "changed"\n')
    yield `D ${folder}/src/file-1.ts\n`
    yield file(`${folder}/src/new.ts`, 'export const value = "new"\n')
  }
  for (let index = 0; index < wish.elsewhere; index++) yield file(`docs/page-${index}.md`, 'new\n')
}

/** Services lie in areas, as they do in large repositories. */
function folderOf(number: number, id: string): string {
  return `services/area-${String(number % 50).padStart(2, '0')}/${id}`
}

function catalog(ids: readonly string[], needs: readonly (readonly number[])[]): string {
  const entries = ids.map((id, number) => `  ${id}:\n    paths: [${folderOf(number, id)}]\n    dependencies: [${(needs[number] as readonly number[]).map((need) => ids[need]).join(', ')}]\n`)
  return `version: 1\nservices:\n${entries.join('')}`
}

function commit(message: string): string {
  return `commit refs/heads/main\ncommitter a <a@example.com> 1767225600 +0000\ndata ${message.length}\n${message}\n`
}

function file(path: string, content: string): string {
  return `M 100644 inline ${path}\ndata ${Buffer.byteLength(content)}\n${content}\n`
}

/** About three dependencies each, on services that came shortly before: a graph as deep as one that grew. */
function dependenciesOf(number: number, random: () => number): readonly number[] {
  const wanted = Math.min(number, Math.floor(random() * 6))
  return [...new Set(Array.from({ length: wanted }, () => Math.max(0, number - 1 - Math.floor(random() ** 2 * 200))))].sort((a, b) => a - b)
}

function sample(from: number, count: number, random: () => number): readonly number[] {
  const chosen = new Set<number>()
  while (chosen.size < Math.min(from, count)) chosen.add(Math.floor(random() * from))
  return [...chosen].sort((a, b) => a - b)
}

/** Who is touched or needs somebody who is: dependencies have smaller numbers, so one pass upwards is enough. */
function reached(needs: readonly (readonly number[])[], touched: readonly number[]): readonly number[] {
  const found = new Set(touched)
  for (const [number, own] of needs.entries()) if (own.some((need) => found.has(need))) found.add(number)
  return [...found]
}

/** mulberry32, by Tommy Ettinger: small, and the same everywhere. */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

async function git(cwd: string, args: readonly string[], input: Iterable<string> = []): Promise<string> {
  const child = spawn('git', [...args], { cwd, env: { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' }, stdio: ['pipe', 'pipe', 'inherit'] })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const closed = once(child, 'close')
  for (const chunk of input) if (!child.stdin.write(chunk)) await once(child.stdin, 'drain')
  child.stdin.end()
  const [code] = await closed
  if (code !== 0) throw new Error(`git ${args[0]} ended with ${code}`)
  return output.trim()
}
