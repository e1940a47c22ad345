/** What is wrong with a pod's spec; also with that of a template. */
import type { KubeObject } from '@fermata/ports'
import type { Cause } from '../api/status.ts'
import { milliValue } from '../schema/quantity.ts'
import { isArray, isObject, same } from '../schema/lookup.ts'
import type { JsonObject } from '../schema/lookup.ts'
import { duplicateField, forbiddenField, invalidField, labelProblem, requiredField, unsupportedField } from './rules.ts'
import type { KindRules } from './rules.ts'

export const specOf = (object: KubeObject): JsonObject => (isObject(object['spec']) ? object['spec'] : {})
export const listOf = (value: unknown): readonly JsonObject[] => (isArray(value) ? value.filter(isObject) : [])

export const portProblem = 'must be between 1 and 65535, inclusive'
export const isPort = (value: unknown): boolean => typeof value === 'number' && value >= 1 && value <= 65_535

export function validatePodSpec(spec: JsonObject, path: string): readonly Cause[] {
  const containers = listOf(spec['containers'])
  const policy = spec['restartPolicy']
  const known = ['Always', 'OnFailure', 'Never']
  return [
    ...listOf(spec['volumes']).flatMap((volume, index, all) => volumeCauses(volume, `${path}.volumes[${index}]`, all.slice(0, index))),
    ...(containers.length === 0 ? [requiredField(`${path}.containers`)] : []),
    ...containers.flatMap((container, index) => containerCauses(container, `${path}.containers[${index}]`, containers.slice(0, index), spec)),
    ...listOf(spec['initContainers']).flatMap((container, index, all) => containerCauses(container, `${path}.initContainers[${index}]`, [...containers, ...all.slice(0, index)], spec)),
    ...(typeof policy === 'string' && !known.includes(policy) ? [unsupportedField(`${path}.restartPolicy`, policy, known)] : []),
  ]
}

function volumeCauses(volume: JsonObject, path: string, earlier: readonly JsonObject[]): readonly Cause[] {
  const name = String(volume['name'] ?? '')
  const problem = labelProblem(name)
  return [
    ...(name === '' ? [requiredField(`${path}.name`)] : problem === undefined ? [] : [invalidField(`${path}.name`, name, problem)]),
    ...(name !== '' && earlier.some((other) => other['name'] === name) ? [duplicateField(`${path}.name`, name)] : []),
  ]
}

function containerCauses(container: JsonObject, path: string, earlier: readonly JsonObject[], spec: JsonObject): readonly Cause[] {
  const name = String(container['name'] ?? '')
  const problem = labelProblem(name)
  const image = container['image']
  const pull = container['imagePullPolicy']
  const pulls = ['Always', 'IfNotPresent', 'Never']
  return [
    ...(name === '' ? [requiredField(`${path}.name`)] : problem === undefined ? [] : [invalidField(`${path}.name`, name, problem)]),
    ...(name !== '' && earlier.some((other) => other['name'] === name) ? [duplicateField(`${path}.name`, name)] : []),
    ...(typeof image === 'string' && image.trim() !== image ? [invalidField(`${path}.image`, image, 'must not have leading or trailing whitespace')] : []),
    ...(image === undefined || image === '' ? [requiredField(`${path}.image`)] : []),
    ...listOf(container['ports']).flatMap((port, index, all) => containerPortCauses(port, `${path}.ports[${index}]`, all.slice(0, index))),
    ...listOf(container['env']).flatMap((variable, index) => (variable['name'] === undefined || variable['name'] === '' ? [requiredField(`${path}.env[${index}].name`)] : [])),
    ...mountCauses(container, path, spec),
    ...['livenessProbe', 'readinessProbe', 'startupProbe'].flatMap((field) => probeCauses(container[field], `${path}.${field}`, field)),
    ...(typeof pull === 'string' && !pulls.includes(pull) ? [unsupportedField(`${path}.imagePullPolicy`, pull, pulls)] : []),
    ...resourceCauses(container['resources'], `${path}.resources`),
  ]
}

function containerPortCauses(port: JsonObject, path: string, earlier: readonly JsonObject[]): readonly Cause[] {
  const number = port['containerPort']
  const protocols = ['SCTP', 'TCP', 'UDP']
  const { name, protocol } = port as { readonly name?: unknown; readonly protocol?: unknown }
  return [
    ...(typeof name === 'string' && earlier.some((other) => other['name'] === name) ? [duplicateField(`${path}.name`, name)] : []),
    ...(number === undefined || number === 0 ? [requiredField(`${path}.containerPort`)] : isPort(number) ? [] : [invalidField(`${path}.containerPort`, number, portProblem)]),
    ...(typeof protocol === 'string' && !protocols.includes(protocol) ? [unsupportedField(`${path}.protocol`, protocol, protocols)] : []),
  ]
}

function mountCauses(container: JsonObject, path: string, spec: JsonObject): readonly Cause[] {
  const volumes = new Set(listOf(spec['volumes']).map((volume) => volume['name']))
  const claims = new Set(listOf(spec['$claims']).map((claim) => claim['name']))
  return listOf(container['volumeMounts']).flatMap((mount, index, all) => [
    ...(volumes.has(mount['name']) || claims.has(mount['name']) ? [] : [{ reason: 'FieldValueNotFound', message: `Not found: ${JSON.stringify(mount['name'])}`, field: `${path}.volumeMounts[${index}].name` }]),
    ...(mount['mountPath'] === undefined || mount['mountPath'] === '' ? [requiredField(`${path}.volumeMounts[${index}].mountPath`)] : []),
    ...(all.slice(0, index).some((other) => other['mountPath'] === mount['mountPath']) ? [invalidField(`${path}.volumeMounts[${index}].mountPath`, mount['mountPath'], 'must be unique')] : []),
  ])
}

function probeCauses(probe: unknown, path: string, field: string): readonly Cause[] {
  if (!isObject(probe)) return []
  const handlers = ['exec', 'httpGet', 'tcpSocket', 'grpc'].filter((handler) => probe[handler] !== undefined)
  const success = probe['successThreshold']
  return [
    ...(handlers.length === 0 ? [requiredField(path, 'must specify a handler type')] : []),
    ...handlers.slice(1).map((handler) => forbiddenField(`${path}.${handler}`, 'may not specify more than 1 handler type')),
    ...['initialDelaySeconds', 'timeoutSeconds', 'periodSeconds', 'successThreshold', 'failureThreshold'].flatMap((name) => {
      const value = probe[name]
      return typeof value === 'number' && value < 0 ? [invalidField(`${path}.${name}`, value, 'must be greater than or equal to 0')] : []
    }),
    ...(field !== 'readinessProbe' && typeof success === 'number' && success !== 1 ? [invalidField(`${path}.successThreshold`, success, 'must be 1')] : []),
  ]
}

function resourceCauses(resources: unknown, path: string): readonly Cause[] {
  if (!isObject(resources) || !isObject(resources['requests'])) return []
  const limits = isObject(resources['limits']) ? resources['limits'] : {}
  return Object.entries(resources['requests']).flatMap(([name, request]) => {
    const limit = limits[name]
    return limit !== undefined && milliValue(String(request)) > milliValue(String(limit)) ? [invalidField(`${path}.requests`, request, `must be less than or equal to ${name} limit of ${String(limit)}`)] : []
  })
}

/** Of a pod that is there, only images, deadlines, tolerations and gates change. */
function podUpdateCauses(after: KubeObject, before: KubeObject): readonly Cause[] {
  const bare = (object: KubeObject): JsonObject => {
    const { activeDeadlineSeconds: _, tolerations: __, terminationGracePeriodSeconds: ___, schedulingGates: ____, ...spec } = specOf(object)
    const images = (list: unknown): readonly JsonObject[] => listOf(list).map(({ image: _image, ...rest }) => rest)
    return { ...spec, containers: images(spec['containers']), ...(spec['initContainers'] === undefined ? {} : { initContainers: images(spec['initContainers']) }) }
  }
  return same(bare(after), bare(before)) ? [] : [forbiddenField('spec', 'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)')]
}

export const podRules: Readonly<Record<string, KindRules>> = { 'core.v1.Pod': { validate: (object) => validatePodSpec(specOf(object), 'spec'), validateUpdate: podUpdateCauses } }
