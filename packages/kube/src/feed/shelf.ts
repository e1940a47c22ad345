import type { KubeList, KubeObject } from '@fermata/ports'
import { asRecord } from '../config/merge.ts'

/** What a line of a watch came to: heard, or the end of the watch and why. */
export type Taken = 'changed' | 'confirmed' | 'expired' | 'failed'

/** The objects of one kind, as a list and the changes after it tell them. */
export interface Shelf {
  /** Sorted by namespace and name. The same array until something changes. */
  objects(): readonly KubeObject[]
  /** Where the next watch goes on from. */
  version(): string
  /** Takes a whole list instead of what was known. True when it differs. */
  replace(list: KubeList): boolean
  /** Takes one event of a watch. What is no event of a watch ends it: a list then tells the truth. */
  take(event: Readonly<Record<string, unknown>>): Taken
}

export function emptyShelf(): Shelf {
  let known = new Map<string, KubeObject>()
  let sorted: readonly KubeObject[] | undefined = []
  let version = ''

  return {
    objects: () => (sorted ??= [...known].toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, object]) => object)),
    version: () => version,
    replace: (list) => {
      const before = known
      known = new Map(list.items.map((object) => [keyOf(object), object]))
      version = list.resourceVersion
      const different = before.size !== known.size || [...known].some(([key, object]) => versionOf(before.get(key)) !== versionOf(object))
      if (different) sorted = undefined
      return different
    },
    take: (event) => {
      const { type, object: raw } = event
      if (type === 'ERROR') return asRecord(raw)?.['code'] === 410 ? 'expired' : 'failed'
      const object = raw as KubeObject | undefined
      const next = versionOf(object)
      if (object === undefined || next === undefined) return 'failed'
      if (type === 'ADDED' || type === 'MODIFIED') known.set(keyOf(object), object)
      else if (type === 'DELETED') known.delete(keyOf(object))
      else if (type !== 'BOOKMARK') return 'failed'
      version = next
      if (type === 'BOOKMARK') return 'confirmed'
      sorted = undefined
      return 'changed'
    },
  }
}

function keyOf({ metadata }: KubeObject): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`
}

function versionOf(object: KubeObject | undefined): string | undefined {
  return object?.metadata?.resourceVersion
}
