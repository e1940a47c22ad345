import type { KubeObject } from '@fermata/ports'
import { badRequest } from '../api/status.ts'
import { labelsOf } from '../core.ts'
import type { ResourceKind } from '../kinds/kind.ts'
import { parseLabelSelector } from './label-selector.ts'
import type { LabelSelector, Labels } from '../objects/types.ts'
import { isObject } from '../schema/lookup.ts'

export type Matches = (object: KubeObject) => boolean

/** `app=cart,tier in (web, api),!canary`. Refused with 400 when it is no selector. */
export function labelMatcher(selector: string): Matches {
  const terms = parseLabelSelector(selector)
  return (object) => terms.every((holds) => holds(labelsOf(object)))
}

/** The selector of a workload or policy. An empty one matches everything, an absent one nothing. */
export function selectorMatches(selector: LabelSelector | undefined, labels: Labels): boolean {
  if (selector === undefined) return false
  const simple = Object.entries(selector.matchLabels ?? {}).every(([key, value]) => labels[key] === value)
  return simple && (selector.matchExpressions ?? []).every(({ key, operator, values = [] }) => {
    switch (operator) {
      case 'In': return labels[key] !== undefined && values.includes(labels[key])
      case 'NotIn': return labels[key] === undefined || !values.includes(labels[key])
      case 'Exists': return labels[key] !== undefined
      case 'DoesNotExist': return labels[key] === undefined
      default: throw new Error(`selector with operator ${operator}`)
    }
  })
}

/** Fields that a kind can be selected by, besides name and namespace. */
const selectable: Readonly<Record<string, readonly string[]>> = {
  'core.v1.Pod': ['spec.nodeName', 'spec.restartPolicy', 'spec.schedulerName', 'spec.serviceAccountName', 'spec.hostNetwork', 'status.phase', 'status.podIP', 'status.nominatedNodeName'],
  'core.v1.Event': ['involvedObject.kind', 'involvedObject.namespace', 'involvedObject.name', 'involvedObject.uid', 'involvedObject.apiVersion', 'involvedObject.resourceVersion', 'involvedObject.fieldPath', 'reason', 'reportingComponent', 'source', 'type'],
  'core.v1.Secret': ['type'], 'core.v1.Namespace': ['status.phase'], 'core.v1.Node': ['spec.unschedulable'], 'core.v1.Service': ['spec.clusterIP', 'spec.type'],
  'apps.v1.ReplicaSet': ['status.replicas'], 'batch.v1.Job': ['status.successful'],
}

/** `metadata.name=cart,status.phase!=Running`. */
export function fieldMatcher(kind: ResourceKind, selector: string): Matches {
  const terms = selector.split(',').filter((term) => term.trim() !== '').map((term) => {
    const match = /^\s*([^=!\s]+)\s*(==|=|!=)\s*(.*?)\s*$/.exec(term)
    if (match === null) throw badRequest(`invalid selector: '${term}'; can't understand '${term}'`)
    const [, path = '', operator, value = ''] = match
    if (!['metadata.name', ...(kind.namespaced ? ['metadata.namespace'] : []), ...(selectable[kind.type] ?? [])].includes(path)) throw badRequest(unsupported(kind, path))
    return { path, equal: operator !== '!=', value }
  })
  return (object) => terms.every(({ path, equal, value }) => (fieldText(object, path) === value) === equal)
}

/** Kinds that select by more than their name say it differently. */
const unsupported = (kind: ResourceKind, path: string): string => (selectable[kind.type] !== undefined || kind.origin === 'custom' ? `field label not supported: ${path}` : `${JSON.stringify(path)} is not a known field selector: only "metadata.name", "metadata.namespace"`)

function fieldText(object: KubeObject, path: string): string {
  const value = path.split('.').reduce<unknown>((inner, field) => (isObject(inner) ? inner[field] : undefined), object)
  if (path === 'source' && isObject(value)) return String(value['component'] ?? '')
  if (path === 'spec.hostNetwork' || path === 'spec.unschedulable') return String(value ?? false)
  return value === undefined || value === null ? (path.endsWith('replicas') || path.endsWith('successful') ? '0' : '') : String(value)
}
