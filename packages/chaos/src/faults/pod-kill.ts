/** Pods end as when a node is lost (deletion) or drained (eviction). https://kubernetes.io/docs/concepts/workloads/pods/disruptions/ */
import { ClusterError, type KubeObject } from '@fermata/ports'
import { inCluster, type Reason } from '@fermata/verdict'
import * as z from 'zod/mini'
import { because } from '../codes.ts'
import { durationText, milliseconds } from '../experiment/duration.ts'
import { isReady } from '../target/pods.ts'
import { type Blow, faultKind, type Site, type ToolkitMeaning, type Victim } from './fault.ts'
import { aimedAt, type Arguments, unknownArguments } from './toolkit-arguments.ts'

interface Settings {
  readonly by: 'deletion' | 'eviction'
  /** Undefined: what the pod says of itself. */
  readonly graceSeconds: number | undefined
}

const settings = z.pipe(
  z.strictObject({
    by: z.optional(z.enum(['deletion', 'eviction'])),
    grace: z.optional(durationText()),
  }),
  z.transform(({ by = 'deletion', grace }): Settings => ({ by, graceSeconds: grace === undefined ? undefined : Math.round(milliseconds(grace) / 1000) })),
)

export const podKill = faultKind({
  kind: 'pod-kill',
  about: 'Ends pods, by deletion or by eviction, which PodDisruptionBudgets may refuse.',
  usually: { count: 1 },
  lasts: 'a moment',
  settings,
  make: (wish): Blow => ({
    kind: 'pod-kill',
    says: wish.by === 'eviction' ? 'Evicts pods, as a drain of their node does.' : 'Deletes pods, as the loss of their node does.',
    lasts: 'a moment',
    needs: [wish.by === 'eviction' ? { verb: 'create', group: '', resource: 'pods/eviction' } : { verb: 'delete', group: '', resource: 'pods' }],
    touches: ({ namespace, victims }) => victims.map(({ name, uid }) => ({ does: wish.by === 'eviction' ? 'evict' : 'delete', ref: { apiVersion: 'v1', kind: 'Pod', namespace, name }, why: `it is ${uid}, ${graceText(wish)}` })),
    rehearse: async (site) => [...unmanaged(site), ...(wish.by === 'eviction' ? await heldByBudget(site, wish) : [])],
    strike: async (site, assure) => {
      const struck = []
      for (const victim of site.aim.victims) {
        assure()
        struck.push({ victim, hit: await end(site, victim, wish) })
      }
      return struck
    },
    shows: async ({ cluster, aim: { namespace } }, hit) => {
      const found = await Promise.all(hit.map(async ({ name, uid }) => ({ uid, pod: await cluster.get({ apiVersion: 'v1', kind: 'Pod', namespace, name }) })))
      return found.every(({ uid, pod }) => pod === undefined || pod.metadata.uid !== uid || !isReady(pod))
    },
  }),
  toolkit: { 'chaosk8s.pod.actions.terminate_pods': terminatePods, 'chaosk8s.pod.actions.delete_pods': terminatePods },
  toolkitUndo: [],
})

function graceText({ graceSeconds }: Settings): string {
  return graceSeconds === undefined ? 'with its own grace period' : `with ${graceSeconds} s of grace`
}

/** The uid keeps a second attempt from ending the pod that has taken the first one's place. */
async function end({ cluster, aim: { namespace } }: Site, { name, uid }: Victim, { by, graceSeconds }: Settings): Promise<boolean> {
  const options = { uid, ...(graceSeconds !== undefined && { gracePeriodSeconds: graceSeconds }) }
  if (by === 'deletion') {
    try {
      return await cluster.delete({ apiVersion: 'v1', kind: 'Pod', namespace, name }, options)
    } catch (error) {
      // Another pod of this name: the one that was meant is gone, and not by us.
      if (error instanceof ClusterError && error.kind === 'conflict') return false
      throw error
    }
  }
  const eviction = await cluster.evict(namespace, name, options)
  if (eviction.is === 'held') throw new ClusterError('too-many-requests', eviction.says, { code: 'FM-CHAOS-DISRUPTION-BUDGET', remedy: 'Wait until more pods are healthy, or give the budget room.' })
  return eviction.is === 'evicted'
}

async function heldByBudget({ cluster, aim: { namespace, victims } }: Site, { graceSeconds }: Settings): Promise<readonly Reason[]> {
  const asked = await Promise.all(victims.map(async ({ name, uid }) => ({ name, eviction: await cluster.evict(namespace, name, { uid, dryRun: true, ...(graceSeconds !== undefined && { gracePeriodSeconds: graceSeconds }) }) })))
  return asked.flatMap(({ name, eviction }) => (eviction.is === 'held' ? [because('FM-CHAOS-DISRUPTION-BUDGET', { says: `Pod ${name} may not be evicted: ${eviction.says}`, where: inCluster('Pod', namespace, name) })] : []))
}

/** What nobody would start again is not healed by waiting. */
function unmanaged({ aim: { namespace, victims, pods } }: Site): readonly Reason[] {
  const alone = (pod: KubeObject): boolean => !(pod.metadata.ownerReferences ?? []).some(({ controller }) => controller === true)
  return pods.filter((pod) => victims.some(({ uid }) => uid === pod.metadata.uid) && alone(pod)).map(({ metadata }) => because('FM-CHAOS-UNMANAGED', { says: `Pod ${metadata.name} belongs to no controller, so nobody would start it again.`, where: inCluster('Pod', namespace, metadata.name) }))
}

/** chaosk8s.pod.actions.terminate_pods: https://chaostoolkit.org/drivers/kubernetes/ */
function terminatePods(args: Arguments): ToolkitMeaning {
  const unknown = unknownArguments(args, ['label_selector', 'ns', 'qty', 'mode', 'all', 'rand', 'grace_period', 'order'])
  if (unknown !== undefined) return unknown
  const { qty, mode = 'fixed', all = false, grace_period: grace = -1 } = args
  if (typeof grace !== 'number' || !Number.isInteger(grace)) return { problem: 'its grace_period is no whole number' }
  const number = qty ?? 1
  if (typeof number !== 'number' || !(number > 0)) return { problem: 'its qty is no number above 0' }
  if (mode !== 'fixed' && mode !== 'percentage') return { problem: `its mode ${JSON.stringify(mode)} is neither fixed nor percentage` }
  const amount = all === true ? { share: 1 } : mode === 'percentage' ? { share: Math.min(1, number / 100) } : { count: Math.floor(number) }
  return aimedAt(args, grace < 0 ? {} : { grace: `${grace}s` }, amount)
}
