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
import type { KindRules } from './rules.ts'

const rules: Readonly<Record<string, KindRules>> = { ...podRules, ...workloadRules, ...networkRules, ...configRules }

/** What is wrong with an object, as the API server says it. Empty when nothing is. */
export function validate(core: Core, kind: ResourceKind, object: KubeObject): readonly Cause[] {
  return [...validateMetadata(kind, object), ...(rules[kind.type]?.validate(object) ?? []), ...schemaCauses(core.kinds.schemaOf(kind), object)]
}

/** What may not change between two states of an object. */
export function validateUpdate(kind: ResourceKind, after: KubeObject, before: KubeObject): readonly Cause[] {
  return [...validateMetadataUpdate(after, before), ...(rules[kind.type]?.validateUpdate?.(after, before) ?? [])]
}
