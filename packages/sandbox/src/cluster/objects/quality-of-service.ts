import { isArray, isObject } from '../schema/lookup.ts'
import type { JsonObject } from '../schema/lookup.ts'

/** Guaranteed when every container limits CPU and memory and requests just that; BestEffort when none says anything. */
export function qosClass(spec: JsonObject): 'Guaranteed' | 'Burstable' | 'BestEffort' {
  const containers = [spec['containers'], spec['initContainers']].flatMap((list) => (isArray(list) ? list.filter(isObject) : []))
  const resources = containers.map((container) => {
    const given = isObject(container['resources']) ? container['resources'] : {}
    return { requests: isObject(given['requests']) ? given['requests'] : {}, limits: isObject(given['limits']) ? given['limits'] : {} }
  })
  const named = ['cpu', 'memory'] as const
  if (resources.every(({ requests, limits }) => named.every((resource) => requests[resource] === undefined && limits[resource] === undefined))) return 'BestEffort'
  const exact = resources.every(({ requests, limits }) => named.every((resource) => limits[resource] !== undefined && (requests[resource] ?? limits[resource]) === limits[resource]))
  return exact ? 'Guaranteed' : 'Burstable'
}
