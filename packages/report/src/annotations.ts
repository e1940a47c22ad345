import type { Reason, Report, Severity } from '@fermata/verdict'
import { encodeTerminalLine, truncate } from './encode.ts'

export type AnnotationLevel = 'error' | 'warning' | 'notice'

/** One line in the list of annotations of a run, beside a line of a file where one is known. */
export interface Annotation {
  readonly level: AnnotationLevel
  readonly message: string
  readonly title?: string
  readonly file?: string
  readonly line?: number
  readonly column?: number
}

/** GitHub shows ten annotations of a level for a step, 4096 characters of each (actions/toolkit, problem-matchers.md). */
export const annotationLimits = { perLevel: 10, message: 4096 } as const

const levelOf = { error: 'error', inconclusive: 'error', warning: 'warning', note: 'notice' } as const satisfies Record<Severity, AnnotationLevel>

/**
 * The annotations of a report, worst first. Where a level has more than fit, its last place says how many are left.
 * Notes are annotations only where they point to a file.
 */
export function annotations(report: Report, { perLevel = annotationLimits.perLevel }: { readonly perLevel?: number } = {}): readonly Annotation[] {
  const all = report.reasons.filter((reason) => reason.severity !== 'note' || reason.location?.kind === 'file').map(annotationOf)
  return (['error', 'warning', 'notice'] as const).flatMap((level) => firstOf(level, all.filter((one) => one.level === level), perLevel))
}

function firstOf(level: AnnotationLevel, all: readonly Annotation[], most: number): readonly Annotation[] {
  if (all.length <= most) return all
  const shown = all.slice(0, most - 1)
  return [...shown, { level, message: `${all.length - shown.length} more in the summary` }]
}

function annotationOf(reason: Reason): Annotation {
  const service = reason.service === undefined || reason.message.includes(reason.service) ? '' : `${reason.service}: `
  const text = encodeTerminalLine(`${service}${reason.message}${reason.remedy === undefined ? '' : `${/[.!?…]$/.test(reason.message) ? '' : '.'} ${reason.remedy}`}`)
  const at = reason.location?.kind === 'file' ? reason.location : undefined
  return {
    level: levelOf[reason.severity],
    message: truncate(text, annotationLimits.message),
    title: reason.code,
    ...(at && { file: at.file }),
    ...(at?.line !== undefined && { line: at.line }),
    ...(at?.column !== undefined && { column: at.column }),
  }
}
