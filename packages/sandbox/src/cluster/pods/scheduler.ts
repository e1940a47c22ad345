import { timestamp } from '../core.ts'
import type { Core } from '../core.ts'
import type { Controller } from '../controllers/controller.ts'
import { wantedNode } from '../controllers/daemon-set.ts'
import { objectsIn, tell, updateStatus } from '../controllers/actions.ts'
import { conditionOf, isActive } from '../controllers/pods.ts'
import type { Pod } from '../objects/types.ts'
import { isArray, isObject } from '../schema/lookup.ts'
import { keyOf } from '../store/store.ts'
import type { Story } from './story.ts'

/** Gives every new pod the node with the fewest pods, unless its story says that no node takes it. */
export function schedulerController(core: Core, story: Story): Controller {
  return {
    name: 'default-scheduler',
    keys(change) {
      if (change.collection === 'pods') return change.type === 'DELETED' ? [] : [keyOf(change.object)]
      return change.collection === 'nodes' ? objectsIn<Pod>(core, 'pods', undefined).filter(waits).map(keyOf) : []
    },
    sync(key) {
      const pod = core.store.get('pods', key) as Pod | undefined
      if (pod === undefined || !waits(pod)) return undefined
      if (gatesOf(pod).length > 0) hold(core, pod)
      else schedule(core, story, pod)
      return undefined
    },
  }
}

const schedulerHost = 'default-scheduler-control-plane'

const waits = (pod: Pod): boolean => (pod.spec.nodeName ?? '') === '' && isActive(pod)
const gatesOf = (pod: Pod): readonly unknown[] => (isArray(pod.spec['schedulingGates']) ? pod.spec['schedulingGates'] : [])

function schedule(core: Core, story: Story, pod: Pod): void {
  const refusal = pod.spec.containers.map((container) => story.behaviourOf(container.image ?? '')).find((behaviour) => behaviour.does === 'unschedulable')
  const nodes = core.store.list('nodes').filter((node) => !isObject(node['spec']) || node['spec']['unschedulable'] !== true || wantedNode(pod) !== undefined)
  const load = Map.groupBy(objectsIn<Pod>(core, 'pods', undefined).filter(isActive), (other) => other.spec.nodeName ?? '')
  const only = wantedNode(pod)
  const [node] = nodes.filter((candidate) => only === undefined || candidate.metadata.name === only).sort((a, b) => (load.get(a.metadata.name)?.length ?? 0) - (load.get(b.metadata.name)?.length ?? 0))
  if (refusal?.does === 'unschedulable' || node === undefined) { refuse(core, pod, refusal?.does === 'unschedulable' ? refusal.message : undefined, only !== undefined); return }
  const bound = core.store.put('pods', keyOf(pod), { ...pod, spec: { ...pod.spec, nodeName: node.metadata.name }, status: { ...pod.status, conditions: [scheduled(core, pod, 'True')] } })
  tell(core, bound, { type: 'Normal', reason: 'Scheduled', message: `Successfully assigned ${keyOf(pod)} to ${node.metadata.name}`, component: 'default-scheduler', host: schedulerHost, action: 'Binding' })
}

function scheduled(core: Core, pod: Pod, status: 'True' | 'False', because: { readonly reason?: string; readonly message?: string } = {}): object {
  const known = conditionOf(pod.status.conditions, 'PodScheduled')
  return { type: 'PodScheduled', status, lastTransitionTime: known?.status === status ? known.lastTransitionTime : timestamp(core.clock.now()), observedGeneration: pod.metadata.generation ?? 1, ...because }
}

/** A pod with gates is not looked at before somebody has taken the last one away. */
function hold(core: Core, pod: Pod): void {
  if (conditionOf(pod.status.conditions, 'PodScheduled')?.reason === 'SchedulingGated') return
  updateStatus(core, pod, { ...pod.status, conditions: [scheduled(core, pod, 'False', { reason: 'SchedulingGated', message: 'Scheduling is blocked due to non-empty scheduling gates' })] })
}

function refuse(core: Core, pod: Pod, because: string | undefined, bound: boolean): void {
  const count = core.store.list('nodes').length
  const message = because ?? (count === 0 ? 'no nodes available to schedule pods' : `0/${count} nodes are available: ${count} ${bound ? "node(s) didn't match Pod's node affinity/selector" : 'Insufficient cpu'}. no new claims to deallocate, preemption: 0/${count} nodes are available: ${count} ${bound ? 'Preemption is not helpful for scheduling' : 'No preemption victims found for incoming pod'}.`)
  const known = conditionOf(pod.status.conditions, 'PodScheduled')
  if (known?.reason === 'Unschedulable' && known.message === message) return
  updateStatus(core, pod, { ...pod.status, conditions: [scheduled(core, pod, 'False', { reason: 'Unschedulable', message })] })
  tell(core, pod, { type: 'Warning', reason: 'FailedScheduling', message, component: 'default-scheduler', host: schedulerHost, action: 'Scheduling' })
}
