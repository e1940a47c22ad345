import type { Plan } from './plan.ts'

/**
 * A tag is compared with the nearest tag of its kind below it, by ancestry and never by date: dates lie, and hotfixes overtake.
 * A tag that was moved (`v1`, `stable`) is compared with where it was.
 * @param commit the tag, or its commit; annotated tags are peeled later
 */
export function tagPlan(tag: string, commit: string, before: string | undefined): Plan {
  const none = { strategy: 'first-tag', code: 'FM-CHANGES-FIRST-TAG', why: 'no earlier tag of this kind is in its history' } as const
  const moved = before === undefined ? [] : [{ head: commit, base: { by: 'name', name: before }, strategy: 'moved-tag', why: 'that is where the tag was before' } as const]
  const previous = { head: commit, base: { by: 'previous-tag', pattern: tagPattern(tag) }, strategy: 'previous-tag', why: 'that is the nearest earlier tag of this kind' } as const
  return { kind: 'compare', candidates: [...moved, previous], ...(before === undefined && { none }), branches: ['default'] }
}

/**
 * Which tags are of the same kind: the same words up to the first digit. `v1.4.0` gives `v[0-9]*`, `cart/v2` gives `cart/v[0-9]*`.
 * A tag without digits is followed by any. The pattern is for `git describe --match`, glob(7).
 */
export function tagPattern(tag: string): string {
  const digit = tag.search(/\d/)
  return digit === -1 ? '*' : `${tag.slice(0, digit).replace(/[\\*?[\]]/g, '\\$&')}[0-9]*`
}
