import { parseYaml } from '@fermata/source'
import type { LockGraph } from './closure.ts'

/** A lockfile that was understood, or why not. */
export type LockReading = { readonly kind: 'graph'; readonly graph: LockGraph } | { readonly kind: 'unclear'; readonly why: string }

export function unclear(why: string): LockReading {
  return { kind: 'unclear', why }
}

/** The value of a JSON text, or undefined, which no schema takes. */
export function jsonText(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** The one document of a YAML text, or undefined. */
export function yamlText(text: string, file: string): unknown {
  const { documents, problems } = parseYaml(text, { file, version: '1.2' })
  return problems.length === 0 && documents.length === 1 ? documents[0]?.value : undefined
}
