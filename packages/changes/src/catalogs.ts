import { type Catalog, type Service, type ServiceId, catalogFiles, catalogText, loadCatalog } from '@fermata/catalog'
import type { Files, ObjectName } from '@fermata/ports'
import { ConfigurationError } from '@fermata/verdict'
import type { Because } from './because.ts'
import { shownName } from './display.ts'

/** Reads a file of one commit. */
export type ReadAt = (path: string) => Promise<Uint8Array | undefined>

/** Where a catalog is looked for: what the caller named, else the usual names. @throws ConfigurationError for a path that leads out of the working directory */
export function catalogNames(config: string | undefined): readonly string[] {
  if (config === undefined || config === '') return catalogFiles
  const segments = config.split('/').filter((segment) => segment !== '.' && segment !== '')
  if (config.startsWith('/') || segments.includes('..')) throw new ConfigurationError([{ says: `The input config: ${shownName(config)} leads outside of the working directory.`, remedy: 'Give a path inside of it, or set working-directory to a folder that holds both.' }])
  return [segments.join('/')]
}

/** The catalog of a commit, or undefined where it has none. @throws ConfigurationError when it cannot be read */
export async function catalogAt(names: readonly string[], read: ReadAt): Promise<Catalog | undefined> {
  for (const name of names) {
    const bytes = await read(name)
    if (bytes !== undefined) return loadCatalog(catalogText(bytes, name), name)
  }
  return undefined
}

export interface HeadCatalog {
  readonly catalog: Catalog
  /** Taken from the working directory, since the commit has none. */
  readonly uncommitted: boolean
}

/** The catalog of the head. One that nobody committed is taken from the working directory. @throws ConfigurationError when there is none */
export async function headCatalog(names: readonly string[], head: ObjectName | undefined, read: ReadAt | undefined, files: Files): Promise<HeadCatalog> {
  const committed = read === undefined ? undefined : await catalogAt(names, read)
  if (committed !== undefined) return { catalog: committed, uncommitted: false }
  const here = await catalogAt(names, (path) => files.read(path))
  if (here !== undefined) return { catalog: here, uncommitted: head !== undefined }
  const where = head === undefined ? 'the working directory' : `${head.slice(0, 12)} or the working directory`
  throw new ConfigurationError([{ says: `There is no catalog ${names.join(' or ')} in ${where}.`, remedy: 'Run `fermata init` to write one, or name it in the input config.' }])
}

export interface CatalogDifference {
  /** Services whose own entry is new or says something else. */
  readonly changed: ReadonlyMap<ServiceId, Because>
  readonly removed: readonly ServiceId[]
}

const compared = ['role', 'paths', 'manifests', 'dependencies', 'strategy', 'trafficSplit', 'healthCheck', 'migrationScripts', 'migration', 'route', 'slos', 'timeout', 'soak'] as const satisfies readonly (keyof Service)[]

/**
 * What two catalogs say differently about services: by meaning, so that comments, order of keys and line numbers do not count,
 * and a changed default counts for each service that it reaches.
 * @param environment the one that is released to; where it is set, a change of its context or namespace changes every service
 */
export function compareCatalogs(base: Catalog, head: Catalog, environment: string | undefined): CatalogDifference {
  const changed = new Map<ServiceId, Because>()
  const moved = environment !== undefined && base.environments.has(environment) && movedTo(base, environment) !== movedTo(head, environment)
  for (const [id, service] of head.services) {
    const before = base.services.get(id)
    if (before === undefined) changed.set(id, { kind: 'new' })
    else {
      const fields = compared.filter((field) => JSON.stringify(before[field]) !== JSON.stringify(service[field]))
      if (fields.length > 0) changed.set(id, { kind: 'catalog', fields })
      else if (moved) changed.set(id, { kind: 'environment', environment })
    }
  }
  return { changed, removed: [...base.services.keys()].filter((id) => !head.services.has(id)) }
}

function movedTo(catalog: Catalog, environment: string): string {
  const { context, namespace } = catalog.environments.get(environment) ?? {}
  return JSON.stringify([context ?? null, namespace ?? null])
}
