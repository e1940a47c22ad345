import type { Trigger } from '@fermata/ports'
import * as z from 'zod/mini'
import { reading, refBelow, refName, sha } from './payload.ts'
import type { Plan } from './plan.ts'

const payload = z.object({ merge_group: z.object({ head_sha: sha, base_sha: sha, base_ref: z.optional(refName) }) })

/** merge_group: the parent of the group, which for the second group of a queue is the head of the first. */
export function planMergeGroup(trigger: Trigger): Plan {
  return reading(payload, trigger, ({ merge_group: { head_sha, base_sha, base_ref } }) => {
    const branch = refBelow('refs/heads/', base_ref)
    return {
      kind: 'compare',
      candidates: [{ head: head_sha, base: { by: 'name', name: base_sha }, strategy: 'merge-group', why: 'the group is queued behind that' }],
      branches: [branch === undefined ? 'default' : { name: branch }],
    }
  })
}
