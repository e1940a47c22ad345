import type { Pod } from '../cluster/objects/types.ts'
import { isObject } from '../cluster/schema/lookup.ts'

/** How the pods that it fits answer. What is absent fits all. Later ones win, and a pod's own annotation wins over all. */
export interface AnswerBehaviour {
  /** The Service through which the pod is reached. */
  readonly service?: string
  readonly version?: string
  readonly image?: string
  readonly pod?: string
  /** Milliseconds. */
  readonly latency?: number
  /** Share of the requests that fail, 0 to 1. */
  readonly failing?: number
  /** What they fail with; default 500. `reset` breaks the connection. */
  readonly status?: number | 'reset'
}

export interface Manner {
  readonly latency: number
  readonly failing: number
  readonly status: number | 'reset'
}

/** Holds an AnswerBehaviour as JSON, on a pod. */
export const answersAnnotation = 'play.fermata.dev/answers'

export const imageOf = (pod: Pod): string => pod.spec.containers[0]?.image ?? ''

/** The tag of the image of a pod's first container, or its digest; where it has neither, the label `version`. */
export function versionOf(pod: Pod): string {
  const [name = '', digest] = imageOf(pod).split('@')
  const tag = /:([^/:]+)$/.exec(name)?.[1]
  return tag ?? digest ?? pod.metadata.labels?.['app.kubernetes.io/version'] ?? pod.metadata.labels?.['version'] ?? 'latest'
}

/** @throws Error when the annotation of the pod is no behaviour */
export function mannerOf(pod: Pod, service: string, table: readonly AnswerBehaviour[]): Manner {
  const version = versionOf(pod)
  const fits = (row: AnswerBehaviour): boolean =>
    (row.service === undefined || row.service === service) && (row.version === undefined || row.version === version) && (row.image === undefined || row.image === imageOf(pod)) && (row.pod === undefined || row.pod === pod.metadata.name)
  const own = pod.metadata.annotations?.[answersAnnotation]
  const row = own === undefined ? table.findLast(fits) : behaviourFrom(JSON.parse(own), `${answersAnnotation} of the pod ${pod.metadata.name}`)
  return { latency: row?.latency ?? 0, failing: row?.failing ?? 0, status: row?.status ?? 500 }
}

const texts = ['service', 'version', 'image', 'pod'] as const

/** @throws Error that names what is wrong */
export function behaviourFrom(value: unknown, where: string): AnswerBehaviour {
  const wrong = (says: string): Error => new Error(`${where}: ${says}`)
  if (!isObject(value)) throw wrong('no object')
  const strange = Object.keys(value).filter((field) => ![...texts, 'latency', 'failing', 'status'].includes(field))
  if (strange.length > 0) throw wrong(`${strange.join(', ')}: there is no such field`)
  for (const field of texts) if (value[field] !== undefined && typeof value[field] !== 'string') throw wrong(`${field} is no text`)
  const { latency = 0, failing = 0, status = 500 } = value
  if (!(typeof latency === 'number' && latency >= 0)) throw wrong('latency is no number of milliseconds')
  if (!(typeof failing === 'number' && failing >= 0 && failing <= 1)) throw wrong('failing is no share from 0 to 1')
  if (status !== 'reset' && !(typeof status === 'number' && status >= 400 && status <= 599)) throw wrong('status is neither from 400 to 599 nor reset')
  return value as AnswerBehaviour
}
