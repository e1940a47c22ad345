import type { Core } from '../core.ts'
import { asQuantity, usedIn } from '../objects/quota.ts'
import { isObject } from '../schema/lookup.ts'
import { keyOf } from '../store/store.ts'
import { objectsIn, updateStatus } from './actions.ts'
import type { Controller } from './controller.ts'

/** Tells in every ResourceQuota how much of it is used. */
export function quotaController(core: Core): Controller {
  return {
    name: 'resourcequota-controller',
    keys: (change) => (change.collection === 'resourcequotas' ? [keyOf(change.object)] : change.type === 'MODIFIED' && change.collection !== 'pods' ? [] : objectsIn(core, 'resourcequotas', change.object.metadata.namespace ?? '').map(keyOf)),
    sync(key) {
      const quota = core.store.get('resourcequotas', key)
      if (quota === undefined) return undefined
      const hard = isObject(quota['spec']) && isObject(quota['spec']['hard']) ? quota['spec']['hard'] : {}
      const used = Object.fromEntries(Object.entries(hard).map(([resource, limit]) => [resource, asQuantity(usedIn(core, quota.metadata.namespace ?? '', resource), String(limit))]))
      updateStatus(core, quota, { hard, used })
      return undefined
    },
  }
}
