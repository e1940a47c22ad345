import type { Clock } from '@fermata/ports'
import type { Pod } from '../cluster/objects/types.ts'
import { type AnswerBehaviour, mannerOf, versionOf } from './behaviour.ts'
import { byHttpRoute } from './http-route.ts'
import { type End, endOf, passage } from './network-policy.ts'
import type { Picture } from './picture.ts'
import { type Asked, type Backend, type Decision, refused, serviceNamed } from './route.ts'
import type { Turns } from './turns.ts'
import { byVirtualService } from './virtual-service.ts'

/** What became of a request. `reset` is a broken connection. */
export interface Outcome {
  readonly code: number | 'reset'
  /** The Service that it was passed on to; empty when none was chosen. */
  readonly service: string
  readonly version: string
  readonly pod: string
  /** Why, where no pod answered. */
  readonly says?: string
}

export interface Hands {
  readonly picture: Picture
  readonly turns: Turns
  readonly clock: Clock
  readonly behaviours: readonly AnswerBehaviour[]
  /** Where requests come from, for NetworkPolicies. */
  readonly source: End
  /** The Service whose pod asks, instead of `source`. */
  readonly from?: string | undefined
  /** How long a connection is waited for that nobody answers. Milliseconds. */
  readonly connectTimeout: number
  /** Told what became of a mirrored request. */
  readonly mirrored: (outcome: Outcome) => void
}

/** Who answers for a host: a VirtualService, else an HTTPRoute, else the Service of that name. */
export function decide(picture: Picture, asked: Asked): Decision {
  const routed = byVirtualService(picture, asked) ?? byHttpRoute(picture, asked)
  if (routed !== undefined) return routed
  const service = serviceNamed(asked.host, picture.namespace)
  if (service === undefined || !picture.services.has(service)) return refused(404, `Nothing in ${picture.namespace} answers for ${asked.host}`)
  return { at: 'backends', rule: `Service ${service}`, backends: [{ service, weight: 1 }], mirrors: [] }
}

/** Passes a request on once, as a proxy without retries. */
export async function passOn(asked: Asked, hands: Hands): Promise<Outcome> {
  const sender = hands.from === undefined ? undefined : senderIn(hands.picture, hands.from)
  if (hands.from !== undefined && sender === undefined) return nobody(400, `The Service ${hands.from} has no pod that could ask`)
  const decision = decide(hands.picture, sender?.metadata.labels === undefined ? asked : { ...asked, sourceLabels: sender.metadata.labels })
  if (decision.at === 'refused') return nobody(decision.status, decision.says)
  const { rule, fault } = decision
  if (fault?.delay !== undefined && hands.turns.share(`${rule} delay`, fault.delay.share)) await hands.clock.sleep(fault.delay.milliseconds)
  if (fault?.abort !== undefined && hands.turns.share(`${rule} abort`, fault.abort.share)) return nobody(fault.abort.status, `${rule} aborts it`)
  for (const [index, mirror] of decision.mirrors.entries()) {
    if (hands.turns.share(`${rule} mirror ${index}`, mirror.share)) void toBackend(mirror.backend, hands, sender, undefined).then(hands.mirrored)
  }
  return toBackend(hands.turns.backend(rule, decision.backends), hands, sender, decision.timeout)
}

const nobody = (code: number, says: string): Outcome => ({ code, service: '', version: '', pod: '', says })

function senderIn(picture: Picture, service: string): Pod | undefined {
  return endpointsOf(picture, { service, weight: 1 }).map(({ pod }) => picture.pods.get(pod)).find((pod) => pod !== undefined)
}

interface Endpoint { readonly pod: string; readonly port: number | undefined }

/** Pods that the EndpointSlices call ready. */
function endpointsOf({ slices, pods }: Picture, { service, labels }: Backend): readonly Endpoint[] {
  return (slices.get(service) ?? []).flatMap((slice) => (slice.endpoints ?? []).flatMap(({ conditions, targetRef }) => {
    if (conditions?.ready === false || targetRef?.kind !== 'Pod' || targetRef.name === undefined) return []
    const has = pods.get(targetRef.name)?.metadata.labels ?? {}
    return Object.entries(labels ?? {}).every(([label, value]) => has[label] === value) ? [{ pod: targetRef.name, port: slice.ports?.[0]?.port }] : []
  }))
}

async function toBackend(backend: Backend, hands: Hands, sender: Pod | undefined, timeout: number | undefined): Promise<Outcome> {
  const { picture, turns, clock } = hands
  const { service } = backend
  const known = picture.services.get(service)
  if (known === undefined) return { ...nobody(500, `There is no Service ${service}`), service }
  if (known.spec.type === 'ExternalName') return { ...nobody(501, `The gateway does not play the Service ${service}: it is an ExternalName`), service }
  const endpoint = turns.next(`${service} ${JSON.stringify(backend.labels ?? {})}`, endpointsOf(picture, backend))
  if (endpoint === undefined) return { ...nobody(503, `No endpoint of ${service} is ready`), service }
  // The endpoint may be older than what became of its pod: whoever is sent there meets nobody.
  const pod = picture.pods.get(endpoint.pod)
  if (pod === undefined) return { code: 502, service, version: '', pod: endpoint.pod, says: 'connection refused: the pod is gone' }
  const met = { service, version: versionOf(pod), pod: endpoint.pod }
  if (!isRunning(pod)) return { ...met, code: 502, says: 'connection refused: no container runs' }
  const way = passage(picture, sender === undefined ? hands.source : endOf(sender, picture.namespace), sender, pod, endpoint.port)
  const patience = Math.min(timeout ?? Infinity, hands.connectTimeout)
  if (!way.open) {
    await clock.sleep(patience)
    return { ...met, code: 504, says: `no connection after ${patience} ms: ${way.by}` }
  }
  return answerOf(pod, met, hands, timeout)
}

const isRunning = ({ status }: Pod): boolean => status.containerStatuses?.some(({ state }) => state !== undefined && 'running' in state) === true

async function answerOf(pod: Pod, met: Pick<Outcome, 'service' | 'version' | 'pod'>, { turns, clock, behaviours }: Hands, timeout: number | undefined): Promise<Outcome> {
  const { latency, failing, status } = mannerOf(pod, met.service, behaviours)
  const late = timeout !== undefined && latency > timeout
  if (latency > 0) await clock.sleep(Math.min(latency, timeout ?? Infinity))
  if (late) return { ...met, code: 504, says: `no answer after ${timeout} ms` }
  return turns.share(`${met.service} ${met.version} fails`, failing) ? { ...met, code: status } : { ...met, code: 200 }
}
