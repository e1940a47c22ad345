import type { KubeObject } from '@fermata/ports'
import type { Cause } from '../api/status.ts'
import { isArray, isObject, same } from '../schema/lookup.ts'
import { forbiddenField, invalidField, requiredField } from './rules.ts'
import type { KindRules } from './rules.ts'
import { listOf, specOf } from './validate-pod.ts'

const keyRule = "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')"

function keyCauses(object: KubeObject, field: string): readonly Cause[] {
  return Object.keys(isObject(object[field]) ? object[field] : {}).flatMap((key) => (/^[-._a-zA-Z0-9]+$/.test(key) ? [] : [invalidField(`${field}[${key}]`, key, keyRule)]))
}

/** What is marked immutable stays so, and as it is. */
function immutable(fields: readonly string[]) {
  return (after: KubeObject, before: KubeObject): readonly Cause[] => {
    if (before['immutable'] !== true) return []
    return [
      ...(after['immutable'] === true ? [] : [forbiddenField('immutable', 'field is immutable when `immutable` is set')]),
      ...fields.flatMap((field) => (same(after[field], before[field]) ? [] : [forbiddenField(field, 'field is immutable when `immutable` is set')])),
    ]
  }
}

const configMap: KindRules = { validate: (object) => [...keyCauses(object, 'data'), ...keyCauses(object, 'binaryData')], validateUpdate: immutable(['data', 'binaryData']) }

/** Keys that a Secret of a type must have. */
const secretKeys: Readonly<Record<string, readonly string[]>> = { 'kubernetes.io/tls': ['tls.crt', 'tls.key'], 'kubernetes.io/dockerconfigjson': ['.dockerconfigjson'], 'kubernetes.io/ssh-auth': ['ssh-privatekey'] }

const secret: KindRules = {
  validate(object) {
    const data = isObject(object['data']) ? object['data'] : {}
    return [...keyCauses(object, 'data'), ...(secretKeys[String(object['type'])] ?? []).flatMap((key) => (data[key] === undefined ? [requiredField(`data[${key}]`)] : []))]
  },
  validateUpdate: (after, before) => [...(same(after['type'], before['type']) ? [] : [invalidField('type', after['type'], 'field is immutable')]), ...immutable(['data'])(after, before)],
}

const claim: KindRules = {
  validate(object) {
    const spec = specOf(object)
    const requests = isObject(spec['resources']) && isObject(spec['resources']['requests']) ? spec['resources']['requests'] : {}
    return [
      ...(isArray(spec['accessModes']) && spec['accessModes'].length > 0 ? [] : [requiredField('spec.accessModes', 'at least 1 access mode is required')]),
      ...(requests['storage'] === undefined ? [requiredField('spec.resources[storage]')] : []),
    ]
  },
}

const disruptionBudget: KindRules = {
  validate(object) {
    const { minAvailable, maxUnavailable, selector } = specOf(object) as { readonly minAvailable?: unknown; readonly maxUnavailable?: unknown; readonly selector?: unknown }
    if (minAvailable === undefined || maxUnavailable === undefined) return []
    return [invalidField('spec', { MinAvailable: minAvailable, Selector: selector, MaxUnavailable: maxUnavailable, UnhealthyPodEvictionPolicy: null }, 'minAvailable and maxUnavailable cannot be both set')]
  },
}

const autoscaler: KindRules = {
  validate(object) {
    const spec = specOf(object)
    const most = typeof spec['maxReplicas'] === 'number' ? spec['maxReplicas'] : 0
    const least = typeof spec['minReplicas'] === 'number' ? spec['minReplicas'] : 1
    const target = isObject(spec['scaleTargetRef']) ? spec['scaleTargetRef'] : {}
    return [
      ...(least < 1 ? [invalidField('spec.minReplicas', least, 'must be greater than or equal to 1')] : []),
      ...(most < 1 ? [invalidField('spec.maxReplicas', most, 'must be greater than 0')] : []),
      ...(most < least ? [invalidField('spec.maxReplicas', most, 'must be greater than or equal to `minReplicas`')] : []),
      ...(target['kind'] === undefined || target['kind'] === '' ? [requiredField('spec.scaleTargetRef.kind')] : []),
      ...(target['name'] === undefined || target['name'] === '' ? [requiredField('spec.scaleTargetRef.name')] : []),
      ...(target['apiVersion'] === undefined || target['apiVersion'] === '' ? [invalidField('spec.scaleTargetRef.apiVersion', '', 'apiVersion must specify API group')] : []),
    ]
  },
}

const role: KindRules = {
  validate: (object) => listOf(object['rules']).flatMap((rule, index) => (isArray(rule['verbs']) && rule['verbs'].length > 0 ? [] : [requiredField(`rules[${index}].verbs`, 'verbs must contain at least one value')])),
}

const binding: KindRules = {
  validate: () => [],
  validateUpdate: (after, before) => (same(after['roleRef'], before['roleRef']) ? [] : [invalidField('roleRef', after['roleRef'], 'cannot change roleRef')]),
}

const lease: KindRules = {
  validate(object) {
    const { leaseDurationSeconds: duration, leaseTransitions: transitions } = specOf(object) as { readonly leaseDurationSeconds?: unknown; readonly leaseTransitions?: unknown }
    return [
      ...(typeof duration === 'number' && duration <= 0 ? [invalidField('spec.leaseDurationSeconds', duration, 'must be greater than 0')] : []),
      ...(typeof transitions === 'number' && transitions < 0 ? [invalidField('spec.leaseTransitions', transitions, 'must be greater than or equal to 0')] : []),
    ]
  },
}

/** An Event of the old form lies beside what it is about; one about the whole cluster, in `default`. */
const event: KindRules = {
  validate(object) {
    const about = isObject(object['involvedObject']) ? object['involvedObject']['namespace'] : undefined
    const { namespace } = object.metadata
    const fits = about === undefined || about === '' ? namespace === 'default' || namespace === 'kube-system' : about === namespace
    return fits ? [] : [invalidField('involvedObject.namespace', about ?? '', 'does not match event.namespace')]
  },
}

export const configRules: Readonly<Record<string, KindRules>> = {
  'core.v1.ConfigMap': configMap, 'core.v1.Secret': secret, 'core.v1.PersistentVolumeClaim': claim, 'policy.v1.PodDisruptionBudget': disruptionBudget, 'autoscaling.v2.HorizontalPodAutoscaler': autoscaler,
  'rbac.v1.Role': role, 'rbac.v1.ClusterRole': role, 'rbac.v1.RoleBinding': binding, 'rbac.v1.ClusterRoleBinding': binding, 'coordination.v1.Lease': lease, 'core.v1.Event': event,
}
