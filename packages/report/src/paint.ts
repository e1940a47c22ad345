import type { State } from '@fermata/verdict'
import { styleText } from 'node:util'

export type Style = 'good' | 'bad' | 'warn' | 'calm' | 'faint' | 'strong'

/** Puts a colour around a text that is already encoded, or leaves it alone. */
export type Paint = (style: Style, text: string) => string

const formats = { good: 'green', bad: 'red', warn: 'yellow', calm: 'cyan', faint: 'dim', strong: 'bold' } as const

/** The stream is not asked: whether there is colour was decided once, by `colourFor`. */
export function painter(colour: boolean): Paint {
  return colour ? (style, text) => styleText(formats[style], text, { validateStream: false }) : (_, text) => text
}

export const styleOf: Readonly<Record<State, Style>> = { good: 'good', bad: 'bad', warn: 'warn', unknown: 'warn', undone: 'bad', held: 'calm', skipped: 'faint', running: 'calm' }

/**
 * Whether to print colours. NO_COLOR wins over FORCE_COLOR (no-color.org), and the log of a workflow step shows colours
 * though it is no terminal.
 */
export function colourFor(env: Readonly<Record<string, string | undefined>>, stream: { readonly isTTY?: boolean | undefined }): boolean {
  if (env['NO_COLOR'] !== undefined && env['NO_COLOR'] !== '') return false
  if (env['FORCE_COLOR'] !== undefined) return env['FORCE_COLOR'] !== '0' && env['FORCE_COLOR'] !== 'false'
  if (env['GITHUB_ACTIONS'] === 'true') return true
  return stream.isTTY === true && env['TERM'] !== 'dumb'
}
