import type { ZodMiniType } from 'zod/mini'
import * as z from 'zod/mini'

/** What may be posted, and which fields of it (of each, in a list) must be there. */
export interface PostedShape<T> {
  readonly shape: ZodMiniType<T>
  readonly isList: boolean
  readonly required: readonly string[]
}

const instant = z.pipe(z.string(), z.transform((text, context) => {
  const at = Date.parse(text)
  if (Number.isNaN(at)) context.issues.push({ code: 'custom', message: 'must be of type date-time', input: text })
  return at
}))
const labels = z.record(z.string(), z.string())

const alerts = z.array(z.object({ labels, annotations: z.optional(labels), startsAt: z.optional(instant), endsAt: z.optional(instant), generatorURL: z.optional(z.string()) }))

export const postedAlerts: PostedShape<z.infer<typeof alerts>> = { shape: alerts, isList: true, required: ['labels'] }

const silence = z.object({
  id: z.optional(z.string()),
  matchers: z.array(z.object({ name: z.string(), value: z.string(), isRegex: z.boolean(), isEqual: z._default(z.boolean(), true) })).check(z.minLength(1)),
  startsAt: instant,
  endsAt: instant,
  createdBy: z.string(),
  comment: z.string(),
})

export const postedSilence: PostedShape<z.infer<typeof silence>> = { shape: silence, isList: false, required: ['matchers', 'startsAt', 'endsAt', 'createdBy', 'comment'] }

/** Go writes a time that is none as the first of January of the year 1. */
export const noTime = -62_135_596_800_000
