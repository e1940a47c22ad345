import type { KubeObject } from '@fermata/ports'
import type { Memory, Scene } from '../readiness/assessment.ts'
import { firstLook, lookAgain } from '../readiness/memory.ts'

/** A minute after the release began, unless the test says otherwise. */
export const since = 1_000_000
export const now = since + 60_000

export interface SceneWish {
  readonly owned?: readonly KubeObject[]
  readonly events?: readonly KubeObject[]
  readonly now?: number
  /** Pods as they were at the first look; default: none were there. */
  readonly before?: readonly KubeObject[]
  /** For how long the present troubles have been seen, in milliseconds; default: since this moment. */
  readonly troubledFor?: number
  readonly workloads?: readonly KubeObject[]
  readonly makesConfiguration?: boolean
}

/** A scene for one assessment, with the memory that looks like these leave behind. */
export function sceneOf(wish: SceneWish = {}): Scene {
  const owned = wish.owned ?? []
  const at = wish.now ?? now
  const pods = owned.filter(({ kind }) => kind === 'Pod')
  const memory: Memory = lookAgain(lookAgain(firstLook(wish.before ?? [], since), pods, at - (wish.troubledFor ?? 0)), pods, at)
  return {
    now: at,
    since,
    owned: (kind, uid) => owned.filter((one) => one.kind === kind && one.metadata.ownerReferences?.some((owner) => owner.controller === true && owner.uid === uid)),
    podsIn: (namespace) => pods.filter(({ metadata }) => metadata.namespace === namespace),
    eventsOf: (uid) => (wish.events ?? []).filter((event) => (event as unknown as { readonly involvedObject: { readonly uid: string } }).involvedObject.uid === uid),
    memory,
    workloads: wish.workloads ?? [],
    makesConfiguration: wish.makesConfiguration ?? false,
  }
}

type Fields = Readonly<Record<string, unknown>>

export function kubeObject(kind: string, name: string, fields: Fields = {}, metadata: Fields = {}): KubeObject {
  const group = ['Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet'].includes(kind) ? 'apps/v1' : kind === 'Job' ? 'batch/v1' : 'v1'
  return { apiVersion: group, kind, metadata: { name, namespace: 'shop', uid: `uid-${name}`, generation: 2, ...metadata }, ...fields } as KubeObject
}

export function ownedBy(owner: string): Fields {
  return { ownerReferences: [{ apiVersion: 'x', kind: 'x', name: owner, uid: `uid-${owner}`, controller: true }] }
}

/** A pod of `owner` whose only container has this status. */
export function podWith(owner: string, status: Fields, name = `${owner}-pod`): KubeObject {
  return kubeObject('Pod', name, { spec: { containers: [{ name: 'server' }] }, status: { phase: 'Pending', containerStatuses: [{ name: 'server', image: 'shop/cart:2', restartCount: 0, ...status }] } }, ownedBy(owner))
}

export function waiting(reason: string, message = ''): Fields {
  return { state: { waiting: { reason, message } } }
}

export function readyPod(owner: string, labels: Fields = {}): KubeObject {
  return kubeObject('Pod', `${owner}-ready`, { status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] } }, { ...ownedBy(owner), labels })
}

export function eventAbout(uid: string, reason: string, message: string): KubeObject {
  return { apiVersion: 'v1', kind: 'Event', metadata: { name: `${uid}.${reason}`, namespace: 'shop' }, involvedObject: { uid }, reason, message }
}
