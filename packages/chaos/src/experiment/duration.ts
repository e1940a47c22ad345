import { duration } from '@fermata/capability'
import * as z from 'zod/mini'

const input = duration({ about: 'A duration in an experiment.' })

/** `30s`, `1h30m`: the grammar of every duration that users type here. */
export function durationText(): z.ZodMiniType<string> {
  return z.string({ error: 'expected a duration such as 30s' }).check(z.regex(/^(\d+(\.\d+)?(ms|s|m|h|d))+$/, { error: 'expected a duration such as 30s, 5m or 1h30m' }))
}

/** Of a text that `durationText` has let through. */
export function milliseconds(text: string): number {
  return input.parse(text) as number
}
