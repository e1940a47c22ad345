import { keyOf } from './objects.ts'
import { same } from './canonical.ts'
import type { Plan, PlannedObject, PlannedService } from './plan.ts'

/** In words, what one plan says that the other does not. Empty for plans of equal hash. */
export function planDifferences(approved: Plan, now: Plan): readonly string[] {
  const wishes = (['environment', 'cluster', 'namespace', 'strategy', 'parallelism', 'onFailure', 'fieldConflicts'] as const)
    .filter((wish) => !same(approved[wish] ?? null, now[wish] ?? null))
    .map((wish) => `${wish} was ${JSON.stringify(approved[wish] ?? null)} and is ${JSON.stringify(now[wish] ?? null)}`)
  const ids = [...new Set([...approved.services, ...now.services].map(({ id }) => id))]
  return [...wishes, ...ids.flatMap((id) => serviceDifferences(id, approved.services.find((one) => one.id === id), now.services.find((one) => one.id === id)))]
}

function serviceDifferences(id: string, before: PlannedService | undefined, after: PlannedService | undefined): readonly string[] {
  if (before === undefined) return [`${id} was not in the plan`]
  if (after === undefined) return [`${id} is no longer in the plan`]
  const plain = (['does', 'dependencies', 'strategy', 'timeout', 'soak', 'stages'] as const).filter((field) => !same(before[field], after[field])).map((field) => `${id}: ${field} was ${JSON.stringify(before[field])} and is ${JSON.stringify(after[field])}`)
  const keys = [...new Set([...before.objects, ...after.objects].map(({ ref }) => keyOf(ref)))]
  const find = (service: PlannedService, key: string): PlannedObject | undefined => service.objects.find(({ ref }) => keyOf(ref) === key)
  return [...plain, ...keys.flatMap((key) => objectDifferences(`${id}: ${key}`, find(before, key), find(after, key)))]
}

function objectDifferences(name: string, before: PlannedObject | undefined, after: PlannedObject | undefined): readonly string[] {
  if (before === undefined) return [`${name} was not in the plan`]
  if (after === undefined) return [`${name} is no longer in the plan`]
  if (before.does !== after.does) return [`${name}: was to ${wordFor[before.does]} and is to ${wordFor[after.does]}`]
  if (before.digest !== after.digest) return [`${name}: the manifests say something else`]
  return same(before.changes, after.changes) ? [] : [`${name}: the object in the cluster has changed since`]
}

const wordFor = { create: 'be created', change: 'be changed', same: 'stay the same' } as const
