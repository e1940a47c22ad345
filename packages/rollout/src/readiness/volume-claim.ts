import { textAt } from '@fermata/ports'
import { placeOf, refOf } from '../plan/objects.ts'
import { type Assess, failed, progressing, ready } from './assessment.ts'

/** A PersistentVolumeClaim is ready when it is bound, or when its class binds it only once a pod uses it: then the pod says what is missing. */
export const assessVolumeClaim: Assess = (claim, scene) => {
  const where = placeOf(refOf(claim))
  const phase = textAt(claim, 'status', 'phase')
  if (phase === 'Bound') return ready
  if (phase === 'Lost') return failed({ code: 'FM-DEPLOY-VOLUME', says: `PersistentVolumeClaim ${claim.metadata.name} has lost its volume`, where })
  const events = scene.eventsOf(claim.metadata.uid ?? '')
  if (events.some((event) => textAt(event, 'reason') === 'WaitForFirstConsumer')) return ready
  const refusal = events.find((event) => textAt(event, 'reason') === 'ProvisioningFailed')
  if (refusal !== undefined) return failed({ code: 'FM-DEPLOY-VOLUME', says: `PersistentVolumeClaim ${claim.metadata.name} cannot be provided: ${(textAt(refusal, 'message') ?? textAt(refusal, 'note') ?? 'no reason given').replace(/\.$/, '')}`, where })
  return progressing(`PersistentVolumeClaim ${claim.metadata.name} is not bound`, where)
}
