import type { Clock, Comparison, Deployment, Forge, ForgeFile, Log, PullRequest, WorkflowRun } from '@fermata/ports'
import { EnvironmentError } from '@fermata/verdict'
import { type Connection, type Wanted, connect } from './connection.ts'
import { because } from './refusal.ts'
import { issues } from './issues.ts'
import * as shapes from './shapes.ts'

export const defaultApiUrl = 'https://api.github.com'

/** GitHub's own limits: https://docs.github.com/en/rest/commits/commits#compare-two-commits, .../pulls/pulls#list-pull-requests-files */
const comparedFiles = 300
const pullRequestFiles = 3_000
const listedRuns = 1_000

export interface ForgeWish {
  /** Undefined or empty: every method rejects with FM-FORGE-NO-TOKEN. */
  readonly token: string | undefined
  /** GITHUB_API_URL; of GitHub Enterprise Server `https://host/api/v3`. Default: github.com. */
  readonly apiUrl?: string | undefined
  /** `owner/name`. */
  readonly repository: string | undefined
  readonly clock: Clock
  readonly signal?: AbortSignal | undefined
  readonly log?: Pick<Log, 'debug'> | undefined
  /** Milliseconds until an attempt without a whole answer is given up. Default: 30,000. */
  readonly timeoutMs?: number
}

/**
 * The Forge port over the REST API of GitHub.
 * Passing failures are tried again, at most four times and never more than a minute apart.
 * @throws EnvironmentError from every method, with a code of `forgeCodes`; the signal's reason when it is aborted
 */
export function createForge(wish: ForgeWish): Forge {
  const connection = connectionFor(wish)
  const [owner = '', repo = ''] = (wish.repository ?? '').split('/')
  return {
    ...history(connection, { owner, repo }),
    ...pullRequests(connection, { owner, repo }),
    ...records(connection, { owner, repo }),
    ...issues(connection, { owner, repo }),
  }
}

type Place = {
  readonly owner: string
  readonly repo: string
}

/** What is missing is said when something is asked, since most runs ask nothing. */
function connectionFor(wish: ForgeWish): Connection {
  const { token, repository, apiUrl = defaultApiUrl, clock, signal, log, timeoutMs = 30_000 } = wish
  if (token === undefined || token === '') return refusing('FM-FORGE-NO-TOKEN', (what) => `${what} needs the GitHub API, and there is no token.`)
  if (repository === undefined) return refusing('FM-FORGE-NO-REPOSITORY', (what) => `${what} needs a repository, and none is known.`)
  if (!/^[^/\s]+\/[^/\s]+$/.test(repository)) return refusing('FM-FORGE-NO-REPOSITORY', (what) => `${what} needs a repository, and ${JSON.stringify(repository)} is not of the form owner/name.`)
  return connect({ token, apiUrl: apiUrl.replace(/\/+$/, ''), clock, signal, log, timeoutMs })
}

function refusing(code: 'FM-FORGE-NO-TOKEN' | 'FM-FORGE-NO-REPOSITORY', says: (what: string) => string): Connection {
  const refuse = (wanted: Wanted<unknown>): never => {
    throw new EnvironmentError(because(code, { says: says(wanted.route) }))
  }
  return {
    ask: async (wanted) => refuse(wanted),
    async *pages(wanted) {
      yield refuse(wanted)
    },
  }
}

function history(api: Connection, place: Place): Pick<Forge, 'defaultBranch' | 'compare' | 'content' | 'releases'> {
  return {
    async defaultBranch() {
      const answer = await api.ask({ route: 'GET /repos/{owner}/{repo}', with: place, needs: 'metadata: read', shape: shapes.repository })
      return answer.default_branch
    },

    /** One request: files come with the first page of commits and nowhere else, so pages hold one commit. */
    async compare(base, head): Promise<Comparison> {
      const answer = await api.ask({
        route: 'GET /repos/{owner}/{repo}/compare/{basehead}',
        with: { ...place, basehead: `${base}...${head}`, per_page: 1 },
        needs: 'contents: read',
        shape: shapes.comparison,
      })
      return { mergeBase: answer.merge_base_commit.sha, status: answer.status, files: answer.files.map(forgeFile), truncated: answer.files.length >= comparedFiles }
    },

    content: (path, ref) => fileContent(api, place, path, ref),

    async *releases() {
      for await (const page of api.pages({ route: 'GET /repos/{owner}/{repo}/releases', with: { ...place, per_page: 100 }, needs: 'contents: read', shape: shapes.releases })) {
        for (const release of page) yield { tag: release.tag_name, draft: release.draft, prerelease: release.prerelease, publishedAt: release.published_at ?? undefined }
      }
    },
  }
}

function pullRequests(api: Connection, place: Place): Pick<Forge, 'pullRequest' | 'pullRequestFiles'> {
  async function pullRequest(number: number): Promise<PullRequest> {
    const answer = await api.ask({ route: 'GET /repos/{owner}/{repo}/pulls/{pull_number}', with: { ...place, pull_number: number }, needs: 'pull-requests: read', shape: shapes.pullRequest })
    return {
      number: answer.number,
      title: answer.title,
      labels: answer.labels.map((label) => label.name),
      baseRef: answer.base.ref,
      baseSha: answer.base.sha,
      headSha: answer.head.sha,
      headRepository: answer.head.repo?.full_name,
      merged: answer.merged,
      mergeCommitSha: answer.merge_commit_sha ?? undefined,
      changedFiles: answer.changed_files,
    }
  }

  return {
    pullRequest,
    /** The pull request is read before and after: a push in between moves files from page to page, past the reader. */
    async pullRequestFiles(number) {
      const before = await pullRequest(number)
      const files: ForgeFile[] = []
      for await (const page of api.pages({ route: 'GET /repos/{owner}/{repo}/pulls/{pull_number}/files', with: { ...place, pull_number: number, per_page: 100 }, needs: 'pull-requests: read', shape: shapes.files })) {
        files.push(...page.map(forgeFile))
      }
      const after = await pullRequest(number)
      const truncated = files.length >= pullRequestFiles || files.length < after.changedFiles || before.headSha !== after.headSha
      return { files, truncated }
    },
  }
}

function records(api: Connection, place: Place): Pick<Forge, 'successfulRuns' | 'successfulDeployments' | 'createDeployment' | 'setDeploymentState' | 'dispatch'> {
  return {
    successfulRuns: (workflow, branch) => successfulRuns(api, place, workflow, branch),
    successfulDeployments: (environment) => successfulDeployments(api, place, environment),

    /**
     * No required contexts: GitHub would else wait for the very job that asks. No merge of the default branch into the ref.
     * Transient, since a success to the same environment makes all others inactive that are not (REST, "Create a deployment status",
     * auto_inactive), and each job with an `environment` makes one: what is recorded here ends only when somebody ends it.
     */
    async createDeployment({ ref, environment, payload, description }) {
      const answer = await api.ask({
        route: 'POST /repos/{owner}/{repo}/deployments',
        with: { ...place, ref, environment, payload, description, auto_merge: false, required_contexts: [], transient_environment: true },
        needs: 'deployments: write',
        repeatable: false,
        shape: shapes.created,
      })
      return answer.id
    },

    /** Deployments of other services to the same environment stay what they are: `auto_inactive` is off. */
    async setDeploymentState(id, state, description) {
      await api.ask({
        route: 'POST /repos/{owner}/{repo}/deployments/{deployment_id}/statuses',
        with: { ...place, deployment_id: id, state, description, auto_inactive: false },
        needs: 'deployments: write',
        shape: shapes.created,
      })
    },

    async dispatch(eventType, payload) {
      await api.ask({
        route: 'POST /repos/{owner}/{repo}/dispatches',
        with: { ...place, event_type: eventType, client_payload: payload },
        needs: 'contents: write',
        repeatable: false,
        shape: shapes.nothing,
      })
    },
  }
}

/**
 * Runs of this repository's own branch. A fork's branch of the same name is left out:
 * its run proves nothing about ours.
 */
async function* successfulRuns(api: Connection, place: Place, workflow: string, branch: string): AsyncGenerator<WorkflowRun> {
  const ours = `${place.owner}/${place.repo}`.toLowerCase()
  let listed = 0
  let total = 0
  for await (const page of api.pages({
    route: 'GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs',
    with: { ...place, workflow_id: workflow, branch, status: 'success', per_page: 100 },
    needs: 'actions: read',
    shape: shapes.workflowRuns,
  })) {
    listed += page.workflow_runs.length
    total = page.total_count
    for (const run of page.workflow_runs) {
      if (run.head_repository?.full_name.toLowerCase() === ours) yield { id: run.id, headSha: run.head_sha, status: run.status, conclusion: run.conclusion ?? undefined }
    }
  }
  if (listed < total || listed >= listedRuns) throw new EnvironmentError(because('FM-FORGE-LIST-CUT', { says: `GitHub lists ${listed} of ${total} successful runs of ${workflow} on ${branch}, and none of them would do.` }))
}

/** Deployments whose newest status is `success`: one that was superseded or undone is no longer what runs there. */
async function* successfulDeployments(api: Connection, place: Place, environment: string): AsyncGenerator<Deployment> {
  const wanted = { route: 'GET /repos/{owner}/{repo}/deployments', with: { ...place, environment, per_page: 100 }, needs: 'deployments: read', shape: shapes.deployments } as const
  for await (const page of api.pages(wanted)) {
    for (const deployment of page) {
      const state = await deploymentState(api, place, deployment.id)
      if (state !== 'success') continue
      yield { id: deployment.id, sha: deployment.sha, environment: deployment.environment, payload: deployment.payload, createdAt: deployment.created_at, state }
    }
  }
}

async function deploymentState(api: Connection, place: Place, id: number): Promise<string | undefined> {
  let newest: { readonly id: number; readonly state: string } | undefined
  const wanted = { route: 'GET /repos/{owner}/{repo}/deployments/{deployment_id}/statuses', with: { ...place, deployment_id: id, per_page: 100 }, needs: 'deployments: read', shape: shapes.deploymentStatuses } as const
  for await (const page of api.pages(wanted)) {
    for (const status of page) if (newest === undefined || status.id > newest.id) newest = status
  }
  return newest?.state
}

/**
 * A file of up to a megabyte comes with its answer, a larger one as a blob.
 * "Not found" is believed only when the commit itself is found: GitHub says it, too, of what the token may not see.
 */
async function fileContent(api: Connection, place: Place, path: string, ref: string): Promise<Uint8Array | undefined> {
  const needs = 'contents: read'
  let answer
  try {
    answer = await api.ask({ route: 'GET /repos/{owner}/{repo}/contents/{path}', with: { ...place, path, ref }, needs, shape: shapes.content })
  } catch (error) {
    if (!(error instanceof EnvironmentError) || error.reason.code !== 'FM-FORGE-NOT-FOUND') throw error
    await api.ask({ route: 'GET /repos/{owner}/{repo}/commits/{ref}', with: { ...place, ref, per_page: 1 }, needs, shape: shapes.commit })
    return undefined
  }
  if (Array.isArray(answer) || answer.type !== 'file') return undefined
  const body = answer.encoding === 'base64' ? answer : await api.ask({ route: 'GET /repos/{owner}/{repo}/git/blobs/{file_sha}', with: { ...place, file_sha: answer.sha }, needs, shape: shapes.blob })
  const bytes = Buffer.from(body.content, 'base64')
  if (bytes.byteLength !== answer.size) throw new EnvironmentError(because('FM-FORGE-UNREADABLE', { says: `${path} at ${ref} has ${answer.size} bytes, and ${bytes.byteLength} arrived.` }))
  return new Uint8Array(bytes)
}

function forgeFile(file: shapes.FileAnswer): ForgeFile {
  return { path: file.filename, status: file.status, ...(file.previous_filename !== undefined && { previousPath: file.previous_filename }) }
}
