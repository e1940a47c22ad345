import { fieldAt, isMapping, objectName, podTemplateOf } from '@fermata/manifests'
import type { FoundObject } from './kubernetes-files.ts'

/** Which workloads an object serves, by what either of them says. Nobody where nothing is said. */
export function ownersOf(object: FoundObject, workloads: readonly FoundObject[]): readonly FoundObject[] {
  return workloads.filter((workload) => sameNamespace(object, workload) && (refersTo(workload, object) || pointsAt(object, workload)))
}

function sameNamespace(a: FoundObject, b: FoundObject): boolean {
  const [first, second] = [a.object.metadata.namespace, b.object.metadata.namespace]
  return first === undefined || second === undefined || first === second
}

/** What the pods of a workload name: ConfigMaps, Secrets, claims, their service account. */
function refersTo(workload: FoundObject, { object: { kind, metadata } }: FoundObject): boolean {
  const fields = referenceFields[kind]
  if (fields === undefined) return false
  const spec = podTemplateOf(workload.object)?.spec
  return kind === 'ServiceAccount' ? spec?.['serviceAccountName'] === metadata.name : names(spec, fields, metadata.name)
}

const referenceFields: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  ServiceAccount: {},
  ConfigMap: { configMapRef: 'name', configMapKeyRef: 'name', configMap: 'name' },
  Secret: { secretRef: 'name', secretKeyRef: 'name', secret: 'secretName', imagePullSecrets: 'name' },
  PersistentVolumeClaim: { persistentVolumeClaim: 'claimName' },
}

/** Whether somewhere in a value one of these fields names this. */
function names(value: unknown, fields: Readonly<Record<string, string>>, name: string): boolean {
  if (Array.isArray(value)) return value.some((part) => names(part, fields, name))
  if (!isMapping(value)) return false
  return Object.entries(value).some(([key, part]) => {
    const inner = Object.hasOwn(fields, key) ? fields[key] : undefined
    return (inner !== undefined && isMapping(part) && part[inner] === name) || names(part, fields, name)
  })
}

/** What an object says it is for: by selector, by target, or by the Services that it routes to. */
function pointsAt({ object }: FoundObject, workload: FoundObject): boolean {
  const labels = podTemplateOf(workload.object)?.metadata['labels']
  switch (object.kind) {
    case 'Service':
      return matches(fieldAt(object, ['spec', 'selector']), labels)
    case 'PodDisruptionBudget':
      return matches(fieldAt(object, ['spec', 'selector', 'matchLabels']), labels)
    case 'NetworkPolicy':
      return matches(fieldAt(object, ['spec', 'podSelector', 'matchLabels']), labels)
    case 'HorizontalPodAutoscaler':
      return isTarget(fieldAt(object, ['spec', 'scaleTargetRef']), workload)
    case 'VerticalPodAutoscaler':
      return isTarget(fieldAt(object, ['spec', 'targetRef']), workload)
    case 'ScaledObject':
      return fieldAt(object, ['spec', 'scaleTargetRef', 'name']) === workload.object.metadata.name
    default:
      return false
  }
}

/** A selector that selects everything is for nobody in particular. */
function matches(selector: unknown, labels: unknown): boolean {
  if (!isMapping(selector) || !isMapping(labels)) return false
  const wanted = Object.entries(selector)
  return wanted.length > 0 && wanted.every(([key, value]) => labels[key] === value)
}

function isTarget(target: unknown, workload: FoundObject): boolean {
  return isMapping(target) && `${String(target['kind'])}/${String(target['name'])}` === objectName(workload.object)
}
