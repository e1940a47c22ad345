import { buildReport, type Reason, type Report } from '@fermata/verdict'
import { readDispatch } from '../alert/read-dispatch.ts'
import { because } from '../codes.ts'
import type { HealPorts } from '../heal-ports.ts'
import type { HealRequest } from '../request.ts'

/**
 * GitHub's limits of a repository_dispatch:
 * https://docs.github.com/en/actions/reference/workflows-and-actions/events-that-trigger-workflows#repository_dispatch
 */
const mostProperties = 10
const mostCharacters = 65_535
const longestType = 100

/** The configuration by which Alertmanager (0.34 or newer) starts a run by itself, without a bridge. */
export function receiverConfig(repository: string, api = 'https://api.github.com'): string {
  return `# Alertmanager 0.34 or newer. The token needs \`contents: write\` on the repository.
route:
  receiver: fermata
  group_by: [service, alertname]
  group_wait: 10s
  group_interval: 1m
  repeat_interval: 30m
receivers:
  - name: fermata
    webhook_configs:
      - url: ${api}/repos/${repository}/dispatches
        send_resolved: true
        max_alerts: 20
        http_config:
          authorization: {credentials_file: /etc/alertmanager/github-token}
          http_headers:
            Accept: {values: [application/vnd.github+json]}
            X-GitHub-Api-Version: {values: ['2022-11-28']}
        payload: |
          {{ dict "event_type" "alert-triggered" "client_payload" (dict
             "schema" "alertmanager/v4" "status" .Status "receiver" .Receiver "reason" .NotificationReason
             "groupLabels" .GroupLabels "commonLabels" .CommonLabels "commonAnnotations" .CommonAnnotations
             "externalURL" .ExternalURL "alerts" .Alerts) | toJson }}
`
}

/** What GitHub would refuse of the body of a dispatch, in its own order. */
export function dispatchProblems(body: unknown): readonly string[] {
  const { event_type: type, client_payload: payload } = (typeof body === 'object' && body !== null ? body : {}) as Readonly<Record<string, unknown>>
  const problems: string[] = []
  if (typeof type !== 'string' || type === '') problems.push('it has no event_type')
  else if (type.length > longestType) problems.push(`its event_type has ${type.length} characters of at most ${longestType}`)
  if (typeof payload !== 'object' || payload === null || Array.isArray(payload)) return [...problems, 'its client_payload is no mapping']
  const properties = Object.keys(payload).length
  if (properties > mostProperties) problems.push(`its client_payload has ${properties} properties of at most ${mostProperties}`)
  const characters = JSON.stringify(payload).length
  if (characters > mostCharacters) problems.push(`its client_payload has ${characters} characters of at most ${mostCharacters}`)
  return problems
}

/** Prints the configuration. With an event, it is held against the limits of GitHub and read as a run would read it. */
export async function showReceiver(request: HealRequest, { files, clock, invocation }: Pick<HealPorts, 'files' | 'clock' | 'invocation'>, startedAt: number): Promise<Report> {
  const config = receiverConfig(invocation.repository ?? 'OWNER/REPOSITORY')
  const checked = request.event === undefined ? undefined : await checkEvent(request.event, files)
  return buildReport({
    capability: 'self-heal',
    summary: checked === undefined ? 'The configuration of Alertmanager.' : checked.length === 0 ? `GitHub takes ${request.event}, and it carries an alert.` : `${request.event} would not do.`,
    startedAt,
    endedAt: clock.now(),
    reasons: checked ?? [],
    sections: [{ id: 'receiver', title: 'Alertmanager', blocks: [{ kind: 'code', language: 'yaml', text: config }] }],
    outputs: { config },
    onInconclusive: request['on-inconclusive'],
  })
}

async function checkEvent(event: string, files: HealPorts['files']): Promise<readonly Reason[]> {
  const bytes = await files.read(event)
  if (bytes === undefined) return [because('FM-HEAL-PAYLOAD', { says: `There is no file ${event}.` })]
  try {
    const body: unknown = JSON.parse(new TextDecoder().decode(bytes))
    return [...dispatchProblems(body).map((why) => because('FM-HEAL-TOO-LARGE', { says: `GitHub refuses ${event}: ${why}.` })), ...readDispatch(body).reasons]
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return [because('FM-HEAL-PAYLOAD', { says: `${event} holds no JSON: ${error.message}.` })]
  }
}
