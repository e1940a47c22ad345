import { at, type Clock, type Cluster, ClusterError, type Instant, type KubeObject, numberAt, type ObjectRef, textAt } from '@fermata/ports'
import { EnvironmentError } from '@fermata/verdict'
import { because } from './codes.ts'
import { skew, writeAttempts } from './defaults.ts'
import { isOutdated } from './fence.ts'
import type { Renewable } from './keep-alive.ts'
import { fuseRef, managedBy, nameOf, releaseAnnotation } from './names.ts'
import { instantAt } from './read.ts'
import { explained } from './refusals.ts'

/** Kubernetes writes instants as whole seconds, cut off. */
const second = 1_000

const shortest = 6

export interface FuseWish {
  readonly namespace: string
  /** Id of the release or experiment: the Job is `fermata-fuse-<release>`. */
  readonly release: string
  /** How long temporary objects live without a renewal. At least 6: what is not renewed 3 s before its end counts as lost. */
  readonly seconds: number
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
}

export interface OwnerReference {
  readonly apiVersion: string
  readonly kind: string
  readonly name: string
  readonly uid: string
}

/** A Job without pods that owns everything temporary. When nobody renews it, the cluster itself removes what it owns. */
export interface Fuse extends Renewable {
  readonly ref: ObjectRef
  /** Goes into `metadata.ownerReferences` of each temporary object of the same namespace. */
  readonly owner: OwnerReference
  /** The earliest instant at which the cluster may begin to remove, by our clock. */
  readonly expiresAt: () => Instant
  /** From now on so many seconds. False when it has blown or was removed: what it owned is gone, or going. */
  renew(): Promise<boolean>
  /** Makes an object permanent: it is no longer ours to remove. False when the object is gone or going. */
  release(ref: ObjectRef): Promise<boolean>
  /** Removes the Job, and with it all that it owns. False when there was none any more. The cluster may need some seconds. */
  extinguish(): Promise<boolean>
}

/**
 * Lights a fuse, or takes one over that an earlier run of the same release has lit and that has not blown.
 * How it works: a Job of `parallelism: 0` starts no pod and pulls no image. At `activeDeadlineSeconds` after its start the Job controller
 * fails it, `ttlSecondsAfterFinished: 0` has it deleted, and the garbage collector deletes all that name it as owner.
 * https://kubernetes.io/docs/concepts/workloads/controllers/job/#job-termination-and-cleanup
 * @throws EnvironmentError when Jobs may not be made here, ClusterError when the cluster cannot be asked
 */
export async function lightFuse(cluster: Cluster, clock: Clock, wish: FuseWish): Promise<Fuse> {
  if (!(wish.seconds >= shortest)) throw new RangeError(`A fuse of ${wish.seconds} s could blow before it is renewed; it has at least ${shortest} s.`)
  const ref = fuseRef(wish.namespace, wish.release)
  for (let attempt = 1; ; attempt++) {
    const asked = clock.now()
    try {
      const found = await cluster.get(ref)
      if (found === undefined) return fuseOn(cluster, clock, wish, await cluster.create(jobOf(ref, wish)), asked - second)
      if (isBurning(found)) {
        const fuse = fuseOn(cluster, clock, wish, found, startedBy(found, asked))
        if (await fuse.renew()) return fuse
      }
    } catch (error) {
      // Made by us with a lost answer, or by a run of the same release at the same moment: look again.
      const again = error instanceof ClusterError && (error.reason.code === 'FM-KUBE-ALREADY-EXISTS' || error.reason.code === 'FM-KUBE-OUTCOME-UNKNOWN') && attempt < writeAttempts
      if (!again) throw refusal(error, wish)
    }
    // One that has blown is on its way out: its name is free in a moment.
    if (attempt >= writeAttempts * 4) throw new EnvironmentError(because('FM-CUSTODY-FUSE-BLOWN', { says: `${nameOf(ref)} has blown and is not removed by the cluster, so no new one can be lit.`, remedy: 'See whether kube-controller-manager runs, and whether a finalizer holds the Job.' }))
    await clock.sleep(500)
  }
}

function refusal(error: unknown, { namespace }: FuseWish): unknown {
  const consequence = `No fuse can be lit in namespace ${namespace}, so nothing would remove temporary objects if this run were killed`
  if (error instanceof ClusterError && (error.kind === 'refused' || error.kind === 'invalid')) return new EnvironmentError(because('FM-CUSTODY-FUSE-REFUSED', { says: `${consequence}: ${error.reason.message}` }), { cause: error })
  return explained(error, 'fuse', namespace, consequence)
}

/** The pod never runs; it is written so that the strictest Pod Security level and quotas that want limits accept it. */
function jobOf(ref: ObjectRef, { release, seconds, labels, annotations }: FuseWish): KubeObject {
  const container = {
    name: 'none',
    image: 'registry.k8s.io/pause:3.10',
    resources: { requests: { cpu: '1m', memory: '1Mi' }, limits: { cpu: '1m', memory: '1Mi' } },
    securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
  }
  return {
    apiVersion: ref.apiVersion,
    kind: ref.kind,
    metadata: { name: ref.name, ...(ref.namespace !== undefined && { namespace: ref.namespace }), labels: { ...labels, ...managedBy }, annotations: { ...annotations, [releaseAnnotation]: release } },
    spec: {
      parallelism: 0,
      backoffLimit: 0,
      activeDeadlineSeconds: seconds,
      ttlSecondsAfterFinished: 0,
      template: { spec: { restartPolicy: 'Never', automountServiceAccountToken: false, securityContext: { runAsNonRoot: true, runAsUser: 65_535, seccompProfile: { type: 'RuntimeDefault' } }, containers: [container] } },
    },
  }
}

/** A Job that has ended, or is being deleted, owns nothing for long. */
export function isBurning(job: KubeObject): boolean {
  const conditions = at(job, 'status', 'conditions')
  const ended = Array.isArray(conditions) && conditions.some((condition) => ['Failed', 'FailureTarget', 'Complete'].includes(textAt(condition, 'type') ?? '') && textAt(condition, 'status') === 'True')
  return !ended && job.metadata.deletionTimestamp === undefined
}

/** When the deadline of a Job began to count, by its own word. One that was lit by another machine may have another clock: better believe it older. */
function startedBy(job: KubeObject, now: Instant): Instant {
  return Math.min(now, instantAt(job, 'status', 'startTime') ?? instantAt(job, 'metadata', 'creationTimestamp') ?? now) - skew
}

/** @param since an instant of our clock at or before which the deadline began to count; so the fuse never blows earlier than we believe */
function fuseOn(cluster: Cluster, clock: Clock, wish: FuseWish, job: KubeObject, since: Instant): Fuse {
  const { uid } = job.metadata
  if (uid === undefined) throw new TypeError(`${job.metadata.name} came back without a uid.`)
  const ref = fuseRef(wish.namespace, wish.release)
  let deadline = numberAt(job, 'spec', 'activeDeadlineSeconds') ?? wish.seconds
  const expiresAt = (): Instant => since + deadline * 1000
  return {
    ref,
    owner: { apiVersion: ref.apiVersion, kind: ref.kind, name: ref.name, uid },
    termMs: wish.seconds * 1000,
    expiresAt,
    until: expiresAt,
    loss: (why) => because('FM-CUSTODY-FUSE-BLOWN', { says: `The fuse ${nameOf(ref)} is lost: ${why}.` }),
    async renew() {
      const wanted = Math.ceil((clock.now() - since) / 1000) + wish.seconds
      try {
        // The uid keeps us from renewing a Job of the same name that came later: a uid cannot change.
        const renewed = await cluster.patch(ref, 'merge', { metadata: { uid }, spec: { activeDeadlineSeconds: Math.max(wanted, deadline) } })
        if (!isBurning(renewed)) return false
        deadline = Math.max(wanted, deadline)
        return true
      } catch (error) {
        if (isGone(error) || isAnotherJob(error)) return false
        throw error
      }
    },
    release: (object) => released(cluster, object, uid),
    async extinguish() {
      try {
        return await cluster.delete(ref, { uid, propagation: 'Background' })
      } catch (error) {
        if (isGone(error)) return false
        throw error
      }
    },
  }
}

function isGone(error: unknown): boolean {
  return error instanceof ClusterError && (error.kind === 'not-found' || error.kind === 'conflict')
}

function isAnotherJob(error: unknown): boolean {
  return error instanceof ClusterError && error.kind === 'invalid' && error.causes.some(({ field }) => field === 'metadata.uid')
}

async function released(cluster: Cluster, ref: ObjectRef, uid: string): Promise<boolean> {
  for (let attempt = 1; ; attempt++) {
    const object = await cluster.get(ref)
    if (object === undefined || object.metadata.deletionTimestamp !== undefined) return false
    const owners = object.metadata.ownerReferences ?? []
    const others = owners.filter((owner) => owner.uid !== uid)
    if (others.length === owners.length) return true
    try {
      await cluster.patch(ref, 'merge', { metadata: { resourceVersion: object.metadata.resourceVersion, ownerReferences: others.length === 0 ? null : others } })
    } catch (error) {
      if (error instanceof ClusterError && error.kind === 'not-found') return false
      if (!isOutdated(error) || attempt >= writeAttempts) throw error
    }
  }
}
