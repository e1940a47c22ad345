import type { KubeObject } from '@fermata/ports'
import type { Core } from '../core.ts'
import { uidOf } from '../core.ts'
import { isArray, isObject } from '../schema/lookup.ts'
import { keyOf } from '../store/store.ts'
import { objectsIn, update, updateStatus } from './actions.ts'
import type { Pod } from '../objects/types.ts'
import type { Controller } from './controller.ts'
import { isActive } from './pods.ts'

/** How long a volume takes to be made. Milliseconds. */
const provisioning = 1000

/** Stands in for a storage provisioner: every claim is bound a second after it was made. There are no PersistentVolumes behind it. */
export function volumeController(core: Core): Controller {
  const seen = new Map<string, number>()
  return {
    name: 'persistentvolume-controller',
    keys(change) {
      if (change.collection === 'pods' && change.type === 'DELETED') return objectsIn(core, 'persistentvolumeclaims', change.object.metadata.namespace).map(keyOf)
      return change.collection === 'persistentvolumeclaims' && change.type !== 'DELETED' ? [keyOf(change.object)] : []
    },
    sync(key) {
      const claim = core.store.get('persistentvolumeclaims', key)
      if (claim === undefined) return undefined
      if (claim.metadata.deletionTimestamp !== undefined) { release(core, claim); return undefined }
      const since = seen.get(uidOf(claim)) ?? core.clock.now()
      seen.set(uidOf(claim), since)
      const status = isObject(claim['status']) ? claim['status'] : {}
      const left = since + provisioning - core.clock.now()
      if (status['phase'] === 'Bound' || left > 0) return status['phase'] === 'Bound' ? undefined : left
      const spec = isObject(claim['spec']) ? claim['spec'] : {}
      const bound = core.store.put('persistentvolumeclaims', key, { ...claim, spec: { ...spec, volumeName: `pvc-${uidOf(claim)}` } })
      updateStatus(core, bound, { phase: 'Bound', accessModes: spec['accessModes'], capacity: isObject(spec['resources']) ? spec['resources']['requests'] : {} })
      return undefined
    },
  }
}

/** A claim that is deleted waits for the pods that use it. */
function release(core: Core, claim: KubeObject): void {
  const uses = (pod: Pod): boolean => (isArray(pod.spec['volumes']) ? pod.spec['volumes'].filter(isObject) : []).some((volume) => isObject(volume['persistentVolumeClaim']) && volume['persistentVolumeClaim']['claimName'] === claim.metadata.name)
  if (objectsIn<Pod>(core, 'pods', claim.metadata.namespace).some((pod) => uses(pod) && isActive(pod))) return
  const finalizers = isArray(claim.metadata['finalizers']) ? claim.metadata['finalizers'].filter((finalizer) => finalizer !== 'kubernetes.io/pvc-protection') : []
  update(core, claim, { ...claim, metadata: { ...claim.metadata, finalizers } })
}
