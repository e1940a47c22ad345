import type { KubeObject } from '@fermata/ports'
import type { Cause } from '../api/status.ts'
import { isObject, same } from '../schema/lookup.ts'
import type { JsonObject } from '../schema/lookup.ts'
import { duplicateField, invalidField, labelProblem, requiredField, unsupportedField } from './rules.ts'
import type { KindRules } from './rules.ts'
import { isPort, listOf, portProblem, specOf } from './validate-pod.ts'

const serviceTypes = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort']

const service: KindRules = {
  validate(object) {
    const spec = specOf(object)
    const type = spec['type']
    const ports = listOf(spec['ports'])
    const portless = type === 'ExternalName' || spec['clusterIP'] === 'None'
    return [
      ...(ports.length === 0 && !portless ? [requiredField('spec.ports')] : []),
      ...(type === 'ExternalName' && (spec['externalName'] === undefined || spec['externalName'] === '') ? [requiredField('spec.externalName')] : []),
      ...ports.flatMap((port, index) => servicePortCauses(port, `spec.ports[${index}]`, ports.slice(0, index), ports.length > 1)),
      ...(serviceTypes.includes(String(type)) ? [] : [unsupportedField('spec.type', type, serviceTypes)]),
      ...ports.flatMap((port, index) => (ports.slice(0, index).some((other) => other['port'] === port['port'] && other['protocol'] === port['protocol']) ? [duplicateField(`spec.ports[${index}]`, { Name: '', Protocol: port['protocol'], AppProtocol: null, Port: port['port'], TargetPort: 0, NodePort: 0 })] : [])),
    ]
  },
  validateUpdate(after, before) {
    const { clusterIP } = specOf(after) as { readonly clusterIP?: unknown }
    const old = specOf(before)['clusterIP']
    const leaves = specOf(before)['type'] === 'ExternalName' || specOf(after)['type'] === 'ExternalName'
    return leaves || same(clusterIP, old) ? [] : [invalidField('spec.clusterIPs[0]', [clusterIP ?? ''], 'may not change once set')]
  },
}

function servicePortCauses(port: JsonObject, path: string, earlier: readonly JsonObject[], named: boolean): readonly Cause[] {
  const { name, protocol, targetPort } = port as { readonly name?: unknown; readonly protocol?: unknown; readonly targetPort?: unknown }
  const problem = typeof name === 'string' ? labelProblem(name) : undefined
  const protocols = ['SCTP', 'TCP', 'UDP']
  return [
    ...(named && (name === undefined || name === '') ? [requiredField(`${path}.name`)] : []),
    ...(problem === undefined ? [] : [invalidField(`${path}.name`, name, problem)]),
    ...(typeof name === 'string' && earlier.some((other) => other['name'] === name) ? [duplicateField(`${path}.name`, name)] : []),
    ...(isPort(port['port']) ? [] : [invalidField(`${path}.port`, port['port'], portProblem)]),
    ...(typeof protocol === 'string' && !protocols.includes(protocol) ? [unsupportedField(`${path}.protocol`, protocol, protocols)] : []),
    ...(typeof targetPort === 'number' && !isPort(targetPort) ? [invalidField(`${path}.targetPort`, targetPort, portProblem)] : []),
  ]
}

const ingress: KindRules = {
  validate(object) {
    const spec = specOf(object)
    const rules = listOf(spec['rules'])
    const types = ['Exact', 'ImplementationSpecific', 'Prefix']
    return [
      ...(rules.length === 0 && spec['defaultBackend'] === undefined ? [invalidField('spec', null, 'either `defaultBackend` or `rules` must be specified')] : []),
      ...rules.flatMap((rule, index) => listOf(isObject(rule['http']) ? rule['http']['paths'] : undefined).flatMap((entry, at) => {
        const path = `spec.rules[${index}].http.paths[${at}]`
        const type = entry['pathType']
        if (type === undefined || type === null) return [requiredField(`${path}.pathType`, 'pathType must be specified')]
        if (!types.includes(String(type))) return [unsupportedField(`${path}.pathType`, type, types)]
        return type !== 'ImplementationSpecific' && !String(entry['path'] ?? '').startsWith('/') ? [invalidField(`${path}.path`, entry['path'] ?? '', 'must be an absolute path')] : []
      })),
    ]
  },
}

const networkPolicy: KindRules = {
  validate: (object: KubeObject) => (Array.isArray(specOf(object)['policyTypes']) ? (specOf(object)['policyTypes'] as readonly unknown[]) : []).flatMap((type, index) => (type === 'Ingress' || type === 'Egress' ? [] : [unsupportedField(`spec.policyTypes[${index}]`, type, ['Egress', 'Ingress'])])),
}

export const networkRules: Readonly<Record<string, KindRules>> = { 'core.v1.Service': service, 'networking.v1.Ingress': ingress, 'networking.v1.NetworkPolicy': networkPolicy }
