import type { ServiceId } from '@fermata/catalog'
import type { Instant } from '@fermata/ports'
import type { Reason } from '@fermata/verdict'
import { because } from '../codes.ts'
import { patienceOf } from '../defaults.ts'
import { type Member, type Order, stagesOf } from './order.ts'
import type { Command, ServiceState } from './state.ts'

type Holding = Extract<ServiceState, { readonly at: 'holding' }>

/** What becomes of a stage that is held. */
export type Moved =
  | { readonly is: 'held' | 'on'; readonly state: ServiceState; readonly commands: readonly Command[]; readonly unjudged?: Reason }
  | { readonly is: 'failed'; readonly because: Reason }

/**
 * Whether a stage that is ready goes on: after its time, and where it is judged, when it was found no worse.
 * A judgement that stays without an answer gets as much time again; then the policy decides. No data is never a pass by itself.
 */
export function judge(id: ServiceId, state: Holding, member: Member, order: Order, now: Instant): Moved {
  const { hold, analyse, name } = stagesOf(member)[state.stage] ?? { hold: 0, analyse: false, name: '' }
  const heldFor = now - state.readySince
  if (!analyse) return heldFor >= hold ? onward(id, state, now) : { is: 'held', state, commands: [] }
  if (heldFor >= hold && state.judged.is === 'no-worse') return onward(id, state, now)
  if (heldFor >= hold + patienceOf(hold)) {
    const why = state.judged.is === 'unknown' ? state.judged.because.message : 'No look at its metrics has come to an answer.'
    const text = { says: `${id} was not judged in ${heldFor / 1000} s at ${name}: ${why}`, service: id, ...(state.judged.is === 'unknown' && state.judged.because.evidence !== undefined && { evidence: state.judged.because.evidence }) }
    if (order.onInconclusive === 'go-on') return { ...onward(id, state, now), unjudged: because('FM-DEPLOY-CANARY-UNKNOWN', { ...text, severity: 'inconclusive' }) }
    return { is: 'failed', because: because('FM-DEPLOY-CANARY-UNKNOWN', text) }
  }
  // One look is under way at a time.
  return { is: 'held', state: { ...state, looking: true }, commands: state.looking ? [] : [{ do: 'look', service: id, stage: state.stage }] }
}

function onward(service: ServiceId, { stage }: Holding, now: Instant): Exclude<Moved, { readonly is: 'failed' }> {
  return { is: 'on', state: { at: 'applying', since: now, stage: stage + 1 }, commands: [{ do: 'apply', service, stage: stage + 1 }] }
}
