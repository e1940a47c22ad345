import type { Clock, Deployment } from '@fermata/ports'
import { EnvironmentError } from '@fermata/verdict'
import type { DeployPorts } from '../deploy-ports.ts'

/** GitHub's Deployments of one repository, as far as a release keeps them. */
export interface Records {
  readonly ports: Pick<DeployPorts, 'forge' | 'git'>
  /** Newest first, each with its newest state. */
  readonly all: () => readonly Deployment[]
  /** From now on every question is refused with this message. */
  refuse(message: string | undefined): void
}

/** What HEAD is. */
export const commit = 'b'.repeat(40)

export function deploymentRecords(clock: Pick<Clock, 'now'>): Records {
  const deployments: Deployment[] = []
  let refusal: string | undefined
  const asked = () => {
    if (refusal !== undefined) throw new EnvironmentError({ code: 'FM-FORGE-FORBIDDEN', severity: 'inconclusive', message: refusal })
  }
  const forge: DeployPorts['forge'] = {
    createDeployment: async ({ ref, environment, payload }) => {
      asked()
      const id = deployments.length + 1
      deployments.unshift({ id, sha: ref, environment, payload: JSON.parse(JSON.stringify(payload)) as unknown, createdAt: clock.now(), state: undefined })
      return id
    },
    setDeploymentState: async (id, state) => {
      asked()
      const index = deployments.findIndex((deployment) => deployment.id === id)
      deployments[index] = { ...(deployments[index] as Deployment), state }
    },
    async *successfulDeployments(environment) {
      asked()
      yield* deployments.filter((deployment) => deployment.environment === environment && deployment.state === 'success')
    },
  }
  return {
    all: () => deployments,
    refuse: (message) => void (refusal = message),
    ports: { forge, git: { resolve: async () => ({ id: commit, parents: [] }) } },
  }
}
