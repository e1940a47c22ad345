import * as z from 'zod/mini'
import { catalogSchema, type CatalogText } from './schema.ts'

export function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * What remains when everything with a problem in its form is left out, so that the rest can be checked for its meaning in the same run.
 * Left out is a field of a service, an environment or the defaults, a whole SLO, and all shared rules, whose numbers must not shift.
 */
export function soundPart(value: unknown, issues: readonly z.core.$ZodIssue[]): CatalogText {
  const broken = new Set(issues.flatMap(brokenParts).map(pathKey))
  return z.parse(catalogSchema, without(value, [], broken))
}

type Path = readonly PropertyKey[]

/** How long the path of a part is that can be left out without breaking what is around it. Every other section is left out whole. */
const depths: ReadonlyMap<PropertyKey | undefined, number> = new Map([['services', 3], ['environments', 3], ['defaults', 2], ['slos', 2]])

function brokenParts(issue: z.core.$ZodIssue): readonly Path[] {
  const paths = issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key]) : [issue.path]
  return paths.map((path) => path.slice(0, depths.get(path[0]) ?? 1))
}

function without(value: unknown, at: Path, broken: ReadonlySet<string>): unknown {
  if (!isMapping(value)) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !broken.has(pathKey([...at, key])))
      .map(([key, part]) => [key, without(part, [...at, key], broken)]),
  )
}

function pathKey(path: Path): string {
  return JSON.stringify(path)
}
