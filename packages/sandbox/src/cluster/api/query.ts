import type { ListQuery } from '../verbs/read.ts'
import type { WatchQuery } from '../verbs/watch.ts'
import type { DeleteWish } from '../verbs/delete.ts'
import type { Writer } from '../verbs/writer.ts'
import { isObject } from '../schema/lookup.ts'
import { forbiddenField, unsupportedField } from '../objects/rules.ts'
import type { Verb } from './route.ts'
import { badRequest, invalid } from './status.ts'

const flag = (value: string | null): boolean => value === 'true' || value === '1'

export function listQuery(query: URLSearchParams, namespace: string | undefined, name: string | undefined): ListQuery {
  if (query.has('sendInitialEvents') && !flag(query.get('watch'))) throw invalid({ group: 'meta.k8s.io', kind: 'ListOptions' }, '', [forbiddenField('sendInitialEvents', 'sendInitialEvents is forbidden for list')])
  const fields = query.get('fieldSelector') ?? ''
  return {
    namespace, labelSelector: query.get('labelSelector') ?? '', fieldSelector: name === undefined ? fields : [`metadata.name=${name}`, fields].filter((term) => term !== '').join(','),
    limit: number(query, 'limit') ?? 0, continue: query.get('continue') ?? '', resourceVersion: query.get('resourceVersion') ?? '', resourceVersionMatch: query.get('resourceVersionMatch') ?? '',
  }
}

export function watchQuery(query: URLSearchParams, namespace: string | undefined, name: string | undefined): WatchQuery {
  const { labelSelector, fieldSelector, resourceVersion } = listQuery(query, namespace, name)
  return { namespace, labelSelector, fieldSelector, resourceVersion, timeoutSeconds: number(query, 'timeoutSeconds'), bookmarks: flag(query.get('allowWatchBookmarks')), resourceVersionMatch: query.get('resourceVersionMatch') ?? '', sendInitialEvents: query.has('sendInitialEvents') ? flag(query.get('sendInitialEvents')) : undefined }
}

function number(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name)
  if (text === null || text === '') return undefined
  if (!/^-?\d+$/.test(text)) throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`)
  return Number(text)
}

const optionKinds: Partial<Record<Verb, string>> = { create: 'CreateOptions', update: 'UpdateOptions', patch: 'PatchOptions', delete: 'DeleteOptions', deletecollection: 'DeleteOptions' }

/** Options of a write, out of its query. The manager of a request that names none is the first part of its user agent. */
export function writerOf(verb: Verb, query: URLSearchParams, user: string, userAgent: string, warn: (message: string) => void): Writer {
  const dryRun = query.getAll('dryRun').filter((value) => value !== '')
  const validation = query.get('fieldValidation') ?? ''
  const manager = query.get('fieldManager') ?? ''
  const causes = [
    ...(dryRun.some((value) => value !== 'All') ? [unsupportedField('dryRun', dryRun, ['All'])] : []),
    ...(manager.length > 128 ? [{ reason: 'FieldValueTooLong', message: 'Too long: may not be more than 128 bytes', field: 'fieldManager' }] : []),
    ...(['', 'Ignore', 'Warn', 'Strict'].includes(validation) ? [] : [unsupportedField('fieldValidation', validation, ['', 'Ignore', 'Strict', 'Warn'])]),
  ]
  const kind = optionKinds[verb]
  if (causes.length > 0 && kind !== undefined) throw invalid({ group: 'meta.k8s.io', kind }, '', causes)
  const agent = (userAgent.split('/')[0] ?? '').slice(0, 128)
  return { user, manager: manager === '' ? (agent === '' ? 'unknown' : agent) : manager, dryRun: dryRun.includes('All'), fieldValidation: validation === '' ? 'Warn' : (validation as Writer['fieldValidation']), warn }
}

/** Options of a delete: the body's, or those of the query when there is no body. */
export function deleteWish(query: URLSearchParams, body: unknown): DeleteWish & { readonly dryRun: boolean } {
  const given = isObject(body) ? body : {}
  const kind = given['kind']
  if (kind !== undefined && kind !== '' && kind !== 'DeleteOptions') throw badRequest(`no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(given['apiVersion'] ?? '')} in scheme "pkg/runtime/scheme.go:111"`)
  const grace = given['gracePeriodSeconds'] ?? number(query, 'gracePeriodSeconds')
  const policy = given['propagationPolicy'] ?? query.get('propagationPolicy') ?? (given['orphanDependents'] === true || flag(query.get('orphanDependents')) ? 'Orphan' : undefined)
  const conditions = isObject(given['preconditions']) ? given['preconditions'] : {}
  return {
    ...(typeof grace === 'number' ? { gracePeriodSeconds: grace } : {}), ...(typeof policy === 'string' ? { propagationPolicy: policy } : {}),
    preconditions: { ...(typeof conditions['uid'] === 'string' ? { uid: conditions['uid'] } : {}), ...(typeof conditions['resourceVersion'] === 'string' ? { resourceVersion: conditions['resourceVersion'] } : {}) },
    dryRun: query.getAll('dryRun').includes('All') || (Array.isArray(given['dryRun']) && given['dryRun'].includes('All')),
  }
}
