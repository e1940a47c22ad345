import { list, percent } from '@fermata/capability'
import { ConfigurationError } from '@fermata/verdict'

/** At most this many pods; both hold. */
export interface BlastRadius {
  readonly count: number
  readonly share: number
}

const parts = list({ about: 'Parts of a blast radius.' })
const share = percent({ about: 'A share of a blast radius.' })

/**
 * Reads `50%`, `2` or `2, 50%`.
 * @throws ConfigurationError
 */
export function parseBlastRadius(text: string): BlastRadius {
  const written = parts.parse(text) as readonly string[]
  const radius = { count: Number.POSITIVE_INFINITY, share: 1 }
  for (const part of written) {
    if (/^\d+$/.test(part) && Number(part) > 0) radius.count = Math.min(radius.count, Number(part))
    else if (/^\d+(\.\d+)?%$/.test(part) && Number(part.slice(0, -1)) <= 100) radius.share = Math.min(radius.share, share.parse(part) as number)
    else throw new ConfigurationError([{ says: `Input blast-radius: ${JSON.stringify(part)} is neither a number above 0 nor a share.`, remedy: 'Write it like this: 2, 50%' }])
  }
  if (written.length === 0) throw new ConfigurationError([{ says: 'Input blast-radius limits nothing.', remedy: 'Write it like this: 2, 50%' }])
  return radius
}
