import type { KubeObject } from '@fermata/ports'
import type { Cause } from '../api/status.ts'
import { isArray, isObject, same } from '../schema/lookup.ts'
import type { JsonObject } from '../schema/lookup.ts'
import { selectorMatches } from '../verbs/selectors.ts'
import { duplicateField, forbiddenField, invalidField, labelProblem, requiredField, unsupportedField } from './rules.ts'
import type { KindRules } from './rules.ts'
import type { LabelSelector, Labels } from './types.ts'

const specOf = (object: KubeObject): JsonObject => (isObject(object['spec']) ? object['spec'] : {})
const listOf = (value: unknown): readonly JsonObject[] => (isArray(value) ? value.filter(isObject) : [])

function nonNegative(spec: JsonObject, field: string, path: string): readonly Cause[] {
  const value = spec[field]
  return typeof value === 'number' && value < 0 ? [invalidField(`${path}.${field}`, value, 'must be greater than or equal to 0')] : []
}

export function validatePodSpec(spec: JsonObject, path: string, restart: readonly string[]): readonly Cause[] {
  const containers = listOf(spec['containers'])
  const policy = spec['restartPolicy']
  return [
    ...(containers.length === 0 ? [requiredField(`${path}.containers`)] : []),
    ...containers.flatMap((container, index) => validateContainer(container, `${path}.containers[${index}]`, containers.slice(0, index), spec)),
    ...listOf(spec['initContainers']).flatMap((container, index, all) => validateContainer(container, `${path}.initContainers[${index}]`, all.slice(0, index), spec)),
    ...(typeof policy === 'string' && !restart.includes(policy) ? [unsupportedField(`${path}.restartPolicy`, policy, restart)] : []),
  ]
}

function validateContainer(container: JsonObject, path: string, earlier: readonly JsonObject[], spec: JsonObject): readonly Cause[] {
  const name = String(container['name'] ?? '')
  const problem = labelProblem(name)
  const volumes = new Set(listOf(spec['volumes']).map((volume) => volume['name']))
  return [
    ...(name === '' ? [requiredField(`${path}.name`)] : problem === undefined ? [] : [invalidField(`${path}.name`, name, problem)]),
    ...(earlier.some((other) => other['name'] === name) ? [duplicateField(`${path}.name`, name)] : []),
    ...(container['image'] === undefined || container['image'] === '' ? [requiredField(`${path}.image`)] : []),
    ...listOf(container['ports']).flatMap((port, index) => {
      const number = port['containerPort']
      return typeof number === 'number' && (number < 1 || number > 65_535) ? [invalidField(`${path}.ports[${index}].containerPort`, number, 'must be between 1 and 65535, inclusive')] : []
    }),
    ...listOf(container['env']).flatMap((variable, index) => (variable['name'] === undefined || variable['name'] === '' ? [requiredField(`${path}.env[${index}].name`)] : [])),
    ...listOf(container['volumeMounts']).flatMap((mount, index) => (volumes.has(mount['name']) ? [] : [{ reason: 'FieldValueNotFound', message: `Not found: ${JSON.stringify(mount['name'])}`, field: `${path}.volumeMounts[${index}].name` }])),
  ]
}

function validateSelector(spec: JsonObject): readonly Cause[] {
  const selector = spec['selector']
  const template = isObject(spec['template']) ? spec['template'] : {}
  const labels = (isObject(template['metadata']) && isObject(template['metadata']['labels']) ? template['metadata']['labels'] : {}) as Labels
  const mismatch = invalidField('spec.template.metadata.labels', labels, '`selector` does not match template `labels`')
  if (!isObject(selector)) return [requiredField('spec.selector'), mismatch]
  if (Object.keys(selector).length === 0) return [invalidField('spec.selector', selector, 'empty selector is invalid for deployment')]
  return selectorMatches(selector as LabelSelector, labels) ? [] : [mismatch]
}

function templateCauses(spec: JsonObject, restart: readonly string[]): readonly Cause[] {
  const template = isObject(spec['template']) ? spec['template'] : {}
  return validatePodSpec(isObject(template['spec']) ? template['spec'] : {}, 'spec.template.spec', restart)
}

function selectorImmutable(after: KubeObject, before: KubeObject): readonly Cause[] {
  const selector = specOf(after)['selector']
  return same(selector, specOf(before)['selector']) ? [] : [invalidField('spec.selector', selector, 'field is immutable')]
}

const deployment: KindRules = {
  validate(object) {
    const spec = specOf(object)
    return [...nonNegative(spec, 'replicas', 'spec'), ...validateSelector(spec), ...templateCauses(spec, ['Always']), ...nonNegative(spec, 'minReadySeconds', 'spec'), ...nonNegative(spec, 'revisionHistoryLimit', 'spec'), ...deadline(spec)]
  },
  validateUpdate: selectorImmutable,
}

function deadline(spec: JsonObject): readonly Cause[] {
  const seconds = spec['progressDeadlineSeconds']
  const ready = typeof spec['minReadySeconds'] === 'number' ? spec['minReadySeconds'] : 0
  if (typeof seconds !== 'number') return []
  return [...nonNegative(spec, 'progressDeadlineSeconds', 'spec'), ...(seconds <= ready ? [invalidField('spec.progressDeadlineSeconds', seconds, 'must be greater than minReadySeconds')] : [])]
}

const replicaSet: KindRules = {
  validate: (object) => [...nonNegative(specOf(object), 'replicas', 'spec'), ...validateSelector(specOf(object)), ...templateCauses(specOf(object), ['Always'])],
  validateUpdate: selectorImmutable,
}

const daemonSet: KindRules = { validate: (object) => [...validateSelector(specOf(object)), ...templateCauses(specOf(object), ['Always'])], validateUpdate: selectorImmutable }

const changeable = ['replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy', 'minReadySeconds']

const statefulSet: KindRules = {
  validate: (object) => [...nonNegative(specOf(object), 'replicas', 'spec'), ...validateSelector(specOf(object)), ...templateCauses(specOf(object), ['Always'])],
  validateUpdate(after, before) {
    const fixed = (object: KubeObject): JsonObject => Object.fromEntries(Object.entries(specOf(object)).filter(([field]) => !changeable.includes(field)))
    return same(fixed(after), fixed(before)) ? [] : [forbiddenField('spec', "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden")]
  },
}

const job: KindRules = {
  validate(object) {
    const spec = specOf(object)
    const counts = ['parallelism', 'completions', 'activeDeadlineSeconds', 'backoffLimit', 'ttlSecondsAfterFinished'].flatMap((field) => nonNegative(spec, field, 'spec'))
    return [...counts, ...templateCauses(spec, ['OnFailure', 'Never'])]
  },
  validateUpdate(after, before) {
    return ['completions', 'selector', 'template', 'completionMode'].flatMap((field) => (same(specOf(after)[field], specOf(before)[field]) ? [] : [invalidField(`spec.${field}`, specOf(after)[field], 'field is immutable')]))
  },
}

const pod: KindRules = { validate: (object) => validatePodSpec(specOf(object), 'spec', ['Always', 'OnFailure', 'Never']) }

export const workloadRules: Readonly<Record<string, KindRules>> = {
  'apps.v1.Deployment': deployment, 'apps.v1.ReplicaSet': replicaSet, 'apps.v1.DaemonSet': daemonSet, 'apps.v1.StatefulSet': statefulSet, 'batch.v1.Job': job, 'core.v1.Pod': pod,
}
