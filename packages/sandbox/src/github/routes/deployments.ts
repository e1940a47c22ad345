import * as z from 'zod/mini'
import { type DeploymentFacts, type DeploymentStatusFacts, deployment, deploymentStatus } from '../answers/deployment.ts'
import type { BodyOf } from '../answers/shape.ts'
import { created, invalid, notFound, notHere, ok } from '../reply.ts'
import { type Call, type Route, listed, paged, route } from '../route.ts'

const newDeployment = z.strictObject({
  ref: z.string().check(z.minLength(1)),
  task: z.exactOptional(z.string()),
  auto_merge: z.exactOptional(z.boolean()),
  required_contexts: z.exactOptional(z.array(z.string())),
  payload: z.exactOptional(z.union([z.record(z.string(), z.unknown()), z.string()])),
  environment: z.exactOptional(z.string()),
  description: z.exactOptional(z.nullable(z.string())),
  transient_environment: z.exactOptional(z.boolean()),
  production_environment: z.exactOptional(z.boolean()),
})
type NewDeployment = z.infer<typeof newDeployment>
/** Compiles only while GitHub accepts what we accept. */
type Accepted = NewDeployment extends Omit<BodyOf<'repos/create-deployment'>, 'payload'> ? NewDeployment : never

const newStatus = z.strictObject({
  state: z.enum(['error', 'failure', 'inactive', 'in_progress', 'queued', 'pending', 'success']),
  target_url: z.exactOptional(z.string()),
  log_url: z.exactOptional(z.string()),
  description: z.exactOptional(z.string().check(z.maxLength(140))),
  environment: z.exactOptional(z.string()),
  environment_url: z.exactOptional(z.string()),
  auto_inactive: z.exactOptional(z.boolean()),
}) satisfies z.ZodMiniType<BodyOf<'repos/create-deployment-status'>>

async function create(call: Call<Accepted>) {
  const { repository, body, now } = call
  if (body.auto_merge !== false) return notHere('a deployment that merges the default branch first (auto_merge)')
  if ((body.required_contexts ?? ['all']).length > 0) return notHere('a deployment that waits for commit statuses (required_contexts)')
  const at = await repository.history.commit(body.ref)
  if (at === undefined) return invalid(`No ref found for: ${body.ref}`)
  const environment = body.environment ?? 'production'
  const facts: DeploymentFacts = {
    id: repository.nextId(),
    sha: at.sha,
    ref: body.ref,
    task: body.task ?? 'deploy',
    environment,
    payload: body.payload ?? {},
    description: body.description ?? null,
    transient: body.transient_environment ?? false,
    production: body.production_environment ?? environment === 'production',
    createdAt: now,
    statuses: [],
  }
  repository.deployments.unshift(facts)
  return created(deployment(call.site, repository.name, facts))
}

function indexOf(call: Call): number {
  return call.repository.deployments.findIndex((each) => String(each.id) === call.path['id'])
}

function addStatus(call: Call<z.infer<typeof newStatus>>) {
  const { repository, body } = call
  const index = indexOf(call)
  const of = repository.deployments[index]
  if (of === undefined) return notFound
  const environment = body.environment ?? of.environment
  const added = status(call, body.state, environment, { description: body.description ?? '', logUrl: body.log_url ?? body.target_url ?? '', environmentUrl: body.environment_url ?? '' })
  repository.deployments[index] = { ...of, statuses: [added, ...of.statuses] }
  if (body.state === 'success' && body.auto_inactive !== false) supersede(call, index, environment)
  return created(deploymentStatus(call.site, repository.name, of.id, added))
}

/** GitHub's rule: a success makes all prior deployments to the same environment inactive, unless they are transient or to production. */
function supersede(call: Call, index: number, environment: string): void {
  const { deployments } = call.repository
  for (const [at, prior] of deployments.entries()) {
    if (at <= index || prior.transient || prior.production || prior.environment !== environment) continue
    deployments[at] = { ...prior, statuses: [status(call, 'inactive', environment), ...prior.statuses] }
  }
}

function status(call: Call, state: DeploymentStatusFacts['state'], environment: string, said: Partial<DeploymentStatusFacts> = {}): DeploymentStatusFacts {
  return { id: call.repository.nextId(), state, description: '', environment, logUrl: '', environmentUrl: '', createdAt: call.now, ...said }
}

function list(call: Call) {
  const wanted = (name: 'sha' | 'ref' | 'task' | 'environment') => (each: DeploymentFacts) => !call.query.has(name) || call.query.get(name) === each[name]
  const matching = call.repository.deployments.filter((each) => (['sha', 'ref', 'task', 'environment'] as const).every((name) => wanted(name)(each)))
  return listed(call, matching, (each) => deployment(call.site, call.repository.name, each))
}

function one(call: Call) {
  const found = call.repository.deployments[indexOf(call)]
  return found === undefined ? notFound : ok(deployment(call.site, call.repository.name, found))
}

function statuses(call: Call) {
  const found = call.repository.deployments[indexOf(call)]
  return found === undefined ? notFound : listed(call, found.statuses, (each) => deploymentStatus(call.site, call.repository.name, found.id, each))
}

export const deploymentRoutes: readonly Route[] = [
  { method: 'GET', path: '/deployments', needs: ['deployments', 'read'], query: ['sha', 'ref', 'task', 'environment'], paged, answer: list },
  route({ method: 'POST', path: '/deployments', needs: ['deployments', 'write'], body: newDeployment, answer: create }),
  { method: 'GET', path: '/deployments/{id}', needs: ['deployments', 'read'], answer: one },
  { method: 'GET', path: '/deployments/{id}/statuses', needs: ['deployments', 'read'], paged, answer: statuses },
  route({ method: 'POST', path: '/deployments/{id}/statuses', needs: ['deployments', 'write'], body: newStatus, answer: addStatus }),
]
