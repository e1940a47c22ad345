import type { KubeObject } from '@fermata/ports'

/** A definition that takes whatever it is given: enough for a cluster that has no gateway to keep the routes that ours reads. */
function definition(group: string, version: string, kind: string, plural: string): KubeObject {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    // Without the annotation the API server refuses what belongs to a group of Kubernetes' own community.
    metadata: { name: `${plural}.${group}`, annotations: { 'api-approved.kubernetes.io': 'unapproved, for tests' } },
    spec: {
      group,
      scope: 'Namespaced',
      names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List` },
      versions: [{ name: version, served: true, storage: true, subresources: { status: {} }, schema: { openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }, status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } } } } }],
    },
  }
}

/** The least that makes a cluster keep HTTPRoutes of Gateway API, and VirtualServices and DestinationRules of Istio. */
export const routeDefinitions: readonly KubeObject[] = [
  definition('gateway.networking.k8s.io', 'v1', 'HTTPRoute', 'httproutes'),
  definition('networking.istio.io', 'v1', 'VirtualService', 'virtualservices'),
  definition('networking.istio.io', 'v1', 'DestinationRule', 'destinationrules'),
]
