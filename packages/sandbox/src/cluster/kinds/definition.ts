import { isArray, isObject } from '../schema/lookup.ts'
import type { JsonObject } from '../schema/lookup.ts'
import { customKind } from './custom.ts'
import type { CustomKind } from './custom.ts'
import { unenforcedKeywords } from './structural.ts'

interface Version { readonly name: string; readonly schema: JsonObject; readonly status: boolean; readonly scale: boolean }

const specOf = (definition: object): JsonObject => {
  const { spec } = definition as { readonly spec?: unknown }
  return isObject(spec) ? spec : {}
}

function versionsOf(definition: object): readonly Version[] {
  const { versions } = specOf(definition) as { readonly versions?: unknown }
  return (isArray(versions) ? versions.filter(isObject) : []).filter((version) => version['served'] === true).map((version) => {
    const schema = isObject(version['schema']) && isObject(version['schema']['openAPIV3Schema']) ? version['schema']['openAPIV3Schema'] : {}
    const subresources = isObject(version['subresources']) ? version['subresources'] : {}
    return { name: String(version['name']), schema, status: subresources['status'] !== undefined, scale: subresources['scale'] !== undefined }
  })
}

/** The kinds of a custom resource definition, one for each version that it serves. */
export function customKindsOf(definition: object): readonly CustomKind[] {
  const { group, names, scope } = specOf(definition) as { readonly group?: unknown; readonly names?: unknown; readonly scope?: unknown }
  const named = isObject(names) ? names : {}
  return versionsOf(definition).map(({ name, schema, status }) => customKind({
    group: String(group), version: name, kind: String(named['kind']), resource: String(named['plural']), shortNames: isArray(named['shortNames']) ? named['shortNames'].map(String) : [], namespaced: scope === 'Namespaced', status, schema,
  }))
}

/** What the stand-in would not carry out of a definition: it is refused for that, instead of being half obeyed. */
export function unsupportedIn(definition: object): readonly string[] {
  const { conversion } = specOf(definition) as { readonly conversion?: unknown }
  const webhook = isObject(conversion) && conversion['strategy'] === 'Webhook' ? ['conversion by a webhook'] : []
  const several = versionsOf(definition).length > 1 ? ['more than one served version'] : []
  return [...webhook, ...several, ...versionsOf(definition).flatMap(({ name, schema, scale }) => [...(scale ? [`${name}: the scale subresource`] : []), ...unenforcedKeywords(schema).map((keyword) => `${name}: ${keyword}`)])]
}
