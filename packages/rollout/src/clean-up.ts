import type { Reason, Report } from '@fermata/verdict'
import { because } from './codes.ts'
import type { DeployPorts } from './deploy-ports.ts'
import { holderKept, releaseKept } from './hold.ts'
import { type JournalEntry, type JournalService, orderOfEntry } from './journal/entry.ts'
import { journalsIn } from './journal/store.ts'
import type { ReleaseState, ServiceState } from './machine/state.ts'
import { findTarget } from './prepare.ts'
import type { DeployRequest } from './request.ts'
import { runBack, type WayBack } from './run-back.ts'
import { nothingDone, takeUp } from './take-up.ts'

/**
 * The post step after a run that was killed or had no more time: what the journal shows on its way is written back,
 * as after a request to stop. What was promoted is ready and stays; what was not begun is not begun.
 * @throws ConfigurationError, EnvironmentError; what is left then stands in the journal
 */
export async function cleanUp(request: DeployRequest, ports: DeployPorts, kept: (name: string) => string | undefined): Promise<Report> {
  const startedAt = ports.clock.now()
  const release = kept(releaseKept)
  if (release === undefined) return nothingDone(request, ports, startedAt, 'The run had not begun to write anything. Nothing was left behind.')
  const target = await findTarget(request, ports)
  const found = (await journalsIn(target.cluster, target.namespace).list()).find((entry) => entry.release === release)
  if (found === undefined) return nothingDone(request, ports, startedAt, `Release ${release} had not begun to write anything. Nothing was left behind.`)
  if (found.ended) return nothingDone(request, ports, startedAt, `Release ${release} has come to its end. Nothing was left behind.`)
  const taken = await takeUp(target, ports, found, kept(holderKept))
  if (taken.is === 'refused') return nothingDone(request, ports, startedAt, `Release ${release} is in the hands of another run.`, [{ ...taken.reason, severity: 'note' }], found)
  const { opened, warrant } = taken
  try {
    return await settleBack({ request, ports, target, warrant, opened, title: 'clean-up', startedAt, reasons: [] })
  } finally {
    await warrant.release()
  }
}

/** Writes back what was on its way, keeps what was promoted, begins nothing. */
export async function settleBack(back: WayBack): Promise<Report> {
  const { entry } = back.opened.journal
  const begun = stoppedState(entry)
  const ids = (...states: readonly ServiceState['at'][]): string => entry.services.filter(({ id }) => states.includes(begun.services.get(id)?.at ?? 'held')).map(({ id }) => id).join(', ') || 'none'
  const says = `Release ${entry.release} was left before it ended. To be written back: ${ids('recalled')}. Released already, and kept: ${ids('promoted')}.`
  const left = because('FM-DEPLOY-UNFINISHED', { says, remedy: `Release again, or undo what is kept with \`fermata rollback --release ${entry.release}\`.` })
  return runBack(begun, { ...back, reasons: [...back.reasons, left] })
}

function stoppedState(entry: JournalEntry): ReleaseState {
  return { order: orderOfEntry(entry), course: { is: 'forward' }, services: new Map(entry.services.map((service) => [service.id, backFrom(service)])) }
}

/** Where a service stands for the way back, by what the journal last said of it. What was on its way may have been written, wholly or in part. */
export function backFrom({ id, changes, state, because: why }: JournalService): ServiceState {
  const cause: Reason = why === undefined ? because('FM-DEPLOY-CANCELLED', { says: `The run was killed before ${id} was released.`, service: id, severity: 'note' }) : { code: why.code, severity: 'note', message: why.message, service: id }
  switch (state) {
    case 'promoted':
    case 'healthy':
      return { at: state, wavered: undefined }
    case 'failed':
    case 'undone':
    case 'left':
    case 'held':
      return { at: state, because: cause }
    case 'stuck':
      return { at: 'stuck', because: { ...cause, severity: 'error' }, undoing: cause }
    case 'waiting':
      return { at: 'held', because: cause }
    case 'applying':
    case 'settling':
    case 'holding':
    case 'soaking':
    case 'stopping':
    case 'recalled':
    case 'restoring':
    case 'recovering':
    case 'recovered':
    case 'removing':
      return { at: changes ? 'recalled' : 'held', because: cause }
  }
}
