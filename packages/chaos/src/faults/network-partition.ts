/**
 * Cuts pods off by a NetworkPolicy without rules: https://kubernetes.io/docs/concepts/services-networking/network-policies/
 * It needs a network plugin that enforces policies, and another policy that allows traffic goes on allowing it; so its effect is
 * proven by questions that fail, never by the object being there. Connections that are open may survive it: the standard leaves that to the plugin.
 */
import { type KubeObject, listAt, mapAt } from '@fermata/ports'
import { inCluster, type Reason } from '@fermata/verdict'
import * as z from 'zod/mini'
import { because } from '../codes.ts'
import { selects } from '../target/selector.ts'
import { type Aim, faultKind, type Siege, type Site, type ToolkitMeaning } from './fault.ts'
import { siegeByObject, temporaryObject } from './siege-by-object.ts'
import { aimedAt, type Arguments, unknownArguments } from './toolkit-arguments.ts'

type Direction = 'both' | 'ingress' | 'egress'

const settings = z.strictObject({ direction: z.optional(z.enum(['both', 'ingress', 'egress'])) })

export const networkPartition = faultKind({
  kind: 'network-partition',
  about: 'Cuts pods off from the network by a NetworkPolicy that lets nothing through.',
  usually: { share: 1 },
  lasts: 'until lifted',
  settings,
  make: ({ direction = 'both' }, durationMs): Siege =>
    siegeByObject({
      kind: 'network-partition',
      says: `Lets no new connection ${{ both: 'to or from', ingress: 'to', egress: 'from' }[direction]} the pods. Connections that are open may survive, as the network plugin decides.`,
      durationMs,
      resource: { group: 'networking.k8s.io', resource: 'networkpolicies' },
      objectOf: (aim) => policyOf(aim, direction),
      // Policies of others are looked at too.
      needs: [{ verb: 'list', group: 'networking.k8s.io', resource: 'networkpolicies' }],
      rehearse: async (site) => [...unselectable(site.aim), ...(await letThrough(site, direction))],
    }),
  toolkit: {
    'chaosk8s.networking.actions.deny_all_ingress': (args) => denyAll(args, 'ingress'),
    'chaosk8s.networking.actions.deny_all_egress': (args) => denyAll(args, 'egress'),
  },
  toolkitUndo: ['chaosk8s.networking.actions.remove_deny_all_ingress', 'chaosk8s.networking.actions.remove_deny_all_egress'],
})

const policyKind = { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy' } as const

function policyOf(aim: Aim, direction: Direction): KubeObject {
  const policyTypes = { both: ['Ingress', 'Egress'], ingress: ['Ingress'], egress: ['Egress'] }[direction]
  return temporaryObject(policyKind, aim, { spec: { podSelector: podSelector(aim), policyTypes } })
}

/** Labels by which the controllers of StatefulSets and indexed Jobs tell their pods apart. */
const ownLabels = ['statefulset.kubernetes.io/pod-name', 'batch.kubernetes.io/job-completion-index'] as const

/** All pods of the target, or those that have labels of their own. */
function podSelector(aim: Aim): Readonly<Record<string, unknown>> {
  if (aim.victims.length === aim.pods.length) return aim.selector
  const key = ownLabel(aim)
  return { ...aim.selector, matchExpressions: [...listAt(aim.selector, 'matchExpressions'), ...(key === undefined ? [] : [{ key, operator: 'In', values: victimPods(aim).map(({ metadata }) => metadata.labels?.[key]) }])] }
}

function victimPods({ pods, victims }: Aim): readonly KubeObject[] {
  return pods.filter(({ metadata }) => victims.some(({ uid }) => uid === metadata.uid))
}

function ownLabel(aim: Aim): string | undefined {
  return ownLabels.find((key) => victimPods(aim).every(({ metadata }) => metadata.labels?.[key] !== undefined))
}

/** A policy selects by labels. Pods of a Deployment have none that the others have not. */
function unselectable(aim: Aim): readonly Reason[] {
  if (aim.victims.length === aim.pods.length || ownLabel(aim) !== undefined) return []
  return [because('FM-CHAOS-NOT-SELECTABLE', { says: `A NetworkPolicy cannot select ${aim.victims.length} of ${aim.pods.length} pods: they have the same labels.`, where: inCluster('Pod', aim.namespace, aim.victims[0]?.name ?? '') })]
}

/** Policies add up: one that lets something through to the same pods is not overruled by one that lets nothing through. */
async function letThrough({ cluster, aim }: Site, direction: Direction): Promise<readonly Reason[]> {
  const { items } = await cluster.list(policyKind, { namespace: aim.namespace })
  const sides = { both: ['ingress', 'egress'], ingress: ['ingress'], egress: ['egress'] }[direction]
  const opening = items.filter((policy) => {
    const spec = mapAt(policy, 'spec')
    const opens = sides.some((side) => listAt(spec, side).length > 0)
    return opens && victimPods(aim).some((pod) => selects(mapAt(spec, 'podSelector'), pod.metadata.labels ?? {}))
  })
  return opening.map(({ metadata }) => because('FM-CHAOS-LET-THROUGH', { says: `NetworkPolicy ${metadata.name} selects the same pods and lets traffic through, also during the partition.`, where: inCluster('NetworkPolicy', aim.namespace, metadata.name) }))
}

/** chaosk8s.networking.actions.deny_all_ingress and deny_all_egress: https://chaostoolkit.org/drivers/kubernetes/ */
function denyAll(args: Arguments, direction: Direction): ToolkitMeaning {
  const unknown = unknownArguments(args, ['label_selectors', 'label_selector', 'ns'])
  if (unknown !== undefined) return unknown
  const { label_selectors: labels } = args
  const written = typeof labels === 'object' && labels !== null ? Object.entries(labels).map(([key, value]) => `${key}=${String(value)}`).join(',') : args['label_selector']
  return aimedAt({ label_selector: written, ns: args['ns'] }, { direction }, { share: 1 })
}
