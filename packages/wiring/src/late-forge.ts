import type { Forge } from '@fermata/ports'

/**
 * A forge that is loaded when it is first asked: a run inside of a clone seldom asks, and would else wait for it at its start.
 * @param load called at most once
 */
export function lateForge(load: () => Promise<Forge>): Forge {
  let loaded: Promise<Forge> | undefined
  const forge = () => (loaded ??= load())
  return {
    defaultBranch: async () => (await forge()).defaultBranch(),
    compare: async (base, head) => (await forge()).compare(base, head),
    pullRequest: async (number) => (await forge()).pullRequest(number),
    pullRequestFiles: async (number) => (await forge()).pullRequestFiles(number),
    async *successfulRuns(workflow, branch) {
      yield* (await forge()).successfulRuns(workflow, branch)
    },
    async *successfulDeployments(environment) {
      yield* (await forge()).successfulDeployments(environment)
    },
    async *releases() {
      yield* (await forge()).releases()
    },
    createDeployment: async (wish) => (await forge()).createDeployment(wish),
    setDeploymentState: async (id, state, description) => (await forge()).setDeploymentState(id, state, description),
    dispatch: async (eventType, payload) => (await forge()).dispatch(eventType, payload),
    async *openIssues(label) {
      yield* (await forge()).openIssues(label)
    },
    createIssue: async (wish) => (await forge()).createIssue(wish),
    comment: async (issue, body) => (await forge()).comment(issue, body),
    closeIssue: async (issue) => (await forge()).closeIssue(issue),
    content: async (path, ref) => (await forge()).content(path, ref),
  }
}
