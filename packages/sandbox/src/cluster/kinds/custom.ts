import type { JsonObject } from '../schema/lookup.ts'
import type { StructType } from '../schema/types.ts'
import { apiVersionOf } from './kind.ts'
import type { ResourceKind } from './kind.ts'
import { gatewayKinds } from './gateway.ts'
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

const istio = { group: 'networking.istio.io', version: 'v1' } as const

/** The routing kinds that releases shift traffic with, as if their definitions were installed. Rules in CEL are not evaluated; Istio's kinds take what they are given. */
export const routingKinds: readonly CustomKind[] = [
  ...gatewayKinds.map(customKind),
  customKind({ ...istio, kind: 'VirtualService', resource: 'virtualservices', shortNames: ['vs'] }),
  customKind({ ...istio, kind: 'DestinationRule', resource: 'destinationrules', shortNames: ['dr'] }),
  customKind({ ...istio, kind: 'Gateway', resource: 'gateways', shortNames: ['gw'] }),
  customKind({ ...istio, kind: 'ServiceEntry', resource: 'serviceentries', shortNames: ['se'] }),
]
