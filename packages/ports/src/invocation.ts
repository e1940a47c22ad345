import type { ObjectName } from './git.ts'

/** The event that started the run, as GitHub tells it. Its payload is data from outside: nothing in it is trusted. */
export interface Trigger {
  /** `push`, `pull_request`, ...; `local` when a person typed the command. */
  readonly event: string
  readonly payload: unknown
  /** GITHUB_SHA, GITHUB_REF: which commit and ref the run was started for. */
  readonly sha: ObjectName | undefined
  readonly ref: string | undefined
}

/** Who runs us, and where. */
export interface Invocation {
  readonly trigger: Trigger
  /** `owner/name`. */
  readonly repository: string | undefined
  /** Name of the workflow file, `release.yml`. */
  readonly workflow: string | undefined
  readonly runId: string
  readonly runAttempt: number
  readonly actor: string | undefined
  /** Address of this run for people. */
  readonly runUrl: string | undefined
  /** A folder for files that nobody keeps. */
  readonly temporary: string
}
