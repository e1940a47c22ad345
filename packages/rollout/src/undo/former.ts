import { fieldManager, releaseAnnotation } from '@fermata/custody'
import type { KubeObject, ObjectRef } from '@fermata/ports'
import { same } from '../plan/canonical.ts'
import { routerOf } from '../traffic/routers.ts'
import type { PatchOperation, Split, Weights } from '../traffic/router.ts'
import { appliedBy, extract, type FieldSet, find, isEmpty, leaves, ownedByOthers, type Step, union } from './fields.ts'

/**
 * What an object was before the release wrote to it: all that is needed to bring back exactly the fields that the release touched.
 * See docs/explanation/decisions/0005-undo.md.
 */
export type Former =
  | { readonly is: 'absent'; readonly ref: ObjectRef }
  /** A route whose weights were shifted: only ours come back, so that what others write into it meanwhile stays. */
  | { readonly is: 'routed'; readonly ref: ObjectRef; readonly split: Split; readonly weights: Weights }
  | {
      readonly is: 'present'
      readonly ref: ObjectRef
      /** The release that wrote it last. */
      readonly release: string | undefined
      /** What we owned by server-side apply. */
      readonly owned: FieldSet
      /** The former values of all that we owned, or own after the write. */
      readonly values: unknown
    }

/**
 * @param live the object before the write, or undefined
 * @param after what a dry run of the write gives; its managed fields say what we will own
 */
export function formerOf(ref: ObjectRef, live: KubeObject | undefined, after: KubeObject): Former {
  if (live === undefined) return { is: 'absent', ref }
  const owned = appliedBy(live, fieldManager)
  const touched = ownMembersOnly(union(owned, appliedBy(after, fieldManager)), ownedByOthers(live, fieldManager))
  return { is: 'present', ref, release: live.metadata.annotations?.[releaseAnnotation], owned, values: extract(live, touched) }
}

export type WayBack =
  | { readonly is: 'patch'; readonly operations: readonly PatchOperation[] }
  | { readonly is: 'apply'; readonly object: KubeObject }
  /** It was never written, or has been undone before, or was absent and is. */
  | { readonly is: 'nothing' }
  | { readonly is: 'superseded'; readonly by: string }

/**
 * What must be applied, by us and with force, to bring an object back.
 * A field comes back if we own it alone, or owned it and lost it by this release. A field that somebody else has taken since stays as it is:
 * it is not ours any more. A field that we share and did not own before is let go of: its value stays with the other owner.
 * A field that the release added is left out, so that the API server removes it.
 * @param current the object now
 */
export function wayBack(former: Former, current: KubeObject | undefined, release: string): WayBack {
  if (former.is === 'routed') return routeBack(former, current)
  const writer = current?.metadata.annotations?.[releaseAnnotation]
  // What was absent is deleted later, if it is still ours; what somebody made who leaves no mark is not.
  if (former.is === 'absent') return writer === undefined || writer === release ? { is: 'nothing' } : { is: 'superseded', by: `release ${writer}` }
  if (current !== undefined && writer !== release) return writer === former.release ? { is: 'nothing' } : { is: 'superseded', by: writer === undefined ? 'somebody else' : `release ${writer}` }
  const ours = appliedBy(current, fieldManager)
  const others = ownedByOthers(current, fieldManager)
  const back = leaves(union(former.owned, ours)).filter((path) => comesBack(path, former, current, ours, others))
  const values = extract(former.values, setOf(back)) as Readonly<Record<string, unknown>>
  const { apiVersion, kind, name, namespace } = former.ref
  const metadata = typeof values['metadata'] === 'object' ? values['metadata'] : {}
  const guard = current?.metadata.resourceVersion
  return { is: 'apply', object: { ...values, apiVersion, kind, metadata: { ...metadata, name, ...(namespace !== undefined && { namespace }), ...(guard !== undefined && { resourceVersion: guard }) } } }
}

/** A route that is gone sends nothing anywhere. */
function routeBack({ ref, split, weights }: Extract<Former, { readonly is: 'routed' }>, current: KubeObject | undefined): WayBack {
  const change = current === undefined ? undefined : routerOf(ref).reset({ ...current, apiVersion: ref.apiVersion, kind: ref.kind }, split, weights)
  return change?.is === 'patch' ? change : { is: 'nothing' }
}

function comesBack(path: readonly Step[], former: Extract<Former, { readonly is: 'present' }>, current: KubeObject | undefined, ours: FieldSet, others: FieldSet): boolean {
  const before = find(former.values, path)
  if (before.is === 'absent') return false
  const wasOurs = has(former.owned, path)
  const shared = has(others, path)
  if (!has(ours, path)) return wasOurs && !shared
  if (!shared) return true
  const now = find(current, path)
  return wasOurs && now.is === 'there' && same(now.value, before.value)
}

/** Whether a set has a member, by itself or as part of one that it owns whole. */
function has(set: FieldSet, path: readonly Step[]): boolean {
  let here = set
  for (const step of path) {
    const next = here[step]
    if (next === undefined) return false
    if (isEmpty(next)) return true
    here = next
  }
  return isEmpty(here) || Object.hasOwn(here, '.')
}

function setOf(paths: readonly (readonly Step[])[]): FieldSet {
  const root: Record<string, FieldSet> = {}
  for (const path of paths) {
    let here: Record<string, FieldSet> = root
    for (const step of path) here = (here[step] ??= {}) as Record<string, FieldSet>
    if (path.length > 0) here['.'] = {}
  }
  return Object.fromEntries(Object.entries(root).map(([step, children]) => [step, pruned(children)]))
}

/** A member that holds nothing but itself is a leaf. */
function pruned(set: FieldSet): FieldSet {
  const inner = Object.entries(set).filter(([step]) => step !== '.')
  if (inner.length === 0) return {}
  return Object.fromEntries([...(Object.hasOwn(set, '.') ? [['.', {}] as const] : []), ...inner.map(([step, children]) => [step, pruned(children)] as const)])
}

/** A leaf of ours inside of which others own members is only the map or list itself, not what is in it. */
function ownMembersOnly(set: FieldSet, others: FieldSet): FieldSet {
  return Object.fromEntries(Object.entries(set).map(([step, children]) => {
    const foreign = others[step] ?? {}
    if (isEmpty(children)) return [step, Object.keys(foreign).some((member) => member !== '.') ? { '.': {} } : {}]
    return [step, ownMembersOnly(children, foreign)]
  }))
}
