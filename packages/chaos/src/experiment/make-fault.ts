import type { Path } from '@fermata/source'
import * as z from 'zod/mini'
import * as defaults from '../defaults.ts'
import type { Fault, FaultKind } from '../faults/fault.ts'

/** A fault of a kind, from what was written about it in whatever form. */
export function makeFault(kind: FaultKind, settings: unknown, durationMs: number | undefined): { readonly fault: Fault } | { readonly problems: readonly { readonly path: Path; readonly says: string }[] } {
  const checked = z.safeParse(kind.settings, settings)
  const problems = checked.success ? [] : checked.error.issues.flatMap((issue) => settingProblems(kind, issue))
  if (kind.lasts === 'a moment' && durationMs !== undefined) problems.push({ path: ['duration'], says: `Fault ${kind.kind} is over in a moment and has no duration.` })
  if (kind.lasts === 'until lifted' && durationMs === undefined) problems.push({ path: [], says: `Fault ${kind.kind} lasts, and no duration is given.` })
  if (durationMs !== undefined && !(durationMs >= 1_000 && durationMs <= defaults.longestFault)) problems.push({ path: ['duration'], says: `Fault ${kind.kind} must last from 1s to 1h.` })
  if (!checked.success || problems.length > 0) return { problems }
  return { fault: kind.make(checked.data, durationMs ?? 0) }
}

function settingProblems({ kind }: FaultKind, issue: z.core.$ZodIssue): { readonly path: Path; readonly says: string }[] {
  const path = issue.path.map((key) => (typeof key === 'number' ? key : String(key)))
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => ({ path: [...path, key], says: `Fault ${kind} has no setting ${[...path, key].join('.')}.` }))
  const expected = issue.code === 'invalid_value' ? `expected one of ${issue.values.join(', ')}` : issue.message
  return [{ path, says: `Fault ${kind}, ${path.join('.')}: ${expected}.` }]
}
