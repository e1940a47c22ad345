import type { Trigger } from '@fermata/ports'
import * as z from 'zod/mini'
import { reading, refName } from './payload.ts'
import type { Plan } from './plan.ts'
import { tagPattern } from './tag.ts'

const payload = z.object({
  action: z.optional(z.string()),
  release: z.object({ tag_name: refName, draft: z.optional(z.boolean()), prerelease: z.optional(z.boolean()) }),
})

/** release: the release before, in its history. A stable release is compared with a stable one. Without the API, the nearest tag of its kind. */
export function planRelease(trigger: Trigger): Plan {
  return reading(payload, trigger, ({ action, release: { tag_name: tag, prerelease = false } }) => {
    if (action === 'deleted') return { kind: 'nothing', code: 'FM-CHANGES-BRANCH-DELETED', why: 'The release was deleted.' }
    const head = `refs/tags/${tag}`
    return {
      kind: 'compare',
      candidates: [
        { head, base: { by: 'previous-release', tag, prereleases: prerelease }, strategy: 'previous-release', why: 'that is the release before' },
        { head, base: { by: 'previous-tag', pattern: tagPattern(tag) }, strategy: 'previous-tag', why: 'that is the nearest earlier tag of this kind' },
      ],
      none: { strategy: 'first-release', code: 'FM-CHANGES-FIRST-RELEASE', why: 'no earlier release or tag of this kind is in its history' },
      branches: ['default'],
    }
  })
}
