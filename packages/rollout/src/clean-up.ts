import { buildReport, type Reason, type Report } from '@fermata/verdict'
import { because } from './codes.ts'
import type { DeployPorts } from './deploy.ts'
import { type JournalService, orderOfEntry } from './journal/entry.ts'
import { journalsIn } from './journal/store.ts'
import { type ReleaseState, type ServiceState } from './machine/state.ts'
import { findTarget } from './prepare.ts'
import { subjectOf } from './report/subject.ts'
import type { DeployRequest } from './request.ts'
import { runBack } from './run-back.ts'

/** Under this name a run keeps the id of its release for the post step, before it writes anything. */
export const releaseKept = 'release'

/**
 * The post step after a run that was killed or had no more time: what the journal shows on its way is written back,
 * as after a request to stop. What was promoted is ready and stays; what was not begun is not begun.
 * @throws ConfigurationError, EnvironmentError; what is left then stands in the journal
 */
export async function cleanUp(request: DeployRequest, ports: DeployPorts, kept: (name: string) => string | undefined): Promise<Report> {
  const startedAt = ports.clock.now()
  const release = kept(releaseKept)
  if (release === undefined) return nothingLeft('The run had not begun to write anything.', request, ports, startedAt)
  const target = await findTarget(request, ports)
  const opened = await journalsIn(target.cluster, target.namespace).open(release)
  if (opened === undefined) return nothingLeft(`Release ${release} had not begun to write anything.`, request, ports, startedAt)
  const { entry } = opened.journal
  if (entry.ended) return nothingLeft(`Release ${release} has come to its end.`, request, ports, startedAt)
  const begun: ReleaseState = { order: orderOfEntry(entry), course: { is: 'forward' }, services: new Map(entry.services.map((service) => [service.id, backFrom(service)])) }
  const ids = (...states: readonly ServiceState['at'][]): string => entry.services.filter(({ id }) => states.includes(begun.services.get(id)?.at ?? 'held')).map(({ id }) => id).join(', ') || 'none'
  const says = `Release ${release} was left before it ended. To be written back: ${ids('recalled')}. Released already, and kept: ${ids('promoted')}.`
  const left = because('FM-DEPLOY-UNFINISHED', { says, remedy: `Release again, or undo what is kept with \`fermata rollback --release ${release}\`.` })
  return runBack(begun, { request, ports, target, opened, title: 'clean-up', startedAt, reasons: [left] })
}

/** Where a service stands for the way back, by what the journal last said of it. What was on its way may have been written, wholly or in part. */
function backFrom({ id, changes, state, because: why }: JournalService): ServiceState {
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

function nothingLeft(summary: string, request: DeployRequest, ports: DeployPorts, startedAt: number): Report {
  return buildReport({ capability: 'orchestrated-deploy', summary: `${summary} Nothing was left behind.`, startedAt, endedAt: ports.clock.now(), subject: subjectOf(request, ports.invocation, []), reasons: [], onInconclusive: request['on-inconclusive'] })
}
