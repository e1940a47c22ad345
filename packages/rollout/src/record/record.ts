import type { ServiceId } from '@fermata/catalog'
import { type DeploymentPayload, deploymentPayload, type Instant, type ObjectName } from '@fermata/ports'
import { ConfigurationError, EnvironmentError, type Problem, type Reason } from '@fermata/verdict'
import { because } from '../codes.ts'
import type { DeployPorts } from '../deploy-ports.ts'
import { releaseTime } from '../release-id.ts'
import { leadsForward, type Told } from '../report/told.ts'
import type { DeployRequest } from '../request.ts'
import { standing, takenBack } from './standing.ts'

/** Modes that change what runs. */
const writing: readonly DeployRequest['mode'][] = ['apply', 'resume', 'rollback', 'abort']

/** @throws ConfigurationError when a record is wanted and cannot be kept. Asked before anything is done. */
export function refuseRecordless(request: DeployRequest): void {
  if (!request['record-deployment'] || !writing.includes(request.mode)) return
  const lacks = (input: string, remedy: string): Problem => ({ says: `The input record-deployment is true, and ${input} is missing.`, remedy })
  const problems = [
    ...(request.environment === undefined ? [lacks('environment', 'Name the environment of the Deployment, or leave record-deployment out.')] : []),
    ...(request['github-token'] === undefined ? [lacks('github-token', 'Give it `${{ github.token }}` of a job with `deployments: write`, or leave record-deployment out.')] : []),
  ]
  if (problems.length > 0) throw new ConfigurationError(problems)
}

/**
 * Keeps GitHub's Deployments of the environment true to what runs there, so that `since: last-deploy` can go by them:
 * after a release one Deployment names what stands; after a way back those that named what was undone name it no longer.
 * That GitHub cannot be told changes nothing in the cluster: it is a reason, and no error.
 */
export async function recordOutcome(told: Told): Promise<readonly Reason[]> {
  const { request, ports, ran, prepared, release, title } = told
  const { environment } = request
  if (!request['record-deployment'] || environment === undefined) return []
  if (leadsForward(told)) {
    const services = standing(ran.release, (id) => prepared?.desired.selection.roles.get(id) === 'release')
    if (services.length === 0) return []
    return orReason(ports.signal, () => deployed({ services, release }, environment, ports), (says) => because('FM-DEPLOY-UNRECORDED', { says: `That ${counted(services.length)} now run here is in no GitHub Deployment: ${says}` }))
  }
  if (release === undefined) return []
  return orReason(ports.signal, () => retract(release, takenBack(ran.release), environment, ports), (says) => because('FM-DEPLOY-RECORD-STALE', { says: `A GitHub Deployment may still name what the ${title} of ${release} has undone: ${says}` }))
}

/** A run that was asked to stop has no time for GitHub. */
async function orReason(signal: AbortSignal, act: () => Promise<void>, reason: (says: string) => Reason): Promise<readonly Reason[]> {
  try {
    signal.throwIfAborted()
    await act()
    return []
  } catch (error) {
    if (signal.aborted) return [reason('the run was asked to stop.')]
    if (error instanceof EnvironmentError) return [reason(error.reason.message)]
    throw error
  }
}

async function deployed(payload: DeploymentPayload, environment: string, ports: DeployPorts): Promise<void> {
  const commit = await ports.git.resolve('HEAD')
  if (commit === undefined) throw new EnvironmentError(because('FM-DEPLOY-UNRECORDED', { says: 'the working directory is in no git repository with a commit.' }))
  await create(commit.id, payload, environment, ports)
}

/** Named as deployed from the moment in which it is created and not before: a record that is only begun counts for nobody. */
async function create(ref: ObjectName, payload: DeploymentPayload, environment: string, { forge, log }: DeployPorts): Promise<void> {
  const id = await forge.createDeployment({ ref, environment, payload, description: payload.release === undefined ? 'Fermata: nothing had to be changed' : `Fermata release ${payload.release}` })
  await forge.setDeploymentState(id, 'success', `${counted(payload.services.length)} ready`)
  log.info(`GitHub Deployment ${id} to ${environment} names ${counted(payload.services.length)} at ${ref.slice(0, 12)}.`)
}

/** What is left of a record is written anew before the old one goes: in between both are there, and say the same. */
async function retract(release: string, gone: ReadonlySet<ServiceId>, environment: string, ports: DeployPorts): Promise<void> {
  const since = releaseTime(release) - clocksMayDiffer
  for await (const { id, sha, payload, createdAt } of ports.forge.successfulDeployments(environment)) {
    if (createdAt < since) return
    const recorded = deploymentPayload(payload)
    if (recorded?.release !== release || !recorded.services.some((service) => gone.has(service))) continue
    const rest = recorded.services.filter((service) => !gone.has(service))
    if (rest.length > 0) await create(sha, { services: rest, release }, environment, ports)
    await ports.forge.setDeploymentState(id, 'inactive', `${counted(recorded.services.length - rest.length)} undone`)
    ports.log.info(`GitHub Deployment ${id} to ${environment} is inactive: ${release} was undone.`)
  }
}

/** GitHub's clock made one of the two times, and ours the other. Milliseconds. */
const clocksMayDiffer: Instant = 10 * 60_000

function counted(services: number): string {
  return `${services} service${services === 1 ? '' : 's'}`
}
