import type { RunStory } from '../story.ts'
import { type RepositoryFacts, minimalRepository } from './repository.ts'
import { type GitHubShapes, type Site, nodeId, numberFor, stamp } from './shape.ts'

export function workflowRun(site: Site, repository: RepositoryFacts, run: RunStory, runNumber: number, at: number): GitHubShapes['workflow-run'] {
  const url = `${site.api}/repos/${repository.name}/actions/runs/${run.id}`
  const workflowId = numberFor(`${repository.name}:${run.workflow}`)
  return {
    id: run.id,
    node_id: nodeId('WorkflowRun', run.id),
    name: run.workflow.replace(/\.ya?ml$/, ''),
    head_branch: run.branch,
    head_sha: run.sha,
    path: `.github/workflows/${run.workflow}`,
    run_number: runNumber,
    run_attempt: 1,
    event: run.event ?? 'push',
    status: run.status ?? 'completed',
    conclusion: run.conclusion === undefined ? 'success' : run.conclusion,
    workflow_id: workflowId,
    url,
    html_url: `${site.html}/${repository.name}/actions/runs/${run.id}`,
    pull_requests: [],
    created_at: stamp(at),
    updated_at: stamp(at),
    run_started_at: stamp(at),
    jobs_url: `${url}/jobs`,
    logs_url: `${url}/logs`,
    check_suite_url: `${site.api}/repos/${repository.name}/check-suites/${run.id}`,
    artifacts_url: `${url}/artifacts`,
    cancel_url: `${url}/cancel`,
    rerun_url: `${url}/rerun`,
    workflow_url: `${site.api}/repos/${repository.name}/actions/workflows/${workflowId}`,
    head_commit: { id: run.sha, tree_id: run.sha, message: 'A commit', timestamp: stamp(at), author: null, committer: null },
    repository: minimalRepository(site, repository),
    head_repository: minimalRepository(site, { name: run.headRepository ?? repository.name, private: repository.private }),
    display_title: 'A commit',
  }
}
