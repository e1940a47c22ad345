import { managedBy } from '@fermata/custody'
import { at, type KubeObject, mapAt } from '@fermata/ports'

/** Marks the pods of a new version that stands beside the old one. */
export const trackLabel = 'fermata.dev/track'

export interface BesideWish {
  /** `canary` or `green`: the name of the copy ends so. */
  readonly track: 'canary' | 'green'
  readonly replicas: number
  /** Labels by which the Service finds its pods: where the copy must not be found by it, they get other values. */
  readonly hiddenFrom: Readonly<Record<string, string>> | undefined
  /** Labels that a mesh expects of a canary. */
  readonly labels: Readonly<Record<string, string>>
}

/** The Deployment of a new version, to stand beside the old one under a name of its own. Its controller and the old one's never take each other's pods. */
export function deploymentBeside(deployment: KubeObject, wish: BesideWish): KubeObject {
  const { track, replicas } = wish
  const spec = mapAt(deployment, 'spec')
  const template = mapAt(spec, 'template')
  const changed = { ...hidden(wish), [trackLabel]: track }
  return {
    apiVersion: deployment.apiVersion,
    kind: deployment.kind,
    metadata: metadataBeside(deployment, track),
    spec: {
      ...spec,
      replicas,
      selector: { ...mapAt(spec, 'selector'), matchLabels: { ...mapAt(spec, 'selector', 'matchLabels'), ...only(changed, mapAt(spec, 'selector', 'matchLabels')), [trackLabel]: track } },
      template: { ...template, metadata: { ...mapAt(template, 'metadata'), labels: { ...mapAt(template, 'metadata', 'labels'), ...wish.labels, ...changed } } },
    },
  }
}

/** A Service for the pods of the copy alone, with the ports of the one that it stands beside. */
export function serviceBeside(service: KubeObject, wish: Pick<BesideWish, 'track' | 'hiddenFrom'>): KubeObject {
  const ports = at(service, 'spec', 'ports')
  const bare = Array.isArray(ports) ? ports.map((port: unknown) => Object.fromEntries(Object.entries(mapAt(port)).filter(([field]) => field !== 'nodePort'))) : []
  return { apiVersion: service.apiVersion, kind: service.kind, metadata: metadataBeside(service, wish.track), spec: { ports: bare, selector: selectorBeside(service, wish) } }
}

/** The selector by which a Service finds the pods of the copy, and none of the old version. */
export function selectorBeside(service: KubeObject, wish: Pick<BesideWish, 'track' | 'hiddenFrom'>): Readonly<Record<string, string>> {
  return { ...(mapAt(service, 'spec', 'selector') as Record<string, string>), ...hidden(wish), [trackLabel]: wish.track }
}

export function nameBeside(name: string, track: BesideWish['track']): string {
  return `${name}-${track}`
}

/** The label that usually names an application is the one to change; else the first. One is enough to be found no longer. */
function hidden({ hiddenFrom, track }: Pick<BesideWish, 'track' | 'hiddenFrom'>): Readonly<Record<string, string>> {
  if (hiddenFrom === undefined) return {}
  const key = ['app', 'app.kubernetes.io/name'].find((usual) => Object.hasOwn(hiddenFrom, usual)) ?? Object.keys(hiddenFrom)[0]
  // A label value has at most 63 characters.
  return key === undefined ? {} : { [key]: `${(hiddenFrom[key] ?? '').slice(0, 56)}-${track}` }
}

function only(values: Readonly<Record<string, string>>, keys: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(values).filter(([key]) => Object.hasOwn(keys, key)))
}

function metadataBeside({ metadata }: KubeObject, track: BesideWish['track']): KubeObject['metadata'] {
  return { name: nameBeside(metadata.name, track), ...(metadata.namespace !== undefined && { namespace: metadata.namespace }), labels: { ...metadata.labels, ...managedBy, [trackLabel]: track } }
}
