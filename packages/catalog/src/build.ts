import { duration as durationInput } from '@fermata/capability'
import { defaults } from './defaults.ts'
import type { Catalog, Environment, ManifestSource, Service, SharedRule, SloEntry } from './model.ts'
import type { Places } from './problems.ts'
import { readRepositoryPath } from './repository-path.ts'
import type { CatalogText, ServiceText, SharedText } from './schema.ts'

/** The catalog that a text without problems means, with every default filled in. */
export function buildCatalog(file: string, text: CatalogText, places: Places): Catalog {
  const common = commonDefaults(text)
  const services = new Map<string, Service>()
  for (const id of Object.keys(text.services ?? {})) services.set(id, new BuiltService(id, text.services?.[id] ?? {}, common, places))
  return {
    file,
    services,
    environments: new Map(Object.entries(text.environments ?? {}).map(([name, environment]) => [name, buildEnvironment(name, environment ?? {})])),
    shared: (text.shared ?? []).map(buildShared),
    slos: new Map(Object.entries(text.slos ?? {}).map(([id, slo]) => [id, buildSlo(id, slo, places)])),
  }
}

interface CommonDefaults {
  readonly strategy: Service['strategy']
  readonly canarySteps: readonly number[]
  readonly timeout: number
  readonly soak: number
}

function commonDefaults({ defaults: written = {} }: CatalogText): CommonDefaults {
  return {
    strategy: written.deployment_strategy ?? defaults.strategy,
    canarySteps: written.traffic_split ?? defaults.canarySteps,
    timeout: milliseconds(written.timeout) ?? defaults.timeout,
    soak: milliseconds(written.soak) ?? defaults.soak,
  }
}

/** Shared by the many services that say nothing: at 5,000 of them a list each is felt. */
const none: readonly never[] = []
const noMigration: Service['migration'] = { image: undefined, command: undefined }

function distinct(written: readonly string[] | undefined): readonly string[] {
  return written === undefined || written.length < 2 ? (written ?? none) : [...new Set(written)]
}

/** A class, so that all services share one getter: at 5,000 of them a getter each is felt. */
class BuiltService implements Service {
  readonly id: string
  readonly role: Service['role']
  readonly paths: Service['paths']
  readonly manifests: Service['manifests']
  readonly dependencies: Service['dependencies']
  readonly strategy: Service['strategy']
  readonly trafficSplit: Service['trafficSplit']
  readonly healthCheck: string | undefined
  readonly migrationScripts: Service['migrationScripts']
  readonly migration: Service['migration']
  readonly analysis: Service['analysis']
  readonly route: string | undefined
  readonly slos: Service['slos']
  readonly timeout: number
  readonly soak: number
  readonly #places: Places

  constructor(id: string, written: ServiceText, common: CommonDefaults, places: Places) {
    this.id = id
    this.role = written.role ?? defaults.role
    this.paths = written.paths?.map(ownedPath) ?? [id]
    this.manifests = written.manifests?.map(manifestSource) ?? none
    this.dependencies = distinct(written.dependencies)
    this.strategy = written.deployment_strategy ?? common.strategy
    this.trafficSplit = written.traffic_split ?? (this.strategy === 'canary' ? common.canarySteps : defaults.atOnce)
    this.healthCheck = written.health_check
    this.migrationScripts = written.migration_scripts?.map(repositoryPath) ?? none
    this.migration = written.migration === undefined ? noMigration : { image: written.migration.image, command: written.migration.command }
    this.analysis = buildAnalysis(id, written.analysis, places)
    this.route = written.route
    this.slos = distinct(written.slos)
    this.timeout = milliseconds(written.timeout) ?? common.timeout
    this.soak = milliseconds(written.soak) ?? common.soak
    this.#places = places
  }

  get where() {
    return this.#places.key(['services', this.id])
  }
}

function buildAnalysis(id: string, written: ServiceText['analysis'], places: Places): Service['analysis'] {
  if (written === undefined) return undefined
  return {
    requests: written.requests,
    failures: written.failures,
    hold: milliseconds(written.hold) ?? defaults.analysisHold,
    interval: milliseconds(written.interval) ?? defaults.analysisInterval,
    get where() {
      return places.key(['services', id, 'analysis'])
    },
  }
}

function manifestSource(written: NonNullable<ServiceText['manifests']>[number]): ManifestSource {
  if (typeof written === 'string') return { path: repositoryPath(written) }
  return { path: repositoryPath(written.path), ...(written.objects !== undefined && { objects: written.objects }) }
}

function buildEnvironment(name: string, written: NonNullable<NonNullable<CatalogText['environments']>[string]>): Environment {
  return { name, context: written.context, namespace: written.namespace, approval: written.approval ?? defaults.approval }
}

function buildShared(written: SharedText): SharedRule {
  return { paths: written.paths.map(ownedPath), affects: written.affects ?? defaults.affects }
}

function buildSlo(id: string, written: NonNullable<CatalogText['slos']>[string], places: Places): SloEntry {
  return {
    id,
    sli: written.sli,
    target: written.target,
    window: milliseconds(written.error_budget_window),
    get where() {
      return places.key(['slos', id])
    },
  }
}

function ownedPath(written: string): string {
  return written.startsWith('!') ? `!${repositoryPath(written.slice(1))}` : repositoryPath(written)
}

function repositoryPath(written: string): string {
  const reading = readRepositoryPath(written)
  if ('path' in reading) return reading.path
  throw new Error(`A path was built into the catalog before it was checked: ${reading.says}`)
}

/** Durations in the catalog and in inputs are one grammar with one reader. */
const { parse } = durationInput({ about: 'A duration in the catalog.' })

export function milliseconds(written: string): number
export function milliseconds(written: string | undefined): number | undefined
export function milliseconds(written: string | undefined): number | undefined {
  return written === undefined ? undefined : (parse(written) as number)
}
