import type { JsonObject } from '../schema/lookup.ts'
import type { WatchSink } from '../verbs/watch.ts'

export type Answer =
  | { readonly kind: 'json'; readonly code: number; readonly body: JsonObject }
  | { readonly kind: 'text'; readonly code: number; readonly body: string }
  /** `open` may throw before the stream begins. What it gives back closes the watch. */
  | { readonly kind: 'watch'; readonly open: (sink: WatchSink) => () => void }

export const json = (body: object, code = 200): Answer => ({ kind: 'json', code, body: body as JsonObject })
export const text = (body: string, code = 200): Answer => ({ kind: 'text', code, body })
