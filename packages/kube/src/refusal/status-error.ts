import { ClusterError, type ClusterErrorDetails, type ClusterErrorKind } from '@fermata/ports'
import type { Ask } from '../ask.ts'
import { asRecord } from '../config/merge.ts'
import type { Target } from '../config/target.ts'
import type { Answer } from '../wire/transport.ts'
import { askText } from './fault-error.ts'

/** The `Status` that an API server answers with, as far as it is one. */
interface Status {
  readonly message: string
  readonly reason: string
  readonly causes: readonly { readonly field?: string; readonly message: string; readonly reason?: string }[]
}

/** The server's no, with its own words, and what to do about it. */
export function statusError(ask: Ask, target: Target, answer: Answer, explain: () => { readonly says: string; readonly remedy: string }): ClusterError {
  const status = readStatus(answer)
  const no = (kind: ClusterErrorKind, message: string, details: ClusterErrorDetails = {}) => new ClusterError(kind, message, { status: answer.status, ...(status && { causes: status.causes.map(({ field, message: says }) => ({ message: says, ...(field !== undefined && { field }) })) }), ...details })
  const words = status?.message ?? shortened(answer.text)
  const heading = `${askText(ask)} was refused`
  if (answer.status === 401) {
    const login = explain()
    return no('unauthorized', `${target.cluster.server} does not accept ${login.says}.`, { remedy: login.remedy })
  }
  if (status === undefined && answer.status < 500) {
    return no(answer.status === 404 ? 'not-found' : 'server', `${target.cluster.server} answered ${askText(ask)} with HTTP ${answer.status} and no Kubernetes status: ${words}.`, { code: 'FM-KUBE-NOT-KUBERNETES', remedy: 'Check that the address is that of a Kubernetes API server, and proxies between.' })
  }
  if (isAdmission(answer.status, status)) return no('refused', `${heading} by admission: ${words}.`, { remedy: 'Change the object so that the policy, quota or webhook that is named accepts it.' })
  switch (answer.status) {
    case 403:
      return no('forbidden', `${heading}: ${words}.`, { remedy: missingRule(ask, words) })
    case 404:
      // A path that leads nowhere, not an object that is absent: the kind was uninstalled, or has no such subresource.
      if (/could not find the requested resource/.test(words)) return no('unknown-kind', `${heading}: ${words}.`, { remedy: 'Check that the CustomResourceDefinition is installed and has this subresource.' })
      return no('not-found', `${heading}: ${words}.`, { remedy: 'Check the name and the namespace.' })
    case 409:
      return conflict(ask, status, words, no)
    case 410:
      return no('gone', `${heading}: ${words}.`)
    case 400:
    case 415:
    case 422:
      return no('invalid', `${heading}: ${words}.`, { remedy: fieldsRemedy(status) })
    case 429:
      if (ask.isFinal?.(answer) === true) return no('too-many-requests', `${heading}: ${words}.`, { code: 'FM-KUBE-DISRUPTION-BUDGET', remedy: 'Wait until enough pods are healthy, or look at the PodDisruptionBudget.' })
      return no('too-many-requests', `${heading}, also after waiting: ${words}.`, { remedy: 'Lower the parallelism, or look at the priority and fairness settings of the cluster.' })
    case 504:
      return no('timeout', `${askText(ask)} was not answered in time: ${words}.`, { remedy: 'Look at the load of the API server and of etcd.' })
  }
  if (/failed calling webhook/.test(words)) return no('server', `${askText(ask)} failed, since an admission webhook could not be asked: ${words}.`, { code: 'FM-KUBE-WEBHOOK', remedy: 'Look at the Service and the pods behind the webhook.' })
  return no('server', `${askText(ask)} failed with HTTP ${answer.status}: ${words}.`, { remedy: 'Look at the API server and what it depends on.' })
}

function readStatus(answer: Answer): Status | undefined {
  let value: unknown
  try {
    value = JSON.parse(answer.text)
  } catch {
    // No JSON is the finding: whoever answered is no API server, or a proxy before it.
    return undefined
  }
  const status = asRecord(value)
  if (status?.['kind'] !== 'Status') return undefined
  const causes = asRecord(status['details'])?.['causes']
  return {
    message: withoutStop(String(status['message'] ?? '')),
    reason: String(status['reason'] ?? ''),
    causes: (Array.isArray(causes) ? causes : []).map((cause: unknown) => {
      const { field, message, reason } = asRecord(cause) ?? {}
      return { message: String(message ?? ''), ...(typeof field === 'string' && { field }), ...(typeof reason === 'string' && { reason }) }
    }),
  }
}

/**
 * Access rules refuse with `User "x" cannot ...`; everything else that forbids is an admission plugin: quota, Pod Security, a namespace that ends.
 * Webhooks and policies choose their own status, so their words tell.
 */
function isAdmission(http: number, status: Status | undefined): boolean {
  const words = status?.message ?? ''
  if (/admission webhook .* denied the request|ValidatingAdmissionPolicy .* denied request/.test(words)) return true
  return http === 403 && status !== undefined && !/User "[^"]*" cannot /.test(words)
}

/** The smallest rule that would have allowed it. */
function missingRule(ask: Ask, words: string): string {
  const who = /User "([^"]*)"/.exec(words)?.[1]
  const verbs = ask.apply ? '["patch", "create"]' : `["${ask.verb}"]`
  const rule = `{apiGroups: ["${ask.group}"], resources: ["${ask.resource}"], verbs: ${verbs}}`
  const role = ask.namespace === undefined ? 'a ClusterRole' : `a Role in namespace ${ask.namespace}`
  return ask.resource === '' ? `Let ${who ?? 'this user'} read ${ask.exchange.path}.` : `Give ${who ?? 'this user'} ${role} with the rule ${rule}.`
}

function conflict(ask: Ask, status: Status | undefined, words: string, no: (kind: ClusterErrorKind, message: string, details?: ClusterErrorDetails) => ClusterError): ClusterError {
  if (status?.reason === 'AlreadyExists') return no('conflict', `${askText(ask)} was refused: ${words}.`, { code: 'FM-KUBE-ALREADY-EXISTS', remedy: 'Delete it, or choose another name.' })
  const owned = status?.causes.filter((cause) => cause.reason === 'FieldManagerConflict') ?? []
  if (owned.length === 0) return no('conflict', `${askText(ask)} was refused: ${words}.`, { remedy: 'Read the object again and decide anew.' })
  const fields = owned.map((cause) => `${cause.field ?? 'a field'} (${/conflict with "([^"]*)"/.exec(cause.message)?.[1] ?? cause.message})`)
  return no('conflict', `${askText(ask)} was refused, since others own fields that it would change: ${fields.join(', ')}.`, {
    code: 'FM-KUBE-FIELD-CONFLICT',
    remedy: 'Agree on one owner for each field: leave the fields out of the manifest (as with replicas under an autoscaler), or take them over with force.',
  })
}

function fieldsRemedy(status: Status | undefined): string {
  const fields = (status?.causes ?? []).map((cause) => cause.field).filter((field) => field !== undefined && field !== '')
  return fields.length === 0 ? 'Correct the object.' : `Correct ${fields.join(', ')}.`
}

function shortened(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim()
  return line === '' ? 'an empty answer' : withoutStop(line.length > 200 ? `${line.slice(0, 200)}…` : line)
}

function withoutStop(text: string): string {
  return text.trim().replace(/\.$/, '')
}
