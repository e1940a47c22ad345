import type { KubeObject } from '@fermata/ports'
import type { Core } from '../core.ts'
import type { ResourceKind } from '../kinds/kind.ts'
import { isObject } from '../schema/lookup.ts'
import type { JsonObject } from '../schema/lookup.ts'
import { decodeBody, normal } from '../verbs/decode-body.ts'
import type { Writer } from '../verbs/writer.ts'
import { createdBy } from '../verbs/create.ts'
import { ApiError, badRequest, notImplemented } from './status.ts'
import { grantOf, mayDo, rulesIn } from './users.ts'
import type { User } from './users.ts'

/** SelfSubjectAccessReview and SelfSubjectRulesReview: what the asking user may do. */
export function accessReview(core: Core, kind: ResourceKind, user: User, body: unknown, writer: Writer): object {
  const given = decodeBody(core, kind, body, writer)
  const review: KubeObject = { ...given, metadata: { ...given.metadata, managedFields: createdBy(core, kind, given, writer) } }
  const spec = isObject(review['spec']) ? review['spec'] : {}
  switch (kind.kind) {
    case 'SelfSubjectAccessReview': return normal(core, kind, { ...review, status: answer(core, user, spec) })
    case 'SelfSubjectRulesReview': {
      const namespace = String(spec['namespace'] ?? '')
      if (namespace === '') throw badRequest('no namespace on request')
      const resourceRules = rulesIn(core, user, namespace).map((rule) => ({ verbs: rule.verbs, apiGroups: rule.groups, resources: rule.resources, ...(rule.names === undefined ? {} : { resourceNames: rule.names }) }))
      return normal(core, kind, { status: { resourceRules, nonResourceRules: [], incomplete: false } })
    }
    default: throw notImplemented(kind.kind)
  }
}

function answer(core: Core, user: User, spec: JsonObject): JsonObject {
  const asked = spec['resourceAttributes']
  if (!isObject(asked) && spec['nonResourceAttributes'] === undefined) {
    const message = 'Invalid value: null: exactly one of nonResourceAttributes or resourceAttributes must be specified'
    throw new ApiError(422, 'Invalid', `.authorization.k8s.io "" is invalid: spec.resourceAttributes: ${message}`, { group: 'authorization.k8s.io', causes: [{ reason: 'FieldValueInvalid', message, field: 'spec.resourceAttributes' }] })
  }
  if (!isObject(asked)) throw notImplemented('access reviews of paths')
  const text = (field: string): string => (typeof asked[field] === 'string' ? asked[field] : '')
  const resource = text('subresource') === '' ? text('resource') : `${text('resource')}/${text('subresource')}`
  const question = { verb: text('verb'), group: text('group'), resource, namespace: text('namespace') === '' ? undefined : text('namespace'), name: text('name') === '' ? undefined : text('name') }
  const reason = grantOf(core, user, question)
  return { allowed: mayDo(core, user, question), ...(reason === undefined ? {} : { reason }) }
}
