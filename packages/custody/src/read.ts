import { at, textAt } from '@fermata/ports'

/** One or more labels of letters, digits and `-`, separated by dots. */
export const RFC1123 = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/

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
