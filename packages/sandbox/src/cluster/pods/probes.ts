/** Readiness probes that fail: told as a kubelet tells them. */
import type { Core } from '../core.ts'
import { tell } from '../controllers/actions.ts'
import type { Container, Pod, Probe } from '../objects/types.ts'
import { isObject } from '../schema/lookup.ts'
import { isContainerReady } from './container-life.ts'
import type { Life } from './container-life.ts'
import type { Story } from './story.ts'

/** Runs of containers whose failing probe has been told: `app/0`. */
export type Unhealthy = ReadonlySet<string>

const runOf = (container: Container, life: Life): string => `${container.name}/${life.at === 'running' ? life.restarts : -1}`

/** When the first probe of a run has failed often enough to be told. Milliseconds. */
function dueAt(container: Container, life: Life): number | undefined {
  const probe = container.readinessProbe as (Probe & { readonly initialDelaySeconds?: number }) | undefined
  return probe === undefined || life.at !== 'running' ? undefined : life.since + ((probe.initialDelaySeconds ?? 0) + (probe.periodSeconds ?? 10)) * 1000
}

/** Tells of containers that stopped being ready, or are not ready after their first probe. */
export function tellUnhealthy(core: Core, story: Story, pod: Pod, lives: ReadonlyMap<string, Life>, known: Unhealthy): Unhealthy {
  const now = core.clock.now()
  const told = new Set(known)
  for (const container of pod.spec.containers) {
    const life = lives.get(container.name)
    const due = life === undefined ? undefined : dueAt(container, life)
    if (life === undefined || due === undefined || isContainerReady(life, now, story.behaviourOf(container.image ?? ''))) continue
    const wasReady = pod.status.containerStatuses?.find((status) => status.name === container.name)?.ready === true
    if (!wasReady && (now < due || told.has(runOf(container, life)))) continue
    told.add(runOf(container, life))
    tell(core, pod, { type: 'Warning', reason: 'Unhealthy', message: `Readiness probe failed: ${cause(pod, container)}`, component: 'kubelet', host: pod.spec.nodeName ?? '', fieldPath: `spec.containers{${container.name}}` })
  }
  return told
}

/** Moments at which a failing probe has to be told. */
export function probeMoments(pod: Pod, lives: ReadonlyMap<string, Life>, told: Unhealthy, now: number): readonly number[] {
  return pod.spec.containers.flatMap((container) => {
    const life = lives.get(container.name)
    const due = life === undefined ? undefined : dueAt(container, life)
    return life === undefined || due === undefined || due <= now || told.has(runOf(container, life)) ? [] : [due]
  })
}

function cause(pod: Pod, container: Container): string {
  const probe = isObject(container.readinessProbe) ? container.readinessProbe : {}
  if (probe['httpGet'] !== undefined) return 'HTTP probe failed with statuscode: 503'
  if (isObject(probe['tcpSocket'])) return `dial tcp ${pod.status.podIP ?? ''}:${String(probe['tcpSocket']['port'])}: connect: connection refused`
  return probe['grpc'] === undefined ? '' : 'service unhealthy (responded with "NOT_SERVING")'
}
