import type { JsonObject } from '../schema/lookup.ts'
import type { StructType } from '../schema/types.ts'
import { apiVersionOf } from './kind.ts'
import type { ResourceKind } from './kind.ts'
import { structsOf } from './structural.ts'

export interface CustomKind {
  readonly kind: ResourceKind
  /** Its structs by name; that of the kind's type among them. */
  readonly structs: Readonly<Record<string, StructType>>
  /** Its structural schema, for defaults and validation. */
  readonly schema: JsonObject | undefined
}

export interface CustomKindWish {
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly resource: string
  readonly shortNames?: readonly string[]
  readonly namespaced?: boolean
  readonly status?: boolean
  readonly schema?: JsonObject
}

/** A kind of a custom resource definition. Without a schema its objects hold whatever they are given below the metadata. */
export function customKind(wish: CustomKindWish): CustomKind {
  const type = `custom:${apiVersionOf(wish)}.${wish.kind}`
  return {
    kind: { group: wish.group, version: wish.version, kind: wish.kind, resource: wish.resource, singular: wish.kind.toLowerCase(), shortNames: wish.shortNames ?? [], namespaced: wish.namespaced ?? true, type, status: wish.status ?? true, scale: false, origin: 'custom' },
    schema: wish.schema,
    structs: structsOf(wish.schema ?? { 'x-kubernetes-preserve-unknown-fields': true }, type),
  }
}

const gateway = { group: 'gateway.networking.k8s.io', version: 'v1' } as const
const istio = { group: 'networking.istio.io', version: 'v1' } as const

/** The routing kinds that releases shift traffic with, as if their definitions were installed. */
export const routingKinds: readonly CustomKind[] = [
  customKind({ ...gateway, kind: 'GatewayClass', resource: 'gatewayclasses', shortNames: ['gc'], namespaced: false }),
  customKind({ ...gateway, kind: 'Gateway', resource: 'gateways', shortNames: ['gtw'] }),
  customKind({ ...gateway, kind: 'HTTPRoute', resource: 'httproutes' }),
  customKind({ ...istio, kind: 'VirtualService', resource: 'virtualservices', shortNames: ['vs'] }),
  customKind({ ...istio, kind: 'DestinationRule', resource: 'destinationrules', shortNames: ['dr'] }),
  customKind({ ...istio, kind: 'Gateway', resource: 'gateways', shortNames: ['gw'] }),
  customKind({ ...istio, kind: 'ServiceEntry', resource: 'serviceentries', shortNames: ['se'] }),
]
