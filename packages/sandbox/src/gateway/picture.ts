import type { Feed, KubeObject } from '@fermata/ports'
import type { Pod, Service } from '../cluster/objects/types.ts'
import { type DestinationRule, type EndpointSlice, type HttpRoute, kinds, type NetworkPolicy, routeKinds, type VirtualService } from './objects.ts'

/** What the gateway knows of its namespace at one moment. */
export interface Picture {
  readonly namespace: string
  readonly services: ReadonlyMap<string, Service>
  readonly pods: ReadonlyMap<string, Pod>
  /** Slices by the name of their Service. */
  readonly slices: ReadonlyMap<string, readonly EndpointSlice[]>
  readonly policies: readonly NetworkPolicy[]
  /** In the order in which a tie is decided: the oldest first, then by name. */
  readonly httpRoutes: readonly HttpRoute[]
  readonly virtualServices: readonly VirtualService[]
  readonly destinationRules: readonly DestinationRule[]
}

export type Known = Readonly<Record<keyof typeof kinds | keyof typeof routeKinds, readonly KubeObject[]>>

/** @param has the optional kinds that the feed follows */
export function knownIn(feed: Feed, has: ReadonlySet<keyof typeof routeKinds>): Known {
  const optional = (name: keyof typeof routeKinds): readonly KubeObject[] => (has.has(name) ? feed.objects(routeKinds[name]) : [])
  return {
    service: feed.objects(kinds.service), slice: feed.objects(kinds.slice), pod: feed.objects(kinds.pod), policy: feed.objects(kinds.policy),
    httpRoute: optional('httpRoute'), virtualService: optional('virtualService'), destinationRule: optional('destinationRule'),
  }
}

/** The API server has checked the shape of what comes from it. */
export function pictureOf(namespace: string, known: Partial<Known>): Picture {
  const of = <T>(name: keyof Known): readonly T[] => (known[name] ?? []) as readonly KubeObject[] as readonly T[]
  const slices = Map.groupBy(of<EndpointSlice>('slice'), ({ metadata }) => metadata.labels?.['kubernetes.io/service-name'] ?? '')
  return {
    namespace,
    services: byName(of<Service>('service')),
    pods: byName(of<Pod>('pod')),
    slices,
    policies: of('policy'),
    httpRoutes: oldestFirst(of<HttpRoute>('httpRoute')),
    virtualServices: oldestFirst(of<VirtualService>('virtualService')),
    destinationRules: oldestFirst(of<DestinationRule>('destinationRule')),
  }
}

function byName<T extends KubeObject>(objects: readonly T[]): ReadonlyMap<string, T> {
  return new Map(objects.map((object) => [object.metadata.name, object]))
}

function oldestFirst<T extends KubeObject>(objects: readonly T[]): readonly T[] {
  const key = ({ metadata }: T): string => `${metadata.creationTimestamp ?? ''} ${metadata.name}`
  return objects.toSorted((a, b) => (key(a) < key(b) ? -1 : 1))
}
