import type { Catalog, ServiceId } from '@fermata/catalog'
import type { ObjectName, Ports } from '@fermata/ports'
import { ConfigurationError, EnvironmentError, type Reason } from '@fermata/verdict'
import type { Because } from './because.ts'
import { catalogAt, catalogNames, compareCatalogs, type HeadCatalog, headCatalog } from './catalogs.ts'
import { allChanged, type ChangeSet, changeSet, type DirectChange, headCommit, nothingChanged } from './change-set.ts'
import { changesReason } from './codes.ts'
import { counted, shownCommit, shownName, shownText } from './display.ts'
import { ownershipOf } from './ownership.ts'
import { asking, isMiss, type Miss, type Pinned, type PinnedPerService, type Resolution } from './pin/outcome.ts'
import { unresolved } from './pin/plan.ts'
import { type PinRequest, resolveChanges } from './pin/resolve.ts'
import type { DetectRequest } from './request.ts'
import { type Difference, differenceOf, fileAt } from './snapshot.ts'
import { touchedBy } from './touched.ts'

export type FindPorts = Pick<Ports, 'git' | 'forge' | 'files' | 'invocation'>
export type FindRequest = PinRequest & Pick<DetectRequest, 'scope' | 'config' | 'on-unresolved'>

/** A question that could not be answered, under a policy that wants no guess. It carries why. */
export interface Unresolved {
  readonly kind: 'unresolved'
  readonly head: ObjectName | undefined
  readonly reasons: readonly Reason[]
}

/**
 * What changed, for this request and the event of this run.
 * What cannot be told makes all services changed, or with `on-unresolved: fail` gives an `Unresolved`. It is never an empty set.
 * @throws ConfigurationError for contradicting inputs and for a catalog of the head that is missing or wrong
 */
export async function findChanges(request: FindRequest, ports: FindPorts): Promise<ChangeSet | Unresolved> {
  const read = catalogReader(request, ports)
  const resolution = await resolveChanges(request, ports.invocation, async (head) => [...(await read(head)).catalog.services.keys()], ports)
  return carryOut(resolution, request, ports, read)
}

async function carryOut(resolution: Resolution, request: FindRequest, ports: FindPorts, read: CatalogReader): Promise<ChangeSet | Unresolved> {
  const finish = async (direct: (head: HeadCatalog) => DirectChange | Promise<DirectChange>, before: readonly Reason[]): Promise<ChangeSet> => {
    const head = await read(headCommit(resolution))
    const found = await direct(head)
    return changeSet(resolution, head.catalog, { ...found, reasons: [...before, ...uncommittedNote(head), ...found.reasons] }, request.scope)
  }
  switch (resolution.kind) {
    case 'nothing':
      return finish(() => nothingChanged, [resolution.reason])
    case 'everything':
      return finish(({ catalog }) => ({ ...nothingChanged, changed: allChanged(catalog, { kind: 'everything', why: resolution.why }) }), [resolution.reason])
    case 'unresolved': {
      if (request['on-unresolved'] === 'fail') return { kind: 'unresolved', head: resolution.head, reasons: resolution.reasons }
      const reasons = resolution.reasons.map((reason) => ({ ...reason, severity: 'warning' as const }))
      return finish(({ catalog }) => ({ ...nothingChanged, changed: allChanged(catalog, { kind: 'everything', why: 'what changed cannot be told' }) }), reasons)
    }
    case 'compare':
    case 'per-service': {
      const found = await asking(async () => {
        // The catalog is read while git compares. Both may have to fetch; the comparison asks first, and for both commits.
        const comparing = allDifferences(resolution, ports)
        const [differences] = await Promise.all([comparing, read(resolution.head)])
        if (isMiss(differences)) return differences
        return finish((head) => (resolution.kind === 'compare' ? directChange(resolution, differences[0] as Difference, head, request) : deployedChange(resolution, differences, head, request)), [])
      })
      return isMiss(found) ? carryOut(unresolved(resolution.head, [found.reason]), request, ports, read) : found
    }
  }
}

async function allDifferences(resolution: Pinned | PinnedPerService, ports: FindPorts): Promise<readonly Difference[] | Miss> {
  const bases = resolution.kind === 'compare' ? [resolution.base] : resolution.groups.map(({ base }) => base)
  // One fetch for all that is missing. Where that fails, each comparison says which commit it lacks.
  if (bases.length > 1 && ports.git.hasClone) await ports.git.obtain([resolution.head, ...bases])
  const differences: Difference[] = []
  for (const base of bases) {
    const difference = await differenceOf({ base, head: resolution.head, ...(resolution.kind === 'compare' && { pullRequest: resolution.pullRequest }) }, ports)
    if (isMiss(difference)) return difference
    differences.push(difference)
  }
  return differences
}

type CatalogReader = (head: ObjectName | undefined) => Promise<HeadCatalog>

/** Reads the catalog of a head once. */
function catalogReader({ config }: FindRequest, ports: FindPorts): CatalogReader {
  const known = new Map<ObjectName | undefined, Promise<HeadCatalog>>()
  return (head) => {
    const before = known.get(head)
    if (before !== undefined) return before
    const read = headCatalog(catalogNames(config), head, head === undefined ? undefined : (path) => fileAt(head, path, ports), ports.files)
    known.set(head, read)
    return read
  }
}

async function directChange({ base, head }: { readonly base: ObjectName; readonly head: ObjectName }, difference: Difference, { catalog, uncommitted }: HeadCatalog, request: FindRequest): Promise<DirectChange> {
  const names = new Set(catalogNames(request.config))
  const touched = await touchedBy(difference.paths, catalog, names, async (path) => ({ before: await difference.read(base, path), after: await difference.read(head, path) }))
  const sameCatalog = uncommitted || !difference.paths.some(({ path }) => names.has(path))
  const old = sameCatalog ? { kind: 'same' as const } : await oldCatalog([...names], base, difference)
  const { changed, removed, bases, reasons } = againstOld(old, catalog, request.environment)
  const by = new Map<ServiceId, readonly Because[]>(changed)
  for (const [id, because] of touched.by) by.set(id, [...because, ...(by.get(id) ?? [])])
  const gone = ownershipOf(bases.flatMap(({ services }) => removed.flatMap((id) => services.get(id) ?? [])))
  const unowned = touched.unowned.filter((path) => gone(path).length === 0)
  return {
    paths: difference.paths,
    from: difference.from,
    changed: by,
    removed,
    bases,
    unowned,
    reasons: [
      ...reasons,
      ...touched.unclear.map(({ path, why }) => changesReason('FM-CHANGES-UNCLEAR-CONTENT', { says: `${shownName(path)} cannot be told apart by service, because ${shownText(why)}: all services under its folder count as changed.` })),
      ...(unowned.length === 0 ? [] : [changesReason('FM-CHANGES-UNOWNED', { says: `${counted(unowned.length, 'changed path')} ${unowned.length === 1 ? 'belongs' : 'belong'} to no service, for example ${shownName(unowned[0] as string)}.` })]),
    ],
  }
}

type OldCatalog = { readonly kind: 'same' } | { readonly kind: 'none' } | { readonly kind: 'broken'; readonly says: string } | { readonly kind: 'other'; readonly catalog: Catalog }

async function oldCatalog(names: readonly string[], base: ObjectName, difference: Difference): Promise<OldCatalog> {
  try {
    const catalog = await catalogAt(names, (path) => difference.read(base, path))
    return catalog === undefined ? { kind: 'none' } : { kind: 'other', catalog }
  } catch (error) {
    if (error instanceof ConfigurationError) return { kind: 'broken', says: error.message.split('\n')[0] ?? '' }
    throw error
  }
}

function againstOld(old: OldCatalog, catalog: Catalog, environment: string | undefined): { readonly changed: ReadonlyMap<ServiceId, readonly Because[]>; readonly removed: readonly ServiceId[]; readonly bases: readonly Catalog[]; readonly reasons: readonly Reason[] } {
  switch (old.kind) {
    case 'same':
      return { changed: new Map(), removed: [], bases: [], reasons: [] }
    case 'none':
      return { changed: allChanged(catalog, { kind: 'new' }), removed: [], bases: [], reasons: [changesReason('FM-CHANGES-NEW-CATALOG', { says: 'The base has no catalog, so all services are new.' })] }
    case 'broken':
      return { changed: allChanged(catalog, { kind: 'everything', why: 'the catalog of the base cannot be read' }), removed: [], bases: [], reasons: [changesReason('FM-CHANGES-OLD-CATALOG', { says: `The catalog of the base cannot be read: ${old.says}` })] }
    case 'other': {
      const { changed, removed } = compareCatalogs(old.catalog, catalog, environment)
      return { changed: new Map(Array.from(changed, ([id, because]) => [id, [because]])), removed, bases: [old.catalog], reasons: [] }
    }
  }
}

/** Each service compared with its own last deployment. A service that was never deployed is changed. */
async function deployedChange({ head, groups, never, environment }: PinnedPerService, differences: readonly Difference[], catalog: HeadCatalog, request: FindRequest): Promise<DirectChange> {
  const parts: DirectChange[] = []
  for (const [index, { base, services }] of groups.entries()) {
    const mine = new Set(services)
    const part = await directChange({ base, head }, differences[index] as Difference, catalog, request)
    parts.push({ ...part, changed: new Map([...part.changed].filter(([id]) => mine.has(id))) })
  }
  const undeployed = never.map((id): [ServiceId, readonly Because[]] => [id, [{ kind: 'never-deployed', environment }]])
  const paths = new Map(parts.flatMap((part) => part.paths.map((change) => [change.path, change])))
  const reasons = new Map(parts.flatMap((part) => part.reasons.map((reason) => [reason.message, reason])))
  return {
    paths: [...paths.values()],
    from: parts[0]?.from,
    changed: new Map([...undeployed, ...parts.flatMap(({ changed }) => [...changed])]),
    removed: [...new Set(parts.flatMap(({ removed }) => removed))],
    bases: parts.flatMap(({ bases }) => bases),
    unowned: [...new Set(parts.flatMap(({ unowned }) => unowned))],
    reasons: [
      ...(never.length === 0 ? [] : [changesReason('FM-CHANGES-NEVER-DEPLOYED', { says: `${counted(never.length, 'service')} ${never.length === 1 ? 'has' : 'have'} no deployment to ${shownName(environment)} in the history of ${shownCommit(head)}, for example ${never[0]}.` })]),
      ...reasons.values(),
    ],
  }
}

function uncommittedNote({ catalog, uncommitted }: HeadCatalog): readonly Reason[] {
  return uncommitted ? [changesReason('FM-CHANGES-UNCOMMITTED-CATALOG', { says: `${shownName(catalog.file)} is in the working directory and not in the commit.` })] : []
}

/** For callers that want a set or an error, and nothing in between. @throws EnvironmentError for what could not be told */
export function orThrow(found: ChangeSet | Unresolved): ChangeSet {
  if ('changed' in found) return found
  const [reason] = found.reasons
  throw new EnvironmentError(reason ?? changesReason('FM-CHANGES-NO-COMMIT', { says: 'What changed cannot be told.' }))
}
