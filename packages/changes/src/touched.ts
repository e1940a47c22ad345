import type { Catalog, ServiceId, SharedRule } from '@fermata/catalog'
import type { Because, Touched } from './because.ts'
import { compareContent, isReadable } from './content/lockfiles.ts'
import { type Ownership, ownershipOf, servicesUnder } from './ownership.ts'
import { prefixMap } from './prefix-map.ts'
import type { ChangedPath } from './snapshot.ts'

/** Reads a file before and after. */
export type ReadBoth = (path: string) => Promise<{ readonly before: Uint8Array | undefined; readonly after: Uint8Array | undefined }>

/**
 * Which services some changed paths touch, in O(paths x depth). A path touches whom it belongs to, and whom the shared rules say that
 * it falls under. A lockfile that belongs to nobody and that no rule names is judged by its content.
 * @param catalog of the head; a path that only the base's catalog gives to a service touches a service whose entry changed
 * @param ignored the catalog's own files: what they say is compared by meaning
 */
export async function touchedBy(paths: readonly ChangedPath[], catalog: Catalog, ignored: ReadonlySet<string>, read: ReadBoth): Promise<Touched> {
  const by = new Map<ServiceId, Because[]>()
  const unowned: string[] = []
  const unclear: { readonly path: string; readonly why: string }[] = []
  const add = (id: ServiceId, because: Because) => {
    const known = by.get(id)
    if (known === undefined) by.set(id, [because])
    else known.push(because)
  }
  const owners = ownershipOf(catalog.services.values())
  const rulesFor = sharedRules(catalog.shared)
  for (const { path, kind } of paths) {
    const own = owners(path)
    for (const id of own) add(id, { kind: 'path', path, change: kind })
    const effects = effectsOf(path, own, rulesFor(path), ignored)
    if (effects.length === 0 && own.length === 0 && !ignored.has(path)) unowned.push(path)
    for (const effect of effects) {
      if (effect !== 'by-content') for (const id of effect === 'all' ? catalog.services.keys() : effect) add(id, { kind: 'shared', path })
      else {
        const content = await byContent(path, catalog, owners, read)
        if (content.why !== undefined) unclear.push({ path, why: content.why })
        for (const [id, because] of content.touched) add(id, { kind: 'shared', path, because })
      }
    }
  }
  return { by, unowned, unclear }
}

function sharedRules(rules: readonly SharedRule[]): (path: string) => readonly SharedRule[] {
  return prefixMap(rules.map((rule) => ({ owner: rule, prefixes: rule.paths })), (matches) => matches.map(({ owner }) => owner))
}

type Effect = SharedRule['affects']

function effectsOf(path: string, own: readonly ServiceId[], rules: readonly SharedRule[], ignored: ReadonlySet<string>): readonly Effect[] {
  if (rules.length > 0) return rules.map(({ affects }) => affects)
  return own.length === 0 && isReadable(path) && !ignored.has(path) ? ['by-content'] : []
}

interface ByContent {
  readonly touched: ReadonlyMap<ServiceId, string>
  /** Set when the content could not be judged. */
  readonly why?: string
}

/** A workspace touches whom its folder belongs to. The workspace at the top carries tools that build the others: it touches all below. */
async function byContent(path: string, catalog: Catalog, owners: Ownership, read: ReadBoth): Promise<ByContent> {
  const folder = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : ''
  const { before, after } = await read(path)
  const change = compareContent(path, text(before), text(after))
  const below = (because: string) => new Map(servicesUnder(folder, catalog.services.values()).map((id) => [id, because]))
  if (change.kind === 'unclear') return { touched: below(`its content cannot be told apart by service, because ${change.why}`), why: change.why }
  const top = change.changed.find((changed) => changed.folder === '')
  if (top !== undefined) return { touched: below(`what all build with: ${top.because}`) }
  const touched = new Map<ServiceId, string>()
  for (const changed of change.changed) {
    for (const id of owners(`${folder === '' ? '' : `${folder}/`}${changed.folder}/package.json`)) if (!touched.has(id)) touched.set(id, changed.because)
  }
  return { touched }
}

function text(bytes: Uint8Array | undefined): string | undefined {
  return bytes === undefined ? undefined : new TextDecoder().decode(bytes)
}
