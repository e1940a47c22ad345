import type { KubeObject } from '@fermata/ports'
import type { Cause } from '../api/status.ts'
import type { ResourceKind } from '../kinds/kind.ts'
import { isArray, isObject, same } from '../schema/lookup.ts'
import { forbiddenField, invalidField, labelProblem, labelValueProblem, qualifiedNameProblem, requiredField, serviceNameProblem, subdomainProblem } from './rules.ts'

/** Kinds whose names become DNS labels. */
const labelNamed = new Set(['core.v1.Namespace'])
const serviceNamed = new Set(['core.v1.Service'])
/** Names that only must be a path segment. */
const pathNamed = new Set(['rbac.v1.Role', 'rbac.v1.RoleBinding', 'rbac.v1.ClusterRole', 'rbac.v1.ClusterRoleBinding'])

export function validateMetadata(kind: ResourceKind, object: KubeObject): readonly Cause[] {
  const { name, labels, annotations } = object.metadata
  if (name === undefined || name === '') return [requiredField('metadata.name', 'name or generateName is required')]
  const problem = nameProblem(kind, name)
  return [
    ...(problem === undefined ? [] : [invalidField('metadata.name', name, problem)]),
    ...labelCauses('metadata.labels', labels),
    ...finalizerCauses(object), ...ownerCauses(object),
    ...Object.keys(annotations ?? {}).flatMap((key) => { const wrong = qualifiedNameProblem(key.toLowerCase()); return wrong === undefined ? [] : [invalidField('metadata.annotations', key, wrong)] }),
  ]
}

const standardFinalizers = ['kubernetes', 'orphan', 'foregroundDeletion']

function finalizerCauses(object: KubeObject): readonly Cause[] {
  const { finalizers } = object.metadata as { readonly finalizers?: unknown }
  return (isArray(finalizers) ? finalizers.map(String) : []).flatMap((finalizer, index) => {
    const problem = qualifiedNameProblem(finalizer)
    const plain = !finalizer.includes('/') && !standardFinalizers.includes(finalizer) && !finalizer.includes('.')
    if (problem !== undefined) return [invalidField('metadata.finalizers', finalizer, problem)]
    return plain ? [invalidField(`metadata.finalizers[${index}]`, finalizer, 'name is neither a standard finalizer name nor is it fully qualified')] : []
  })
}

function ownerCauses(object: KubeObject): readonly Cause[] {
  const owners = object.metadata.ownerReferences ?? []
  const empty = owners.flatMap((owner) => (['apiVersion', 'kind', 'name', 'uid'] as const).filter((field) => owner[field] === '').map((field) => invalidField(`metadata.ownerReferences.${field}`, '', 'must not be empty')))
  const [first, second] = owners.filter((owner) => owner.controller === true)
  const both = first === undefined || second === undefined ? [] : [invalidField('metadata.ownerReferences', owners, `Only one reference can have Controller set to true. Found "true" in references for ${first.kind}/${first.name} and ${second.kind}/${second.name}`)]
  return [...empty, ...both]
}

function nameProblem(kind: ResourceKind, name: string): string | undefined {
  if (pathNamed.has(kind.type)) return name === '.' || name === '..' || /[/%]/.test(name) ? `may not contain '${/[/%]/.exec(name)?.[0] ?? name}'` : undefined
  if (labelNamed.has(kind.type)) return name.includes('.') ? 'must not contain dots' : labelProblem(name)
  return serviceNamed.has(kind.type) ? serviceNameProblem(name) : subdomainProblem(name)
}

export function labelCauses(field: string, labels: unknown): readonly Cause[] {
  if (!isObject(labels)) return []
  return Object.entries(labels).flatMap(([key, value]) => {
    const wrongKey = qualifiedNameProblem(key)
    const wrongValue = labelValueProblem(String(value))
    return [...(wrongKey === undefined ? [] : [invalidField(field, key, wrongKey)]), ...(wrongValue === undefined ? [] : [invalidField(field, value, wrongValue)])]
  })
}

/** A client may leave the time of deletion out, not choose it. Said twice, too. */
export function deletionCauses(wanted: KubeObject, before: KubeObject): readonly Cause[] {
  const { deletionTimestamp } = wanted.metadata
  if (deletionTimestamp === undefined || deletionTimestamp === before.metadata.deletionTimestamp) return []
  const cause = invalidField('metadata.deletionTimestamp', deletionTimestamp, 'field is immutable')
  return [cause, cause]
}

export function validateMetadataUpdate(after: KubeObject, before: KubeObject): readonly Cause[] {
  const finalizers = (object: KubeObject): readonly unknown[] => (Array.isArray(object.metadata['finalizers']) ? object.metadata['finalizers'] : [])
  const added = before.metadata.deletionTimestamp === undefined ? [] : finalizers(after).filter((finalizer) => !finalizers(before).some((known) => same(known, finalizer)))
  const causes = added.length === 0 ? [] : [forbiddenField('metadata.finalizers', `no new finalizers can be added if the object is being deleted, found new finalizers []string{${added.map((finalizer) => JSON.stringify(finalizer)).join(', ')}}`)]
  return [...causes, ...causes] // the real server checks this twice, and says it twice
}
