import { serviceIdPattern } from './schema.ts'
import { isMapping } from './sound-part.ts'

const listsOfText: ReadonlySet<string> = new Set(['paths', 'manifests', 'dependencies', 'slos', 'migration_scripts'])

/**
 * Whether a service is so plain that the schema must accept it: nothing but lists of words. Most are, and one look at
 * them costs a tenth of what the schema does: at 5,000 services that is a tenth of the whole run.
 * The schema still decides whatever is not plain; a property test holds that it would have decided the same here.
 */
export function isPlainService(id: string, service: unknown): boolean {
  if (!serviceIdPattern.test(id) || id === '__proto__' || !isMapping(service)) return false
  for (const key in service) if (!listsOfText.has(key) || !isListOfText(service[key])) return false
  return true
}

function isListOfText(value: unknown): boolean {
  if (!Array.isArray(value)) return false
  for (const entry of value) if (typeof entry !== 'string' || entry === '') return false
  return true
}

/** The value without its plain services, for the schema; and those, for afterwards. */
export function setPlainApart(value: unknown): { readonly rest: unknown; readonly plain: ReadonlySet<string> } {
  const services = isMapping(value) && Object.hasOwn(value, 'services') ? value['services'] : undefined
  if (!isMapping(value) || !isMapping(services)) return { rest: value, plain: new Set() }
  const plain = new Set<string>()
  const others: Record<string, unknown> = {}
  for (const id of Object.keys(services)) {
    const service = services[id]
    if (isPlainService(id, service)) plain.add(id)
    else Object.defineProperty(others, id, { value: service, enumerable: true, configurable: true, writable: true })
  }
  return { rest: { ...value, services: others }, plain }
}
