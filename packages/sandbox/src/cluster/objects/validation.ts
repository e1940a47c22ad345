import type { KubeObject } from '@fermata/ports'
import type { Cause } from '../api/status.ts'
import type { Core } from '../core.ts'
import { schemaCauses } from '../kinds/structural-rules.ts'
import type { ResourceKind } from '../kinds/kind.ts'
import { validateMetadata, validateMetadataUpdate } from './validate-metadata.ts'
import { workloadRules } from './validate-workload.ts'
import { configRules } from './validate-config.ts'
import { networkRules } from './validate-network.ts'
import { podRules } from './validate-pod.ts'
import { isObject } from '../schema/lookup.ts'
import { invalidField } from './rules.ts'
import type { KindRules } from './rules.ts'

const rules: Readonly<Record<string, KindRules>> = { ...podRules, ...workloadRules, ...networkRules, ...configRules }

/** What is wrong with an object, as the API server says it. Empty when nothing is. */
export function validate(core: Core, kind: ResourceKind, object: KubeObject): readonly Cause[] {
  return [...validateMetadata(kind, object), ...(rules[kind.type]?.validate(object) ?? []), ...schemaCauses(core.kinds.schemaOf(kind), object)]
}

/** An address that a Service asks for and another one has. */
export function takenAddress(core: Core, kind: ResourceKind, object: KubeObject): readonly Cause[] {
  if (kind.type !== 'core.v1.Service') return []
  const address = addressOf(object)
  const taken = address !== undefined && address !== 'None' && core.store.list('services').some((other) => addressOf(other) === address)
  return taken ? [invalidField('spec.clusterIPs', [address], `failed to allocate IP ${address}: provided IP is already allocated`)] : []
}

const addressOf = ({ spec }: KubeObject): string | undefined => (isObject(spec) && typeof spec['clusterIP'] === 'string' && spec['clusterIP'] !== '' ? spec['clusterIP'] : undefined)

/** What may not change between two states of an object. */
export function validateUpdate(kind: ResourceKind, after: KubeObject, before: KubeObject): readonly Cause[] {
  return [...validateMetadataUpdate(after, before), ...(rules[kind.type]?.validateUpdate?.(after, before) ?? [])]
}
