import { type Cluster, ClusterError, type Feed, type KubeObject } from '@fermata/ports'
import type { Behaviour, Story } from '@fermata/sandbox'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'

/** The stages that make kwok do what the annotations say. */
export const playedStages: readonly string[] = [join(import.meta.dirname, '../../.tools/share/kwok/kustomize/stage/node/fast/node-initialize.yaml'), join(import.meta.dirname, 'stages/played.yaml')]

const prefix = 'play.fermata.dev/'
const pods = { apiVersion: 'v1', kind: 'Pod' } as const

export interface PlayWish {
  readonly cluster: Cluster
  /** How images behave, from when a pod is made. */
  readonly story: Story
  /** Seconds of the story that pass in one. */
  readonly speed: number
}

export interface Play {
  /** From now on pods of this namespace are told how they behave. */
  plays(namespace: string): Promise<void>
  /** What a container has written, as the story tells. Undefined when there is no such pod. */
  logOf(namespace: string, pod: string, container: string): readonly string[] | undefined
  /** @throws what could not be played, if anything */
  close(): void
}

/** Tells every new pod how it behaves: the story of its images, as annotations for the stages. */
export function playPods(wish: PlayWish): Play {
  const stop = new AbortController()
  const known = new Map<string, KubeObject>()
  const failures: unknown[] = []
  return {
    async plays(namespace) {
      const feed = await wish.cluster.follow([pods], namespace, stop.signal)
      keepTelling(wish, namespace, feed, stop.signal, known).catch((error: unknown) => {
        if (stop.signal.aborted) return
        failures.push(error)
        process.stderr.write(`Pods of ${namespace} are no longer told how they behave: ${String(error)}\n`)
      })
    },
    logOf: (namespace, name, container) => {
      const image = containersOf(known.get(`${namespace}/${name}`)).find((one) => one.name === container)?.image
      if (image === undefined) return undefined
      const behaviour = wish.story.behaviourOf(image)
      return 'log' in behaviour ? (behaviour.log ?? []) : []
    },
    close: () => {
      stop.abort(new Error('the play is over'))
      if (failures.length > 0) throw failures[0]
    },
  }
}

/** Survives an API server that is away for a while. */
async function keepTelling(wish: PlayWish, namespace: string, began: Feed, signal: AbortSignal, known: Map<string, KubeObject>): Promise<void> {
  const told = new Set<string>()
  let feed = began
  for (;;) {
    try {
      for (const pod of feed.objects(pods)) known.set(`${namespace}/${pod.metadata.name}`, pod)
      await Promise.all(feed.objects(pods).map((pod) => tell(wish, pod, told)))
      await feed.changed(60_000)
    } catch (error) {
      if (signal.aborted) return
      if (!(error instanceof ClusterError)) throw error
      feed.close()
      await wait(200)
      feed = await again(() => wish.cluster.follow([pods], namespace, signal), signal)
    }
  }
}

async function again<T>(attempt: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (;;) {
    try {
      return await attempt()
    } catch (error) {
      if (signal.aborted || !(error instanceof ClusterError)) throw error
      await wait(200)
    }
  }
}

async function tell({ cluster, story, speed }: PlayWish, pod: KubeObject, told: Set<string>): Promise<void> {
  const uid = pod.metadata.uid ?? ''
  if (told.has(uid) || pod.metadata.deletionTimestamp !== undefined || pod.metadata.annotations?.[`${prefix}does`] !== undefined) return
  const { namespace = '', name } = pod.metadata
  told.add(uid)
  try {
    await cluster.patch({ ...pods, namespace, name }, 'merge', { metadata: { uid, annotations: annotationsFor(behaviourOf(pod, story), speed) } })
  } catch (error) {
    told.delete(uid)
    // Who is gone needs to be told nothing; another pod of the same name will come by itself. Who is still there is told at its next change.
    if (error instanceof ClusterError && (error.kind === 'not-found' || error.kind === 'conflict')) return
    throw error
  }
}

interface Container { readonly name: string; readonly image: string }

function containersOf(pod: KubeObject | undefined): readonly Container[] {
  return (pod?.['spec'] as { readonly containers?: readonly Container[] } | undefined)?.containers ?? []
}

/** All containers of a played pod behave alike: as the first that does not simply run, else as the one that takes longest. */
function behaviourOf(pod: KubeObject, story: Story): Behaviour {
  const each = containersOf(pod).map(({ image }) => story.behaviourOf(image))
  const readyAfter = Math.max(...each.map((one) => (one.does === 'run' ? (one.readyAfter ?? 1) : 0)))
  return each.find(({ does }) => does !== 'run') ?? { does: 'run', readyAfter }
}

/** @throws Error for what only the sandbox plays */
export function annotationsFor(behaviour: Behaviour, speed: number): Readonly<Record<string, string>> {
  const seconds = (number: number): string => `${Math.round((number / speed) * 1000)}ms`
  const annotations = (values: Readonly<Record<string, string>>): Readonly<Record<string, string>> => Object.fromEntries(
    Object.entries({ does: behaviour.does, 'stops-after': seconds(0.5), 'restarts-after': seconds(1), 'back-off': String(10 / speed), ...values }).map(([name, value]) => [prefix + name, value]),
  )
  switch (behaviour.does) {
    case 'run': return annotations({ 'ready-after': seconds(behaviour.readyAfter ?? 1) })
    case 'never-ready': return annotations({})
    case 'crash': {
      if (behaviour.times !== undefined) throw unplayed('a container that crashes so many times and then runs')
      const { after = 1, readyAfter, exitCode = 1 } = behaviour
      return annotations({ 'ends-after': seconds(after - (readyAfter ?? 0)), 'exit-code': String(exitCode), reason: exitCode === 0 ? 'Completed' : 'Error', ...(readyAfter !== undefined && { 'ready-after': seconds(readyAfter) }) })
    }
    case 'out-of-memory': return annotations({ 'ends-after': seconds(behaviour.after ?? 2), 'exit-code': '137', reason: 'OOMKilled' })
    case 'complete': return annotations({ 'ends-after': seconds(behaviour.after ?? 1), 'exit-code': '0', reason: 'Completed' })
    case 'image-missing': return annotations({ message: behaviour.message ?? 'rpc error: code = NotFound desc = failed to pull and unpack image: not found' })
    case 'flap': throw unplayed('readiness that comes and goes')
    case 'unschedulable': throw unplayed('a pod that no node takes: the scheduler is real')
  }
}

function unplayed(what: string): Error {
  return new Error(`The played cluster does not play ${what}. The sandbox does.`)
}
