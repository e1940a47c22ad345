import { skew, type Warrant } from '@fermata/custody'
import type { Reason } from '@fermata/verdict'
import { because } from './codes.ts'
import type { DeployPorts } from './deploy-ports.ts'
import { holdServices } from './hold.ts'
import type { JournalEntry } from './journal/entry.ts'
import { journalsIn } from './journal/store.ts'
import { changedIn, intentOfPrepared, makePlan, type Prepared } from './make-plan.ts'
import { planDifferences } from './plan/differences.ts'
import { keepPlan } from './plan/keep-plan.ts'
import type { Plan } from './plan/plan.ts'
import type { Target } from './prepare.ts'
import type { DeployRequest } from './request.ts'

/** Whether a release may begin to write. */
export type Ready =
  | { readonly is: 'ready'; readonly prepared: Prepared; readonly file: string; readonly warrant: Warrant }
  /** The reasons of what is prepared say why. */
  | { readonly is: 'refused'; readonly prepared: Prepared; readonly file: string }
  /** Another release of some of the services has not ended. Whether its run lives, its leases tell. */
  | { readonly is: 'left-behind'; readonly prepared: Prepared; readonly file: string; readonly entry: JournalEntry; readonly sameIntent: boolean }

/**
 * Makes the plan, refuses what was not approved, and takes the leases of the services that change.
 * A plan that was made while somebody else wrote is made again under the leases.
 */
export async function getReady(request: DeployRequest, ports: DeployPorts, target: Target, approved: Plan | undefined): Promise<Ready> {
  for (;;) {
    const plannedAt = ports.clock.now()
    const looked = await look(request, ports, target, approved)
    if (looked.is !== 'open') return looked
    const held = await holdServices(target, ports, changedIn(looked.prepared.plan))
    if (held.is === 'refused') return refuse(looked, held.reason)
    const { warrant } = held
    try {
      if (warrant.usedBefore + skew < plannedAt) return { ...looked, is: 'ready', warrant }
      const again = await look(request, ports, target, approved)
      if (again.is === 'open' && changedIn(again.prepared.plan).every((id) => warrant.covers(id))) return { ...again, is: 'ready', warrant }
      await warrant.release()
      if (again.is !== 'open') return again
    } catch (error) {
      await warrant.release()
      throw error
    }
  }
}

type Looked = Exclude<Ready, { readonly is: 'ready' }> | { readonly is: 'open'; readonly prepared: Prepared; readonly file: string }

/** Everything that can be known without a lease. */
async function look(request: DeployRequest, ports: DeployPorts, target: Target, approved: Plan | undefined): Promise<Looked> {
  const prepared = await makePlan(request, ports, target)
  const file = await keepPlan(request, ports.files, prepared.plan)
  const open = { is: 'open', prepared, file } as const
  if (prepared.plan.services.length === 0 || prepared.reasons.some(blocks)) return refuse(open)
  const entry = await leftBehind(prepared)
  if (entry !== undefined && entry.intent === intentOfPrepared(prepared)) return { ...open, is: 'left-behind', entry, sameIntent: true }
  if (entry !== undefined && approved !== undefined) return refuse(open, because('FM-DEPLOY-UNFINISHED', { says: `Release ${entry.release} has not ended, and means something else than the approved plan, which was made on top of it.`, remedy: `Undo it with \`fermata abort --release ${entry.release}\`, then make and approve a new plan.`, severity: 'error' }))
  if (entry !== undefined) return { ...open, is: 'left-behind', entry, sameIntent: false }
  const refusals = notApproved(prepared, approved)
  return refusals.length > 0 ? refuse(open, ...refusals) : open
}

function blocks({ severity }: Reason): boolean {
  return severity === 'error' || severity === 'inconclusive'
}

function refuse({ prepared, file }: { readonly prepared: Prepared; readonly file: string }, ...reasons: readonly Reason[]): Extract<Ready, { readonly is: 'refused' }> {
  return { is: 'refused', prepared: { ...prepared, reasons: [...prepared.reasons, ...reasons] }, file }
}

function notApproved({ plan, target }: Prepared, approved: Plan | undefined): readonly Reason[] {
  if (approved === undefined) return target.environment?.approval === 'required' ? [because('FM-DEPLOY-APPROVAL-REQUIRED', { says: `Environment ${target.environment.name} wants an approved plan, and the input plan is empty.` })] : []
  if (approved.hash === plan.hash) return []
  return [because('FM-DEPLOY-PLAN-DIFFERS', { says: `The approved plan is ${approved.hash.slice(0, 12)}, and what would be done now is ${plan.hash.slice(0, 12)}: ${planDifferences(approved, plan).join('; ')}.` })]
}

/** The newest release that has not ended and changes one of the services that are to be released. */
async function leftBehind({ target, desired }: Prepared): Promise<JournalEntry | undefined> {
  const entries = await journalsIn(target.cluster, target.namespace).list()
  return entries.find(({ ended, services }) => !ended && services.some(({ id, changes }) => changes && desired.selection.roles.get(id) === 'release'))
}
