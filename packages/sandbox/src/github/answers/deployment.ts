import { type GitHubShapes, type Site, nodeId, stamp } from './shape.ts'
import { bot, user } from './user.ts'

export interface DeploymentFacts {
  readonly id: number
  readonly sha: string
  readonly ref: string
  readonly task: string
  readonly environment: string
  readonly payload: Readonly<Record<string, unknown>> | string
  readonly description: string | null
  readonly transient: boolean
  readonly production: boolean
  readonly createdAt: number
  /** Newest first. */
  readonly statuses: readonly DeploymentStatusFacts[]
}
export interface DeploymentStatusFacts {
  readonly id: number
  readonly state: GitHubShapes['deployment-status']['state']
  readonly description: string
  readonly environment: string
  readonly logUrl: string
  readonly environmentUrl: string
  readonly createdAt: number
}

export function deployment(site: Site, repository: string, facts: DeploymentFacts): GitHubShapes['deployment'] {
  const repositoryUrl = `${site.api}/repos/${repository}`
  const url = `${repositoryUrl}/deployments/${facts.id}`
  return {
    url,
    id: facts.id,
    node_id: nodeId('Deployment', facts.id),
    sha: facts.sha,
    ref: facts.ref,
    task: facts.task,
    payload: facts.payload,
    original_environment: facts.environment,
    environment: facts.environment,
    description: facts.description,
    creator: user(site, bot, 'Bot'),
    created_at: stamp(facts.createdAt),
    updated_at: stamp(facts.statuses[0]?.createdAt ?? facts.createdAt),
    statuses_url: `${url}/statuses`,
    repository_url: repositoryUrl,
    transient_environment: facts.transient,
    production_environment: facts.production,
  }
}

export function deploymentStatus(site: Site, repository: string, deploymentId: number, facts: DeploymentStatusFacts): GitHubShapes['deployment-status'] {
  const repositoryUrl = `${site.api}/repos/${repository}`
  const deploymentUrl = `${repositoryUrl}/deployments/${deploymentId}`
  return {
    url: `${deploymentUrl}/statuses/${facts.id}`,
    id: facts.id,
    node_id: nodeId('DeploymentStatus', facts.id),
    state: facts.state,
    creator: user(site, bot, 'Bot'),
    description: facts.description,
    environment: facts.environment,
    target_url: facts.logUrl,
    log_url: facts.logUrl,
    environment_url: facts.environmentUrl,
    created_at: stamp(facts.createdAt),
    updated_at: stamp(facts.createdAt),
    deployment_url: deploymentUrl,
    repository_url: repositoryUrl,
  }
}
