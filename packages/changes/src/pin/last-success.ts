import type { ObjectName } from '@fermata/ports'
import { shownName } from '../display.ts'
import type { Branch } from '../resolve/plan.ts'
import { branchName } from './bases.ts'
import { liesBelow, type Named } from './commits.ts'
import { miss, type Miss, type Sources } from './outcome.ts'

/**
 * The commit of the newest successful run of a workflow that lies in the history of the head. The branches are asked in order:
 * the branch of the run, then the one it came from. A run that was cancelled or failed is passed over, so its changes are not lost.
 */
export async function lastSuccess(workflow: string, branches: readonly Branch[], head: Named, sources: Sources): Promise<Named | Miss> {
  const asked = new Set<ObjectName>()
  const names = [...new Set(await Promise.all(branches.map((branch) => branchName(branch, sources))))]
  for (const name of names) {
    for await (const { headSha } of sources.forge.successfulRuns(workflow, name)) {
      if (asked.has(headSha)) continue
      asked.add(headSha)
      if (await liesBelow(headSha, head.id, sources)) return { id: headSha }
    }
  }
  return miss('FM-CHANGES-FIRST-SUCCESS', `No successful run of ${shownName(workflow)} on ${names.map(shownName).join(' or ')} lies in the history of this commit.`, true)
}
