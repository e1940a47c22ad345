import { isObject } from '../schema/lookup.ts'

/** RFC 7386: objects are merged, null removes, everything else replaces. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch
  const out: Record<string, unknown> = { ...(isObject(target) ? target : {}) }
  for (const [field, value] of Object.entries(patch)) {
    if (value === null) delete out[field]
    else out[field] = mergePatch(out[field], value)
  }
  return out
}
