import type { KubeObject } from '@fermata/ports'
import type { Cause } from '../api/status.ts'
import { isArray, isObject, same } from '../schema/lookup.ts'
import type { JsonObject } from '../schema/lookup.ts'
import { selectorMatches } from '../verbs/selectors.ts'
import { forbiddenField, invalidField, requiredField, unsupportedField } from './rules.ts'
import type { KindRules } from './rules.ts'
import { validateSchedule } from './schedule.ts'
import type { LabelSelector, Labels } from './types.ts'
import { specOf, validatePodSpec } from './validate-pod.ts'

const templateOf = (spec: JsonObject): JsonObject => (isObject(spec['template']) ? spec['template'] : {})

function nonNegative(spec: JsonObject, path: string, ...fields: readonly string[]): readonly Cause[] {
  return fields.flatMap((field) => {
    const value = spec[field]
    return typeof value === 'number' && value < 0 ? [invalidField(`${path}.${field}`, value, 'must be greater than or equal to 0')] : []
  })
}

/** `kind` is how the message calls the workload. A DaemonSet without selector is told of the mismatch only. */
function selectorCauses(spec: JsonObject, kind: string): readonly Cause[] {
  const selector = spec['selector']
  const { metadata } = templateOf(spec) as { readonly metadata?: unknown }
  const labels = (isObject(metadata) && isObject(metadata['labels']) ? metadata['labels'] : {}) as Labels
  const mismatch = invalidField('spec.template.metadata.labels', labels, '`selector` does not match template `labels`')
  if (!isObject(selector)) return kind === 'daemonset' ? [mismatch] : [requiredField('spec.selector'), mismatch]
  if (Object.keys(selector).length === 0) return [invalidField('spec.selector', selector, `empty selector is invalid for ${kind}`)]
  return selectorMatches(selector as LabelSelector, labels) ? [] : [mismatch]
}

function templateCauses(spec: JsonObject, path = 'spec.template.spec', claims: readonly unknown[] = []): readonly Cause[] {
  const pod = templateOf(spec)['spec']
  return validatePodSpec({ ...(isObject(pod) ? pod : {}), ...(claims.length === 0 ? {} : { $claims: claims }) }, path)
}

/** Pods of a workload that lasts are always restarted. */
function alwaysRestarted(spec: JsonObject): readonly Cause[] {
  const pod = templateOf(spec)['spec']
  const policy = isObject(pod) ? pod['restartPolicy'] : undefined
  return policy === 'OnFailure' || policy === 'Never' ? [unsupportedField('spec.template.spec.restartPolicy', policy, ['Always'])] : []
}

function selectorImmutable(after: KubeObject, before: KubeObject): readonly Cause[] {
  const { selector } = specOf(after) as { readonly selector?: unknown }
  return same(selector, specOf(before)['selector']) ? [] : [invalidField('spec.selector', selector, 'field is immutable')]
}

const percent = /^[0-9]+%$/

function shareCauses(value: unknown, path: string): readonly Cause[] {
  if (typeof value === 'number') return value < 0 ? [invalidField(path, value, 'must be greater than or equal to 0')] : []
  if (typeof value !== 'string') return []
  return percent.test(value) ? [] : [invalidField(path, value, "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')")]
}

const aboveAll = (value: unknown, path: string): readonly Cause[] => (typeof value === 'string' && percent.test(value) && Number.parseInt(value, 10) > 100 ? [invalidField(path, value, 'must not be greater than 100%')] : [])
const isZero = (value: unknown): boolean => value === 0 || value === '0%'

function strategyCauses(strategy: JsonObject): readonly Cause[] {
  const { type, rollingUpdate } = strategy as { readonly type?: unknown; readonly rollingUpdate?: unknown }
  if (type === 'Recreate') return rollingUpdate === undefined ? [] : [forbiddenField('spec.strategy.rollingUpdate', "may not be specified when strategy `type` is 'Recreate'")]
  if (type !== 'RollingUpdate') return [unsupportedField('spec.strategy', { Type: type, RollingUpdate: rollingUpdate ?? null }, ['Recreate', 'RollingUpdate'])]
  if (!isObject(rollingUpdate)) return []
  const path = 'spec.strategy.rollingUpdate'
  const { maxSurge, maxUnavailable } = rollingUpdate as { readonly maxSurge?: unknown; readonly maxUnavailable?: unknown }
  return [
    ...shareCauses(maxUnavailable, `${path}.maxUnavailable`), ...shareCauses(maxSurge, `${path}.maxSurge`),
    ...(isZero(maxSurge) && isZero(maxUnavailable) ? [invalidField(`${path}.maxUnavailable`, maxUnavailable, 'may not be 0 when `maxSurge` is 0')] : []),
    ...aboveAll(maxUnavailable, `${path}.maxUnavailable`),
  ]
}

const deployment: KindRules = {
  validate(object) {
    const spec = specOf(object)
    return [...nonNegative(spec, 'spec', 'replicas'), ...selectorCauses(spec, 'deployment'), ...templateCauses(spec), ...alwaysRestarted(spec), ...strategyCauses(isObject(spec['strategy']) ? spec['strategy'] : {}), ...nonNegative(spec, 'spec', 'minReadySeconds', 'revisionHistoryLimit'), ...deadlineCauses(spec)]
  },
  validateUpdate: selectorImmutable,
}

function deadlineCauses(spec: JsonObject): readonly Cause[] {
  const seconds = spec['progressDeadlineSeconds']
  const ready = typeof spec['minReadySeconds'] === 'number' ? spec['minReadySeconds'] : 0
  if (typeof seconds !== 'number') return []
  return [...nonNegative(spec, 'spec', 'progressDeadlineSeconds'), ...(seconds <= ready ? [invalidField('spec.progressDeadlineSeconds', seconds, 'must be greater than minReadySeconds')] : [])]
}

const replicaSet: KindRules = {
  validate: (object) => [...nonNegative(specOf(object), 'spec', 'replicas', 'minReadySeconds'), ...selectorCauses(specOf(object), 'deployment'), ...templateCauses(specOf(object)), ...alwaysRestarted(specOf(object))],
  validateUpdate: selectorImmutable,
}

const daemonSet: KindRules = {
  validate: (object) => [...selectorCauses(specOf(object), 'daemonset'), ...templateCauses(specOf(object)), ...alwaysRestarted(specOf(object)), ...nonNegative(specOf(object), 'spec', 'minReadySeconds', 'revisionHistoryLimit')],
  validateUpdate: selectorImmutable,
}

const changeable = ['replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy', 'minReadySeconds']

const statefulSet: KindRules = {
  validate(object) {
    const spec = specOf(object)
    const claims = isArray(spec['volumeClaimTemplates']) ? spec['volumeClaimTemplates'].filter(isObject).map((claim) => claim['metadata']) : []
    return [...nonNegative(spec, 'spec', 'replicas', 'minReadySeconds'), ...selectorCauses(spec, 'statefulset'), ...templateCauses(spec, 'spec.template.spec', claims), ...alwaysRestarted(spec)]
  },
  validateUpdate(after, before) {
    const fixed = (object: KubeObject): JsonObject => Object.fromEntries(Object.entries(specOf(object)).filter(([field]) => !changeable.includes(field)))
    return same(fixed(after), fixed(before)) ? [] : [forbiddenField('spec', "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden")]
  },
}

function jobCauses(spec: JsonObject, path: string): readonly Cause[] {
  const pod = templateOf(spec)['spec']
  const policy = isObject(pod) ? pod['restartPolicy'] : undefined
  return [
    ...nonNegative(spec, path, 'parallelism', 'completions', 'activeDeadlineSeconds', 'backoffLimit', 'ttlSecondsAfterFinished'),
    ...templateCauses(spec, `${path}.template.spec`),
    ...(policy === 'Always' || policy === undefined ? [requiredField(`${path}.template.spec.restartPolicy`, 'valid values: "OnFailure", "Never"')] : []),
  ]
}

const job: KindRules = {
  validate: (object) => jobCauses(specOf(object), 'spec'),
  validateUpdate: (after, before) => ['completions', 'selector', 'template', 'completionMode'].flatMap((field) => (same(specOf(after)[field], specOf(before)[field]) ? [] : [invalidField(`spec.${field}`, specOf(after)[field], 'field is immutable')])),
}

const cronJob: KindRules = {
  validate(object) {
    const spec = specOf(object)
    const inner = isObject(spec['jobTemplate']) && isObject(spec['jobTemplate']['spec']) ? spec['jobTemplate']['spec'] : {}
    const policies = ['Allow', 'Forbid', 'Replace']
    return [
      ...validateSchedule(spec['schedule']), ...nonNegative(spec, 'spec', 'startingDeadlineSeconds'),
      ...(policies.includes(String(spec['concurrencyPolicy'])) ? [] : [unsupportedField('spec.concurrencyPolicy', spec['concurrencyPolicy'], policies)]), ...jobCauses(inner, 'spec.jobTemplate.spec'),
      ...nonNegative(spec, 'spec', 'successfulJobsHistoryLimit', 'failedJobsHistoryLimit'),
    ]
  },
}

export const workloadRules: Readonly<Record<string, KindRules>> = {
  'apps.v1.Deployment': deployment, 'apps.v1.ReplicaSet': replicaSet, 'apps.v1.DaemonSet': daemonSet, 'apps.v1.StatefulSet': statefulSet, 'batch.v1.Job': job, 'batch.v1.CronJob': cronJob,
}
