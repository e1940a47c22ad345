import type { Invocation, Trigger } from '@fermata/ports'
import { EnvironmentError } from '@fermata/verdict'
import { readFileSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { runnerReason } from './codes.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** GitHub caps webhook payloads at 25 MB (docs: webhook events and payloads). A larger file was written by somebody else. */
const largestEvent = 25 * 1024 * 1024

/** Who runs us, from the variables that GitHub sets. Without an event file the trigger is `local`. */
export function invocationFrom(env: Environment): Invocation {
  const server = env['GITHUB_SERVER_URL'] ?? 'https://github.com'
  const repository = given(env['GITHUB_REPOSITORY'])
  const runId = given(env['GITHUB_RUN_ID'])
  return {
    trigger: triggerFrom(env),
    repository,
    workflow: workflowFile(env['GITHUB_WORKFLOW_REF']),
    runId: runId ?? 'local',
    runAttempt: Number(given(env['GITHUB_RUN_ATTEMPT']) ?? '1'),
    actor: given(env['GITHUB_ACTOR']),
    runUrl: repository !== undefined && runId !== undefined ? `${server}/${repository}/actions/runs/${runId}` : undefined,
    temporary: given(env['RUNNER_TEMP']) ?? tmpdir(),
  }
}

function triggerFrom(env: Environment): Trigger {
  const at = { sha: given(env['GITHUB_SHA']), ref: given(env['GITHUB_REF']) }
  const event = given(env['GITHUB_EVENT_NAME'])
  const file = given(env['GITHUB_EVENT_PATH'])
  const text = event === undefined || file === undefined ? undefined : eventText(file)
  if (event === undefined || file === undefined || text === undefined) return { event: 'local', payload: undefined, ...at }
  try {
    return { event, payload: JSON.parse(text), ...at }
  } catch (cause) {
    throw new EnvironmentError(runnerReason('FM-RUNNER-EVENT', { says: `The event file ${file} holds no JSON.` }), { cause })
  }
}

function eventText(file: string): string | undefined {
  const found = statSync(file, { throwIfNoEntry: false })
  if (found === undefined) return undefined
  if (found.size > largestEvent) throw new EnvironmentError(runnerReason('FM-RUNNER-EVENT', { says: `The event file ${file} has ${found.size} bytes; GitHub sends at most ${largestEvent}.` }))
  return readFileSync(file, 'utf8')
}

/** `owner/name/.github/workflows/release.yml@refs/heads/main` gives `release.yml`. */
function workflowFile(ref: string | undefined): string | undefined {
  return ref === undefined ? undefined : /([^/@]+)@/.exec(ref)?.[1]
}

function given(value: string | undefined): string | undefined {
  return value === undefined || value === '' ? undefined : value
}
