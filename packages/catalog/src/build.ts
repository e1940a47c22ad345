import { duration as durationInput } from '@fermata/capability'
import { defaults } from './defaults.ts'
import type { Catalog, Environment, ManifestSource, Service, SharedRule, SloEntry } from './model.ts'
import type { Places } from './problems.ts'
import { readRepositoryPath } from './repository-path.ts'
import type { CatalogText, ServiceText, SharedText } from './schema.ts'

/** The catalog that a text without problems means, with every default filled in. */
export function buildCatalog(file: string, text: CatalogText, places: Places): Catalog {
  const common = commonDefaults(text)
  return {
    file,
    services: new Map(Object.entries(text.services ?? {}).map(([id, service]) => [id, buildService(id, service ?? {}, common, places)])),
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

function buildService(id: string, written: ServiceText, common: CommonDefaults, places: Places): Service {
  const strategy = written.deployment_strategy ?? common.strategy
  return {
    id,
    role: written.role ?? defaults.role,
    paths: written.paths?.map(ownedPath) ?? [id],
    manifests: written.manifests?.map(manifestSource) ?? none,
    dependencies: distinct(written.dependencies),
    strategy,
    trafficSplit: written.traffic_split ?? (strategy === 'canary' ? common.canarySteps : defaults.atOnce),
    healthCheck: written.health_check,
    migrationScripts: written.migration_scripts?.map(repositoryPath) ?? none,
    migration: written.migration === undefined ? noMigration : { image: written.migration.image, command: written.migration.command },
    analysis: buildAnalysis(id, written.analysis, places),
    route: written.route,
    slos: distinct(written.slos),
    timeout: milliseconds(written.timeout) ?? common.timeout,
    soak: milliseconds(written.soak) ?? common.soak,
    get where() {
      return places.key(['services', id])
    },
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
