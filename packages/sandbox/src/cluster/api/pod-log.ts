import type { Core } from '../core.ts'
import type { Container, Pod } from '../objects/types.ts'
import type { Life } from '../pods/container-life.ts'
import type { Kubelet } from '../pods/kubelet.ts'
import type { Behaviour, Story } from '../pods/story.ts'
import { existing } from '../verbs/update.ts'
import { badRequest, notImplemented } from './status.ts'

const truthy = (value: string | null): boolean => value === 'true' || value === '1'

/** The log of a container, as its story tells it; undefined while the pod has no node. Refusals are those of a kubelet. */
export function podLog(core: Core, story: Story, kubelet: Kubelet, namespace: string, name: string, query: URLSearchParams): string | undefined {
  const pod = existing(core, core.kinds.require('v1', 'Pod'), namespace, name) as Pod
  for (const option of ['follow', 'insecureSkipTLSVerifyBackend', 'stream']) if (query.has(option) && query.get(option) !== 'false' && query.get(option) !== 'All') throw notImplemented(`pods/log with ${option}`)
  const { container, key } = chosen(pod, query.get('container') ?? '')
  if ((pod.spec.nodeName ?? '') === '') return undefined
  const life = kubelet.livesOf(pod).get(key)
  const previous = truthy(query.get('previous'))
  const run = runOf(pod, container, life, previous, core.clock.now())
  const lines = linesOf(story.behaviourOf(container.image ?? ''))
  return cut(lines.map((line) => (truthy(query.get('timestamps')) ? `${new Date(run).toISOString().replace('Z', '000000Z')} ${line}` : line)), query, run, core.clock.now())
}

function chosen(pod: Pod, name: string): { readonly container: Container; readonly key: string } {
  const init = pod.spec.initContainers ?? []
  const { containers } = pod.spec
  const [only] = containers
  if (name === '' && containers.length === 1 && init.length === 0 && only !== undefined) return { container: only, key: only.name }
  if (name === '') throw badRequest(`a container name must be specified for pod ${pod.metadata.name}, choose one of: [${containers.map((container) => container.name).join(' ')}]${init.length === 0 ? '' : ` or one of the init containers: [${init.map((container) => container.name).join(' ')}]`}`)
  const container = containers.find((candidate) => candidate.name === name)
  if (container !== undefined) return { container, key: name }
  const first = init.find((candidate) => candidate.name === name)
  if (first === undefined) throw badRequest(`container ${name} is not valid for pod ${pod.metadata.name}`)
  return { container: first, key: `init:${name}` }
}

/** When the run whose log is asked for began. */
function runOf(pod: Pod, container: Container, life: Life | undefined, previous: boolean, now: number): number {
  const waiting = (reason: string): Error => badRequest(`container ${JSON.stringify(container.name)} in pod ${JSON.stringify(pod.metadata.name)} is waiting to start: ${reason}`)
  if (previous) {
    const restarted = life !== undefined && 'restarts' in life && (life.restarts > 0 || (life.at === 'restarting' && life.backOff > 0))
    if (!restarted) throw badRequest(`previous terminated container ${JSON.stringify(container.name)} in pod ${JSON.stringify(pod.metadata.name)} not found`)
    return life.last?.startedAt ?? now
  }
  if (life === undefined) throw waiting('PodInitializing')
  switch (life.at) {
    case 'pulling': throw waiting(life.attempts > 0 ? 'trying and failing to pull image' : 'ContainerCreating')
    case 'pull-failed': throw waiting(now < life.hiddenAt ? "image can't be pulled" : 'trying and failing to pull image')
    case 'running': return life.since
    case 'restarting': case 'ended': return life.last.startedAt
  }
}

function linesOf(behaviour: Behaviour): readonly string[] {
  return 'log' in behaviour ? (behaviour.log ?? []) : []
}

function cut(lines: readonly string[], query: URLSearchParams, since: number, now: number): string {
  const tail = query.get('tailLines')
  const seconds = query.get('sinceSeconds')
  const kept = seconds !== null && since < now - Number(seconds) * 1000 ? [] : tail === null ? lines : lines.slice(Math.max(0, lines.length - Number(tail)))
  const text = kept.map((line) => `${line}\n`).join('')
  const limit = query.get('limitBytes')
  return limit === null ? text : text.slice(0, Number(limit))
}
