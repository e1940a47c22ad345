import { deploymentPayload, type ObjectName } from '@fermata/ports'
import { liesBelow, type Named } from './commits.ts'
import type { Sources } from './outcome.ts'

export interface LastDeployments {
  readonly groups: readonly { readonly base: ObjectName; readonly services: readonly string[] }[]
  readonly never: readonly string[]
}

/** Services that were not deployed for so many deployments count as changed, which is what a first deployment needs anyway. */
export const mostDeployments = 3_000

/**
 * For each service the commit of its newest successful deployment to an environment that lies in the history of the head.
 * A deployment counts for the services that its payload names; others may keep deployments of another kind there.
 * One that lies elsewhere (a rollback's branch, an overwritten history) is passed over.
 */
export async function lastDeployments(environment: string, services: readonly string[], head: Named, sources: Sources): Promise<LastDeployments> {
  const wanted = new Set(services)
  const groups = new Map<ObjectName, string[]>()
  const below = new Map<ObjectName, boolean>()
  let seen = 0
  for await (const deployment of wanted.size === 0 ? [] : sources.forge.successfulDeployments(environment)) {
    const named = (deploymentPayload(deployment.payload)?.services ?? []).filter((id) => wanted.has(id))
    if (named.length > 0) {
      const known = below.get(deployment.sha) ?? (await liesBelow(deployment.sha, head.id, sources))
      below.set(deployment.sha, known)
      if (known) {
        groups.set(deployment.sha, [...(groups.get(deployment.sha) ?? []), ...named])
        for (const id of named) wanted.delete(id)
      }
    }
    seen += 1
    if (wanted.size === 0 || seen === mostDeployments) break
  }
  return { groups: Array.from(groups, ([base, ids]) => ({ base, services: ids })), never: [...wanted] }
}
