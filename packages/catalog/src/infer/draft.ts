import type { Reason } from '@fermata/verdict'
import type { ManifestSource, ServiceId, ServiceRole } from '../model.ts'
import { readRepositoryPath } from '../repository-path.ts'
import { serviceIdPattern } from '../schema.ts'
import { initReason } from './codes.ts'
import { dependenciesOf, type Edge } from './dependencies.ts'
import { dockerfileUnits, type BuildFolder } from './dockerfiles.ts'
import { listed } from './forms.ts'
import { liesIn, type Repository } from './repository.ts'
import { guessRole } from './roles.ts'
import type { Gathered, Origin, Unit } from './unit.ts'

/** A service as it will be written, each guess with its origin. */
export interface DraftService {
  readonly id: ServiceId
  readonly origin: Origin
  readonly role: ServiceRole
  readonly roleBy: string | undefined
  readonly paths: readonly string[]
  readonly manifests: readonly ManifestSource[]
  readonly dependencies: readonly { readonly id: ServiceId; readonly origin: Origin }[]
  readonly healthCheck: Unit['healthCheck']
}

export interface Draft {
  readonly services: readonly DraftService[]
  readonly reasons: readonly Reason[]
}

export interface Sources {
  readonly kubernetes: Gathered
  readonly compose: Gathered
  readonly builds: readonly BuildFolder[]
  readonly repository: Repository
}

/**
 * The services of a repository. Manifests decide what is a service; where there are none compose files do, and where there are none Dockerfiles.
 * The weaker sources then only add to what the stronger ones name: folders, and dependencies that compose files show.
 */
export function draftCatalog({ kubernetes, compose, builds, repository }: Sources): Draft {
  const [deciding, ...weaker] = [kubernetes.units, compose.units, dockerfileUnits(builds)].filter((units) => units.length > 0)
  if (deciding === undefined) return { services: [], reasons: [] }
  const units = unique(deciding).filter(({ id }) => serviceIdPattern.test(id))
  const ids = new Set(units.map(({ id }) => id))
  const parts = [dependenciesOf(kubernetes.units, kubernetes.hosts), dependenciesOf(compose.units, compose.hosts)]
  const edges = uniqueEdges(parts.flatMap((part) => part.edges).filter(({ from, to }) => ids.has(from) && ids.has(to)))
  const hostReasons = (deciding === kubernetes.units ? parts.slice(0, 1) : parts).flatMap(({ reasons }) => reasons)
  const needs = Map.groupBy(edges, ({ from }) => from)
  const needed = new Set(edges.map(({ to }) => to))
  const composedBy = new Map(compose.units.map((unit) => [unit.id, unit]))
  const buildsBy = Map.groupBy(builds, ({ name }) => plain(name ?? ''))
  const services = units.map((unit): DraftService => {
    const composed = composedBy.get(unit.id)
    const built = buildsBy.get(plain(unit.id)) ?? []
    const own = needs.get(unit.id) ?? []
    const whole: Unit = { ...unit, built: unit.built || composed?.built === true || built.length > 0 }
    const { role, by } = guessRole(whole, needed.has(unit.id), own.length > 0)
    const sources = sourceFolders(unit, composed, built, repository).filter((folder) => folder !== '.' || units.length === 1)
    return {
      id: unit.id,
      origin: unit.origin,
      role,
      roleBy: by,
      paths: [...sources, ...unit.manifests.map(({ path }) => path).filter((path) => !sources.some((folder) => liesIn(path, folder)))],
      manifests: unit.manifests,
      dependencies: own.map(({ to, origin }) => ({ id: to, origin })),
      healthCheck: unit.healthCheck,
    }
  })
  return { services: services.toSorted((a, b) => (a.id < b.id ? -1 : 1)), reasons: [...hostReasons, ...unnamed(deciding), ...notDeployed(weaker.flat(), units, services)] }
}

function unique(units: readonly Unit[]): readonly Unit[] {
  return [...new Map(units.toReversed().map((unit) => [unit.id, unit])).values()].toReversed()
}

function uniqueEdges(edges: readonly Edge[]): readonly Edge[] {
  return [...new Map(edges.toReversed().map((edge) => [`${edge.from} ${edge.to}`, edge])).values()].toReversed()
}

/** `Cart_Service` and `cartservice` are one name. */
function plain(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '')
}

/** Where the code of a service lies: what its image is built from, else a folder that is called like it in one of the usual places. */
function sourceFolders(unit: Unit, composed: Unit | undefined, builds: readonly BuildFolder[], repository: Repository): readonly string[] {
  const built = [...new Set([...unit.buildFolders, ...(composed?.buildFolders ?? []), ...builds.map(({ folder }) => folder)])]
  const usual = ['src/', '', 'services/', 'apps/', 'packages/', 'cmd/'].map((above) => `${above}${unit.id}`).find((folder) => repository.folders.has(folder))
  return (built.length > 0 ? built : usual === undefined ? [] : [usual]).filter((folder) => 'path' in readRepositoryPath(folder))
}

function unnamed(units: readonly Unit[]): readonly Reason[] {
  return units.filter(({ id }) => !serviceIdPattern.test(id)).map(({ id, origin }) => initReason('FM-INIT-NAME', { says: `${JSON.stringify(id.slice(0, 120))} cannot be the id of a service.`, where: { kind: 'file', file: origin.file } }))
}

/** What is built or composed and named by no service. */
function notDeployed(weaker: readonly Unit[], units: readonly Unit[], services: readonly DraftService[]): readonly Reason[] {
  const ids = new Set(units.map(({ id }) => id))
  const owned = new Set(services.flatMap(({ paths }) => paths))
  const lost = weaker.filter(({ id, buildFolders }) => !ids.has(id) && !(buildFolders.length > 0 && buildFolders.every((folder) => owned.has(folder))))
  return [...Map.groupBy(lost, ({ origin }) => origin.file)].map(([file, all]) => {
    const names = listed(all.map(({ id }) => id))
    return initReason('FM-INIT-NOT-DEPLOYED', { says: `${file} makes ${names}, which nothing here deploys.`, where: { kind: 'file', file } })
  })
}
