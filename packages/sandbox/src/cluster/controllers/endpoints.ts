import type { KubeObject } from '@fermata/ports'
import { labelsOf, uidOf } from '../core.ts'
import type { Core } from '../core.ts'
import type { Container, Pod, Service, ServicePort } from '../objects/types.ts'
import { same } from '../schema/lookup.ts'
import { keyOf } from '../store/store.ts'
import { isOwnedBy, make, objectsIn, ownerKey, ownerReference, remove, update } from './actions.ts'
import type { Controller } from './controller.ts'
import { isReady } from './pods.ts'

/** Endpoints in one slice, at most. */
const sliceSize = 100

/** Tells for every Service with a selector which pods stand behind it: as EndpointSlices, and as Endpoints for old readers. */
export function endpointsController(core: Core): Controller {
  return {
    name: 'endpointslice-controller',
    keys(change) {
      if (change.collection === 'services') return [keyOf(change.object)]
      if (change.collection === 'endpointslices.discovery.k8s.io') return change.type === 'DELETED' ? ownerKey(change.object, 'Service') : []
      if (change.collection !== 'pods') return []
      return objectsIn<Service>(core, 'services', change.object.metadata.namespace)
        .filter((service) => [change.object, change.before].some((pod) => pod !== undefined && selects(service, pod))).map(keyOf)
    },
    sync(key) {
      const service = core.store.get('services', key) as Service | undefined
      if (service === undefined) { withdraw(core, key); return undefined }
      if (service.spec.selector === undefined || service.spec.type === 'ExternalName' || service.metadata.deletionTimestamp !== undefined) return undefined
      const pods = objectsIn<Pod>(core, 'pods', service.metadata.namespace).filter((pod) => selects(service, pod) && isAddressable(pod))
      writeSlices(core, service, pods)
      writeEndpoints(core, service, pods)
      return undefined
    },
  }
}

function selects(service: Service, pod: KubeObject): boolean {
  const selector = Object.entries(service.spec.selector ?? {})
  return selector.length > 0 && selector.every(([key, value]) => labelsOf(pod)[key] === value)
}

const isAddressable = (pod: Pod): boolean => pod.status.podIP !== undefined && pod.status.phase !== 'Succeeded' && pod.status.phase !== 'Failed'

/** Endpoints have the name of their Service and no owner, so they are removed by hand. */
function withdraw(core: Core, key: string): void {
  const endpoints = core.store.get('endpoints', key)
  if (endpoints !== undefined && labelsOf(endpoints)['endpoints.kubernetes.io/managed-by'] !== undefined) remove(core, endpoints, {})
}

/** The port of a pod that a Service's port leads to; undefined when no container names it. */
function targetPort(pod: Pod, port: ServicePort): number | undefined {
  if (typeof port.targetPort === 'number') return port.targetPort
  const containers: readonly Container[] = [...pod.spec.containers, ...(pod.spec.initContainers ?? []).filter((container) => container.restartPolicy === 'Always')]
  return containers.flatMap((container) => container.ports ?? []).find((candidate) => candidate.name === port.targetPort && (candidate.protocol ?? 'TCP') === (port.protocol ?? 'TCP'))?.containerPort
}

interface PortView { readonly name: string; readonly port: number; readonly protocol: string; readonly appProtocol?: string }

function portsOf(service: Service, pod: Pod): readonly PortView[] {
  return (service.spec.ports ?? []).flatMap((port) => {
    const number = targetPort(pod, port)
    return number === undefined ? [] : [{ name: port.name ?? '', port: number, protocol: port.protocol ?? 'TCP', ...(port.appProtocol === undefined ? {} : { appProtocol: port.appProtocol }) }]
  })
}

const targetRef = (pod: Pod): object => ({ kind: 'Pod', namespace: pod.metadata.namespace, name: pod.metadata.name, uid: uidOf(pod) })

function endpointOf(service: Service, pod: Pod): object {
  const serving = isReady(pod)
  const terminating = pod.metadata.deletionTimestamp !== undefined
  return {
    addresses: [pod.status.podIP], conditions: { ready: service.spec.publishNotReadyAddresses === true || (serving && !terminating), serving, terminating },
    ...(pod.spec.nodeName === undefined ? {} : { nodeName: pod.spec.nodeName }), targetRef: targetRef(pod),
  }
}

function byAddress(pods: readonly Pod[]): readonly Pod[] {
  const text = (pod: Pod): string => String(pod.status.podIP).split('.').map((part) => part.padStart(3, '0')).join('.')
  return [...pods].sort((a, b) => (text(a) < text(b) ? -1 : 1))
}

/** Pods whose ports are the same share slices. A Service without pods has one empty slice. */
function wantedSlices(service: Service, pods: readonly Pod[]): readonly { readonly ports?: readonly PortView[]; readonly endpoints?: readonly object[] }[] {
  const groups = Map.groupBy(byAddress(pods), (pod) => JSON.stringify(portsOf(service, pod)))
  const slices = [...groups.values()].flatMap((group) => {
    const [first] = group
    const parts = Array.from({ length: Math.ceil(group.length / sliceSize) }, (_, index) => group.slice(index * sliceSize, (index + 1) * sliceSize))
    return parts.map((part) => ({ ports: first === undefined ? [] : portsOf(service, first), endpoints: part.map((pod) => endpointOf(service, pod)) }))
  })
  return slices.length === 0 ? [{}] : slices
}

function writeSlices(core: Core, service: Service, pods: readonly Pod[]): void {
  const labels = { ...labelsOf(service), 'kubernetes.io/service-name': service.metadata.name, 'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io', ...headless(service) }
  const slices = objectsIn(core, 'endpointslices.discovery.k8s.io', service.metadata.namespace).filter((slice) => isOwnedBy(slice, service))
  const wanted = wantedSlices(service, pods)
  wanted.forEach((content, index) => {
    const known = slices[index]
    if (known === undefined) {
      make(core, { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', metadata: { generateName: `${service.metadata.name}-`, namespace: service.metadata.namespace, labels, ownerReferences: [ownerReference(service)] }, addressType: 'IPv4', ...content })
    } else {
      const { endpoints: _, ports: __, ...rest } = known
      update(core, known, { ...rest, metadata: { ...known.metadata, labels }, ...content } as KubeObject)
    }
  })
  for (const slice of slices.slice(wanted.length)) remove(core, slice, {})
}

const headless = (service: Service): object => (service.spec.clusterIP === 'None' ? { 'service.kubernetes.io/headless': '' } : {})

function writeEndpoints(core: Core, service: Service, pods: readonly Pod[]): void {
  const present = byAddress(pods).filter((pod) => pod.metadata.deletionTimestamp === undefined)
  const groups = Map.groupBy(present, (pod) => JSON.stringify(portsOf(service, pod)))
  const address = (pod: Pod): object => ({ ip: pod.status.podIP, ...(pod.spec.nodeName === undefined ? {} : { nodeName: pod.spec.nodeName }), targetRef: targetRef(pod) })
  const ready = (pod: Pod): boolean => service.spec.publishNotReadyAddresses === true || isReady(pod)
  const subsets = [...groups.values()].map((group) => {
    const [first] = group
    const up = group.filter(ready).map(address)
    const down = group.filter((pod) => !ready(pod)).map(address)
    const ports = first === undefined ? [] : portsOf(service, first).map(({ name, ...port }) => (name === '' ? port : { name, ...port }))
    return { ...(up.length === 0 ? {} : { addresses: up }), ...(down.length === 0 ? {} : { notReadyAddresses: down }), ...(ports.length === 0 ? {} : { ports }) }
  })
  const labels = { ...labelsOf(service), 'endpoints.kubernetes.io/managed-by': 'endpoint-controller', ...headless(service) }
  const known = core.store.get('endpoints', keyOf(service))
  const content = subsets.length === 0 ? {} : { subsets }
  if (known === undefined) { make(core, { apiVersion: 'v1', kind: 'Endpoints', metadata: { name: service.metadata.name, namespace: service.metadata.namespace, labels }, ...content }); return }
  const { subsets: before, ...rest } = known
  if (same(before ?? [], subsets) && same(labelsOf(known), labels)) return
  update(core, known, { ...rest, metadata: { ...known.metadata, labels }, ...content } as KubeObject)
}
