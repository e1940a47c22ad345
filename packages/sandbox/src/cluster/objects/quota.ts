/** What counts against a ResourceQuota, and how much of it is used. */
import type { KubeObject } from '@fermata/ports'
import type { Core } from '../core.ts'
import { canonicalQuantity, milliValue } from '../schema/quantity.ts'
import { isArray, isObject } from '../schema/lookup.ts'
import type { JsonObject } from '../schema/lookup.ts'

const counted: Readonly<Record<string, string>> = { pods: 'pods', services: 'services', secrets: 'secrets', configmaps: 'configmaps', persistentvolumeclaims: 'persistentvolumeclaims', resourcequotas: 'resourcequotas' }
const compute: Readonly<Record<string, readonly ['requests' | 'limits', string]>> = {
  cpu: ['requests', 'cpu'], memory: ['requests', 'memory'], 'requests.cpu': ['requests', 'cpu'], 'requests.memory': ['requests', 'memory'], 'limits.cpu': ['limits', 'cpu'], 'limits.memory': ['limits', 'memory'],
}

/** The collection whose objects a resource counts; undefined for one that is no count. */
export const collectionCounted = (resource: string): string | undefined => counted[resource] ?? /^count\/(.+)$/.exec(resource)?.[1]

export const isKnownQuota = (resource: string): boolean => collectionCounted(resource) !== undefined || compute[resource] !== undefined

const containersOf = (pod: JsonObject, field: string): readonly JsonObject[] => {
  const spec = isObject(pod['spec']) ? pod['spec'] : {}
  return isArray(spec[field]) ? spec[field].filter(isObject) : []
}

function amount(container: JsonObject, [side, name]: readonly ['requests' | 'limits', string]): string | undefined {
  const resources = isObject(container['resources']) ? container['resources'] : {}
  const given = isObject(resources[side]) ? resources[side][name] : undefined
  return given === undefined ? undefined : String(given)
}

/** In thousandths. Containers add up; init containers count where one alone needs more. */
export function podUsage(pod: JsonObject, resource: string): bigint {
  const what = compute[resource]
  if (what === undefined) return collectionCounted(resource) === 'pods' ? 1000n : 0n
  const value = (container: JsonObject): bigint => milliValue(amount(container, what) ?? '0')
  const sum = containersOf(pod, 'containers').reduce((total, container) => total + value(container), 0n)
  return containersOf(pod, 'initContainers').reduce((most, container) => (value(container) > most ? value(container) : most), sum)
}

/** Containers that say nothing of a resource that a quota limits. */
export function silentContainers(pod: JsonObject, resource: string): readonly string[] {
  const what = compute[resource]
  if (what === undefined) return []
  return [...containersOf(pod, 'containers'), ...containersOf(pod, 'initContainers')].filter((container) => amount(container, what) === undefined).map((container) => String(container['name']))
}

const counts = (pod: KubeObject): boolean => !isObject(pod['status']) || (pod['status']['phase'] !== 'Succeeded' && pod['status']['phase'] !== 'Failed')

/** What a namespace uses of a resource, in thousandths. */
export function usedIn(core: Core, namespace: string, resource: string): bigint {
  const collection = compute[resource] === undefined ? collectionCounted(resource) : 'pods'
  if (collection === undefined) return 0n
  const objects = core.store.list(collection).filter((object) => object.metadata.namespace === namespace)
  return collection === 'pods' ? objects.filter(counts).reduce((sum, pod) => sum + podUsage(pod as unknown as JsonObject, resource), 0n) : BigInt(objects.length) * 1000n
}

/** Thousandths as a quantity in its canonical form, of the same format as another one. */
export function asQuantity(thousandths: bigint, like: string): string {
  const whole = thousandths % 1000n === 0n
  if (whole && /[KMGTPE]i$/.test(like)) {
    const units = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei']
    let value = thousandths / 1000n
    let unit = 0
    while (value !== 0n && value % 1024n === 0n && unit < units.length - 1) { value /= 1024n; unit++ }
    return `${value}${units[unit] ?? ''}`
  }
  return canonicalQuantity(whole ? String(thousandths / 1000n) : `${thousandths}m`) ?? '0'
}
