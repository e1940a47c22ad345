import * as z from 'zod/mini'
import type { LockNode } from './closure.ts'
import { type LockReading, unclear, yamlText } from './reading.ts'

const direct = z.optional(z.record(z.string(), z.object({ version: z.string() })))
const importer = z.object({ dependencies: direct, devDependencies: direct, optionalDependencies: direct })
const names = z.optional(z.record(z.string(), z.string()))
const snapshot = z.nullable(z.object({ dependencies: names, optionalDependencies: names }))
const lockfile = z.object({
  lockfileVersion: z.string(),
  importers: z.optional(z.record(z.string(), z.nullable(importer))),
  packages: z.optional(z.record(z.string(), z.nullable(z.looseObject({ resolution: z.optional(z.unknown()), dependencies: names, optionalDependencies: names })))),
  snapshots: z.optional(z.record(z.string(), snapshot)),
  dependencies: direct, devDependencies: direct, optionalDependencies: direct,
})
type Lockfile = z.infer<typeof lockfile>

/**
 * pnpm-lock.yaml of version 6 (packages are `/name@version`, with their dependencies) and 9 (`name@version`, dependencies in `snapshots`):
 * https://github.com/pnpm/spec/tree/master/lockfile. Importers are the workspaces.
 */
export function readPnpmLock(text: string): LockReading {
  const read = z.safeParse(lockfile, yamlText(text, 'pnpm-lock.yaml'))
  if (!read.success) return unclear('it is no pnpm-lock.yaml of version 6 or 9')
  const file = read.data
  const major = file.lockfileVersion.split('.')[0]
  if (major !== '6' && major !== '9') return unclear(`its version ${file.lockfileVersion} is neither 6 nor 9`)
  const slash = major === '6' ? '/' : ''
  const nodes = new Map<string, LockNode>()
  for (const [key, entry] of Object.entries((major === '6' ? file.packages : file.snapshots) ?? {})) {
    const needs = resolved({ ...entry?.dependencies, ...entry?.optionalDependencies }, '.', slash)
    nodes.set(key, { label: `${key} ${JSON.stringify(file.packages?.[withoutPeers(key)]?.resolution ?? file.packages?.[key]?.resolution ?? null)}`, shown: key.slice(slash.length).replace(/(?<=.)@/, ' '), needs })
  }
  const workspaces = new Map<string, string>()
  for (const [folder, entry] of Object.entries(importersOf(file))) {
    const place = folder === '.' ? '' : folder
    const versions = { ...entry?.dependencies, ...entry?.devDependencies, ...entry?.optionalDependencies }
    workspaces.set(place, `importer ${place}`)
    nodes.set(`importer ${place}`, { label: `workspace ${place}`, shown: place === '' ? 'the root' : place, needs: resolved(Object.fromEntries(Object.entries(versions).map(([name, { version }]) => [name, version])), folder, slash) })
  }
  const lost = [...nodes.values()].flatMap(({ needs }) => needs).find((need) => !nodes.has(need))
  return lost === undefined ? { kind: 'graph', graph: { workspaces, nodes } } : unclear(`it needs ${lost}, which is not in it`)
}

/** A repository without workspaces has its dependencies at the top. */
function importersOf(file: Lockfile): NonNullable<Lockfile['importers']> {
  return file.importers ?? { '.': { dependencies: file.dependencies, devDependencies: file.devDependencies, optionalDependencies: file.optionalDependencies } }
}

/** A version is one of the package itself, a whole `other@version` for an alias, or a link to another workspace. */
function resolved(versions: Readonly<Record<string, string>>, folder: string, slash: string): readonly string[] {
  return Object.entries(versions).map(([name, version]) => {
    if (version.startsWith('link:')) return `importer ${joined(folder, version.slice('link:'.length))}`
    if (slash !== '' && version.startsWith(slash)) return version
    if (/^(@[^/]+\/)?[^@/()]+@/.test(version.replace(/\(.*$/s, ''))) return `${slash}${version}`
    return `${slash}${name}@${version}`
  })
}

function withoutPeers(key: string): string {
  return key.replace(/\(.*$/s, '')
}

function joined(folder: string, path: string): string {
  const segments: string[] = []
  for (const segment of `${folder}/${path}`.split('/')) {
    if (segment === '..') segments.pop()
    else if (segment !== '' && segment !== '.') segments.push(segment)
  }
  return segments.join('/')
}
