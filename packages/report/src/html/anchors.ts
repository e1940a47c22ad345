import type { Section } from '@fermata/verdict'
import { encodeAnchor } from '../encode.ts'

/** The fragments of a page. */
export interface Anchors {
  /** Of the section with this place in the report. */
  readonly of: (index: number) => string
  /** Of the section with this id, where there is one. */
  readonly find: (id: string) => string | undefined
}

/** Fragments that the page itself uses. */
const own = ['top', 'reasons', 'evidence', 'outputs', 'main', 'fermata-report', 'arrow']

/** One fragment for each section, its id where that is free: two sections of one id must not share one. */
export function anchorsOf(sections: readonly Section[]): Anchors {
  const taken = new Set(own)
  const all = sections.map(({ id }) => {
    const wished = encodeAnchor(id)
    let anchor = wished
    for (let next = 2; taken.has(anchor) || anchor === ''; next++) anchor = `${wished}-${next}`
    taken.add(anchor)
    return anchor
  })
  const byId = new Map(sections.map(({ id }, index) => [id, all[index] as string]).toReversed() as [string, string][])
  return { of: (index) => all[index] as string, find: (id) => byId.get(id) }
}
