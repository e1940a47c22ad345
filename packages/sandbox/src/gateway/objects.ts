/** The kinds that say where a request goes, as far as the gateway looks into them. */
import type { KubeObject, ObjectKind } from '@fermata/ports'
import type { IntOrString, Labels, LabelSelector } from '../cluster/objects/types.ts'

export const kinds = {
  service: { apiVersion: 'v1', kind: 'Service' },
  slice: { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice' },
  pod: { apiVersion: 'v1', kind: 'Pod' },
  policy: { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy' },
} as const satisfies Record<string, ObjectKind>

/** Kinds that a cluster may or may not have. */
export const routeKinds = {
  httpRoute: { apiVersion: 'gateway.networking.k8s.io/v1', kind: 'HTTPRoute' },
  virtualService: { apiVersion: 'networking.istio.io/v1', kind: 'VirtualService' },
  destinationRule: { apiVersion: 'networking.istio.io/v1', kind: 'DestinationRule' },
} as const satisfies Record<string, ObjectKind>

export interface EndpointSlice extends KubeObject {
  readonly ports?: readonly { readonly name?: string; readonly port?: number }[] | null
  readonly endpoints?: readonly {
    readonly addresses: readonly string[]
    readonly conditions?: { readonly ready?: boolean; readonly serving?: boolean; readonly terminating?: boolean }
    readonly targetRef?: { readonly kind?: string; readonly name?: string }
  }[] | null
}

export interface PolicyPeer {
  readonly podSelector?: LabelSelector
  readonly namespaceSelector?: LabelSelector
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] }
}

export interface PolicyRule {
  readonly from?: readonly PolicyPeer[]
  readonly to?: readonly PolicyPeer[]
  readonly ports?: readonly { readonly port?: IntOrString; readonly endPort?: number; readonly protocol?: string }[]
}

export interface NetworkPolicy extends KubeObject {
  readonly spec: { readonly podSelector: LabelSelector; readonly policyTypes?: readonly string[]; readonly ingress?: readonly PolicyRule[]; readonly egress?: readonly PolicyRule[] }
}

export interface Match { readonly type?: string; readonly name: string; readonly value: string }

export interface HttpRouteMatch {
  readonly path?: { readonly type?: string; readonly value?: string }
  readonly headers?: readonly Match[]
  readonly queryParams?: readonly Match[]
  readonly method?: string
}

export interface BackendRef { readonly group?: string; readonly kind?: string; readonly name: string; readonly namespace?: string; readonly weight?: number }

export interface HttpRouteFilter { readonly type: string; readonly requestMirror?: { readonly backendRef: BackendRef; readonly percent?: number; readonly fraction?: { readonly numerator: number; readonly denominator?: number } } }

export interface HttpRouteRule {
  readonly matches?: readonly HttpRouteMatch[]
  readonly filters?: readonly HttpRouteFilter[]
  readonly backendRefs?: readonly (BackendRef & { readonly filters?: readonly HttpRouteFilter[] })[]
  readonly timeouts?: { readonly request?: string; readonly backendRequest?: string }
}

export interface HttpRoute extends KubeObject {
  readonly spec: {
    readonly parentRefs?: readonly { readonly group?: string; readonly kind?: string; readonly name: string }[]
    readonly hostnames?: readonly string[]
    readonly rules?: readonly HttpRouteRule[]
  }
}

export type StringMatch = { readonly exact: string } | { readonly prefix: string } | { readonly regex: string }

export interface VirtualServiceMatch {
  readonly uri?: StringMatch
  readonly method?: StringMatch
  readonly authority?: StringMatch
  readonly headers?: Readonly<Record<string, StringMatch>>
  readonly withoutHeaders?: Readonly<Record<string, StringMatch>>
  readonly queryParams?: Readonly<Record<string, StringMatch>>
  readonly sourceLabels?: Labels
}

export interface IstioDestination { readonly host: string; readonly subset?: string }

export interface VirtualServiceRule {
  readonly match?: readonly VirtualServiceMatch[]
  readonly route?: readonly { readonly destination: IstioDestination; readonly weight?: number }[]
  readonly mirror?: IstioDestination
  readonly mirrorPercentage?: { readonly value?: number }
  readonly fault?: { readonly abort?: { readonly httpStatus?: number; readonly percentage?: { readonly value?: number } }; readonly delay?: { readonly fixedDelay?: string; readonly percentage?: { readonly value?: number } } }
  readonly timeout?: string
}

export interface VirtualService extends KubeObject { readonly spec: { readonly hosts?: readonly string[]; readonly http?: readonly VirtualServiceRule[] } }

export interface DestinationRule extends KubeObject { readonly spec: { readonly host: string; readonly subsets?: readonly { readonly name: string; readonly labels?: Labels }[] } }
