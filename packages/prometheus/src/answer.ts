import type { ZodMiniType } from 'zod/mini'
import * as z from 'zod/mini'
import type { Answered } from './connection.ts'
import { beginning, unreadable } from './refusal.ts'

/**
 * Reads an answer by its shape.
 * @throws MonitoringError `unreadable` for HTML, for a body that is cut, for JSON of another shape
 */
export function readAnswer<T>({ asked, body }: Answered, shape: ZodMiniType<T>): T {
  let json: unknown
  try {
    json = JSON.parse(body)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw unreadable(asked, beginning(body))
  }
  const read = z.safeParse(shape, json)
  if (read.success) return read.data
  throw unreadable(asked, read.error.issues.map((issue) => `${issue.path.join('.') || 'the whole'}: ${issue.message}`).slice(0, 3).join('; '))
}
