import { buildGraph, type Catalog, type Graph, type Reach, type ServiceId } from '@fermata/catalog'
import type { ObjectName } from '@fermata/ports'
import type { Reason } from '@fermata/verdict'
import { affectedBy } from './affected.ts'
import type { Because } from './because.ts'
import type { Resolution } from './pin/outcome.ts'
import type { ChangedPath, Difference } from './snapshot.ts'

/** The paths that differ, and which services they touch and why. What the release flow goes on with. */
export interface ChangeSet {
  readonly resolution: Resolution
  /** Of the head. */
  readonly catalog: Catalog
  readonly graph: Graph
  readonly paths: readonly ChangedPath[]
  /** Who named the paths. Undefined where nothing was compared. */
  readonly from: Difference['from'] | undefined
  /** Services that changed themselves, in catalog order, each with all its reasons. */
  readonly changed: ReadonlyMap<ServiceId, readonly Because[]>
  /** In the base, and not in the head. */
  readonly removed: readonly ServiceId[]
  /** Changed services and those that need one, by the scope that was asked for. `via` may be a removed service. */
  readonly affected: ReadonlyMap<ServiceId, Reach>
  /** The affected in deploy order. */
  readonly waves: readonly (readonly ServiceId[])[]
  readonly unowned: readonly string[]
  readonly reasons: readonly Reason[]
}

/** What is known of the change itself, before its effects on others. */
export interface DirectChange {
  readonly paths: readonly ChangedPath[]
  readonly from: Difference['from'] | undefined
  readonly changed: ReadonlyMap<ServiceId, readonly Because[]>
  readonly removed: readonly ServiceId[]
  /** Catalogs of bases that say something else than the head's. */
  readonly bases: readonly Catalog[]
  readonly unowned: readonly string[]
  readonly reasons: readonly Reason[]
}

export const nothingChanged: DirectChange = { paths: [], from: undefined, changed: new Map(), removed: [], bases: [], unowned: [], reasons: [] }

/** Every service, for one reason. */
export function allChanged(catalog: Catalog, because: Because): ReadonlyMap<ServiceId, readonly Because[]> {
  return new Map(Array.from(catalog.services.keys(), (id) => [id, [because]]))
}

/** Adds the effects on others and the order. */
export function changeSet(resolution: Resolution, catalog: Catalog, direct: DirectChange, scope: 'direct' | 'dependents'): ChangeSet {
  const graph = buildGraph(catalog.services.values())
  const changed = new Map([...catalog.services.keys()].filter((id) => direct.changed.has(id)).map((id) => [id, direct.changed.get(id) ?? []]))
  const affected = scope === 'direct' ? new Map(Array.from(changed.keys(), (id) => [id, { via: undefined, origin: id, distance: 0 }])) : affectedBy(changed.keys(), direct.removed, graph, [catalog, ...direct.bases]).by
  const { paths, from, removed, unowned, reasons } = direct
  return { resolution, catalog, graph, paths, from, changed, removed, affected, waves: graph.waves(affected.keys()), unowned, reasons }
}

/** The head of a resolution, where there is one. */
export function headCommit(resolution: Resolution): ObjectName | undefined {
  return resolution.kind === 'nothing' ? undefined : resolution.head
}
