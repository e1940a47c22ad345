import type { Part } from './syntax.ts'

/** An expression, or a part of one, that is read by no rule. */
export interface Refused {
  readonly refused: string
  readonly remedy: string
}

export function isRefused(reading: object): reading is Refused {
  return 'refused' in reading
}

/** @param why continues "`part` ..." */
export function refused({ text }: Part, why: string, remedy: string): Refused {
  return { refused: `${shown(text)} ${why}.`, remedy }
}

/** A part of an expression as a sentence shows it: one line, not too long. */
export function shown(text: string): string {
  const line = text.replace(/\s+/g, ' ')
  return `\`${line.length > 80 ? `${line.slice(0, 80)}…` : line}\``
}
