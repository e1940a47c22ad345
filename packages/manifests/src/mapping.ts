export type Mapping = Readonly<Record<string, unknown>>

/** Whether a value of a document is a mapping: neither a list nor null. */
export function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
