import { listAt, numberAt } from '@fermata/ports'
import { conditionsPatience } from '../defaults.ts'
import { nameOf, placeOf, refOf } from '../plan/objects.ts'
import { type Assess, condition, failed, isStale, progressing, ready } from './assessment.ts'

/** Conditions by which a controller says that all is well; the first that is present counts. */
const goodSigns = ['Ready', 'Healthy', 'Available', 'Established', 'Succeeded'] as const

/**
 * A kind that is not known: by its conditions, as kstatus reads them (sigs.k8s.io/cli-utils/pkg/kstatus),
 * but silence counts as ready only after a while, since a controller that has not begun looks like one that has nothing to say.
 */
export const assessByConditions: Assess = (object, scene) => {
  const where = placeOf(refOf(object))
  const name = nameOf(refOf(object))
  const observed = numberAt(object, 'status', 'observedGeneration')
  if (observed !== undefined && isStale(object, observed)) return progressing(`${name}: its controller has not seen the change yet`, where)
  for (const type of ['Stalled', 'Failed']) {
    const found = condition(object, type)
    if (found?.status === 'True') return failed({ code: 'FM-DEPLOY-CONDITION-FAILED', says: `${name} has the condition ${type}: ${(found.message === '' ? found.reason : found.message).replace(/\.$/, '')}`, where })
  }
  if (condition(object, 'Reconciling')?.status === 'True') return progressing(`${name} is being reconciled`, where)
  for (const type of goodSigns) {
    const found = condition(object, type)
    if (found !== undefined) return found.status === 'True' ? ready : progressing(`${name} is not ${type}${found.message === '' ? '' : `: ${found.message}`}`, where)
  }
  const silent = observed === undefined && listAt(object, 'status', 'conditions').length === 0
  return silent && scene.now - scene.since < conditionsPatience ? progressing(`${name} has no status yet`, where) : ready
}
