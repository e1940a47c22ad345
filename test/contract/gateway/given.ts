import type { Cluster, KubeObject } from '@fermata/ports'

export const imageOf = (service: string, version: string): string => `registry.example/${service}:${version}`

/** Two pods of a version behind a Service of their own, `cart-v2`, and behind the Service of all versions, `cart`. */
export function versionOf(service: string, version: string, { replicas = 2, annotations = {} }: { readonly replicas?: number; readonly annotations?: Readonly<Record<string, string>> } = {}): readonly KubeObject[] {
  const name = `${service}-${version}`
  const labels = { app: service, version }
  return [
    {
      apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name },
      spec: { replicas, selector: { matchLabels: labels }, template: { metadata: { labels, annotations }, spec: { containers: [{ name: 'server', image: imageOf(service, version), ports: [{ name: 'http', containerPort: 8080 }] }] } } },
    },
    serviceFor(name, labels),
  ]
}

export function serviceFor(name: string, selector: Readonly<Record<string, string>>): KubeObject {
  return { apiVersion: 'v1', kind: 'Service', metadata: { name }, spec: { selector, ports: [{ name: 'http', port: 80, targetPort: 'http' }] } }
}

export function httpRoute(name: string, rules: readonly object[], hostnames: readonly string[] = [`${name}.example`]): KubeObject {
  return { apiVersion: 'gateway.networking.k8s.io/v1', kind: 'HTTPRoute', metadata: { name }, spec: { parentRefs: [{ name: 'public' }], hostnames, rules } }
}

export function virtualService(name: string, http: readonly object[]): KubeObject {
  return { apiVersion: 'networking.istio.io/v1', kind: 'VirtualService', metadata: { name }, spec: { hosts: [name], http } }
}

/** Nothing comes in, and nothing goes out. */
export function cutOff(name: string, matchLabels: Readonly<Record<string, string>>): KubeObject {
  return { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name }, spec: { podSelector: { matchLabels }, policyTypes: ['Ingress', 'Egress'] } }
}

export interface Here {
  readonly namespace: string
  create(...objects: readonly KubeObject[]): Promise<void>
  pods(): Promise<readonly string[]>
  delete(object: KubeObject, gracePeriodSeconds?: number): Promise<void>
}

/** A namespace of its own. */
export async function namespaceOn(cluster: Cluster, namespace: string): Promise<Here> {
  await cluster.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
  return {
    namespace,
    async create(...objects) {
      for (const object of objects) await cluster.create({ ...object, metadata: { ...object.metadata, namespace } })
    },
    pods: async () => (await cluster.list({ apiVersion: 'v1', kind: 'Pod' }, { namespace })).items.filter(({ metadata }) => metadata.deletionTimestamp === undefined).map(({ metadata }) => metadata.name),
    async delete({ apiVersion, kind, metadata: { name } }, gracePeriodSeconds) {
      await cluster.delete({ apiVersion, kind, namespace, name }, gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds })
    },
  }
}
