/** Which pods may talk to which: https://kubernetes.io/docs/concepts/services-networking/network-policies/ */
import { BlockList } from 'node:net'
import type { Labels, LabelSelector, Pod } from '../cluster/objects/types.ts'
import { selectorMatches } from '../cluster/verbs/selectors.ts'
import type { NetworkPolicy, PolicyPeer, PolicyRule } from './objects.ts'
import type { Picture } from './picture.ts'

/** One end of a connection. */
export interface End {
  readonly labels: Labels
  readonly namespace: string
  readonly namespaceLabels: Labels
  readonly address: string | undefined
}

export type Passage = { readonly open: true } | { readonly open: false; readonly by: string }

export function endOf(pod: Pod, namespace: string): End {
  return { labels: pod.metadata.labels ?? {}, namespace, namespaceLabels: { 'kubernetes.io/metadata.name': namespace }, address: pod.status.podIP }
}

/** Whether the policies let a connection through to a port of a pod. `from` is a pod of the namespace when `sender` is given, and then its egress counts too. */
export function passage(picture: Picture, from: End, sender: Pod | undefined, to: Pod, port: number | undefined): Passage {
  const target = endOf(to, picture.namespace)
  const named = portName(to, port)
  const out = sender === undefined ? undefined : shutBy(picture, 'Egress', sender, (rule) => lets(rule.to, target, picture.namespace) && letsPort(rule, port, named))
  const shut = out ?? shutBy(picture, 'Ingress', to, (rule) => lets(rule.from, from, picture.namespace) && letsPort(rule, port, named))
  return shut === undefined ? { open: true } : { open: false, by: shut }
}

/** A pod that no policy selects for a direction is open in it; one that is selected needs one rule that lets through. */
function shutBy(picture: Picture, direction: 'Ingress' | 'Egress', pod: Pod, opens: (rule: PolicyRule) => boolean): string | undefined {
  const selecting = picture.policies.filter((policy) => rulesFor(policy, direction) !== undefined && selectorMatches(policy.spec.podSelector, pod.metadata.labels ?? {}))
  if (selecting.length === 0 || selecting.some((policy) => rulesFor(policy, direction)?.some(opens) === true)) return undefined
  return `${direction.toLowerCase()} of ${pod.metadata.name} by NetworkPolicy ${selecting.map(({ metadata }) => metadata.name).join(', ')}`
}

/** Without policyTypes a policy is for ingress, and for egress when it has egress rules. */
function rulesFor({ spec }: NetworkPolicy, direction: 'Ingress' | 'Egress'): readonly PolicyRule[] | undefined {
  const types = spec.policyTypes ?? ['Ingress', ...(spec.egress === undefined ? [] : ['Egress'])]
  return types.includes(direction) ? ((direction === 'Ingress' ? spec.ingress : spec.egress) ?? []) : undefined
}

/** No peers at all means everybody. */
function lets(peers: readonly PolicyPeer[] | undefined, end: End, namespace: string): boolean {
  return peers === undefined || peers.length === 0 || peers.some((peer) => isPeer(peer, end, namespace))
}

function isPeer({ podSelector, namespaceSelector, ipBlock }: PolicyPeer, end: End, namespace: string): boolean {
  if (ipBlock !== undefined) return end.address !== undefined && inBlock(ipBlock, end.address)
  const inNamespace = namespaceSelector === undefined ? end.namespace === namespace : selectorMatches(namespaceSelector, end.namespaceLabels)
  return inNamespace && selectorMatches(podSelector ?? everything, end.labels)
}

const everything: LabelSelector = {}

function inBlock({ cidr, except = [] }: NonNullable<PolicyPeer['ipBlock']>, address: string): boolean {
  const within = (range: string): boolean => {
    const [net = '', bits = '32'] = range.split('/')
    const list = new BlockList()
    list.addSubnet(net, Number(bits), net.includes(':') ? 'ipv6' : 'ipv4')
    return list.check(address, address.includes(':') ? 'ipv6' : 'ipv4')
  }
  return within(cidr) && !except.some(within)
}

function letsPort({ ports }: PolicyRule, port: number | undefined, name: string | undefined): boolean {
  if (ports === undefined || ports.length === 0) return true
  return ports.some(({ port: wanted, endPort, protocol }) => {
    if ((protocol ?? 'TCP') !== 'TCP') return false
    if (wanted === undefined) return true
    return typeof wanted === 'string' ? wanted === name : port !== undefined && port >= wanted && port <= (endPort ?? wanted)
  })
}

function portName(pod: Pod, port: number | undefined): string | undefined {
  return pod.spec.containers.flatMap(({ ports = [] }) => ports).find(({ containerPort }) => containerPort === port)?.name
}
