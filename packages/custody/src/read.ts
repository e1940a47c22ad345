/** One or more labels of letters, digits and `-`, separated by dots. */
export const RFC1123 = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/

/** What stands at a path of a Kubernetes object of which nothing is known but its name; undefined where there is none. */
export function at(value: unknown, ...path: readonly string[]): unknown {
  let here = value
  for (const key of path) {
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, key)) return undefined
    here = (here as Readonly<Record<string, unknown>>)[key]
  }
  return here
}

export function textAt(value: unknown, ...path: readonly string[]): string | undefined {
  const found = at(value, ...path)
  return typeof found === 'string' ? found : undefined
}

export function numberAt(value: unknown, ...path: readonly string[]): number | undefined {
  const found = at(value, ...path)
  return typeof found === 'number' ? found : undefined
}

/** An instant that an API object tells, or undefined. */
export function instantAt(value: unknown, ...path: readonly string[]): number | undefined {
  const parsed = Date.parse(textAt(value, ...path) ?? '')
  return Number.isNaN(parsed) ? undefined : parsed
}

/** Equal as JSON, whatever the order of keys: the API server sorts those of maps. */
export function same(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null || Array.isArray(a) !== Array.isArray(b)) return false
  const keys = Object.keys(a)
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && same(at(a, key), at(b, key)))
}
