import { fieldAt, isMapping, objectName, podTemplateOf } from '@fermata/manifests'
import type { FoundObject } from './kubernetes-files.ts'

/** Which workloads an object serves, by what either of them says. Nobody where nothing is said. */
export type OwnersOf = (object: FoundObject) => readonly FoundObject[]

/** Prepared for one set of workloads, so that a repository of thousands is not compared pair by pair. */
export function ownersAmong(workloads: readonly FoundObject[]): OwnersOf {
  const byReference = Map.groupBy(workloads.flatMap((workload) => [...referencesOf(workload)].map((name) => ({ name, workload }))), ({ name }) => name)
  const byLabel = Map.groupBy(workloads.flatMap((workload) => Object.entries(labelsOf(workload)).map(([key, value]) => ({ label: `${key}=${String(value)}`, workload }))), ({ label }) => label)
  const byName = Map.groupBy(workloads, ({ object }) => objectName(object))
  const byPlainName = Map.groupBy(workloads, ({ object }) => object.metadata.name)

  const selected = (selector: unknown): readonly FoundObject[] => {
    // A selector that selects everything is for nobody in particular.
    const [first, ...rest] = isMapping(selector) ? Object.entries(selector) : []
    if (first === undefined) return []
    return (byLabel.get(`${first[0]}=${String(first[1])}`) ?? []).map(({ workload }) => workload).filter((workload) => rest.every(([key, value]) => labelsOf(workload)[key] === value))
  }
  const target = (reference: unknown) => (isMapping(reference) ? (byName.get(`${String(reference['kind'])}/${String(reference['name'])}`) ?? []) : [])

  const pointedAt = ({ object }: FoundObject): readonly FoundObject[] => {
    switch (object.kind) {
      case 'Service':
        return selected(fieldAt(object, ['spec', 'selector']))
      case 'PodDisruptionBudget':
        return selected(fieldAt(object, ['spec', 'selector', 'matchLabels']))
      case 'NetworkPolicy':
        return selected(fieldAt(object, ['spec', 'podSelector', 'matchLabels']))
      case 'HorizontalPodAutoscaler':
        return target(fieldAt(object, ['spec', 'scaleTargetRef']))
      case 'VerticalPodAutoscaler':
        return target(fieldAt(object, ['spec', 'targetRef']))
      case 'ScaledObject':
        return byPlainName.get(String(fieldAt(object, ['spec', 'scaleTargetRef', 'name']))) ?? []
      default:
        return []
    }
  }
  return (object) => {
    const named = (byReference.get(objectName(object.object)) ?? []).map(({ workload }) => workload)
    return [...new Set([...named, ...pointedAt(object)])].filter((workload) => sameNamespace(object, workload))
  }
}

function sameNamespace(a: FoundObject, b: FoundObject): boolean {
  const [first, second] = [a.object.metadata.namespace, b.object.metadata.namespace]
  return first === undefined || second === undefined || first === second
}

function labelsOf({ object }: FoundObject): Readonly<Record<string, unknown>> {
  const labels = podTemplateOf(object)?.metadata['labels']
  return isMapping(labels) ? labels : {}
}

/** What the pods of a workload name, as `Kind/name`: ConfigMaps, Secrets, claims, their service account. */
function referencesOf({ object }: FoundObject): ReadonlySet<string> {
  const found = new Set<string>()
  const spec = podTemplateOf(object)?.spec
  if (typeof spec?.['serviceAccountName'] === 'string') found.add(`ServiceAccount/${spec['serviceAccountName']}`)
  const walk = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(walk)
    if (!isMapping(value)) return
    for (const [key, part] of Object.entries(value)) {
      for (const { field, name, kind } of referenceFields) {
        if (field === key && isMapping(part) && typeof part[name] === 'string') found.add(`${kind}/${part[name]}`)
      }
      walk(part)
    }
  }
  walk(spec)
  for (const secret of Array.isArray(spec?.['imagePullSecrets']) ? spec['imagePullSecrets'] : []) if (isMapping(secret)) found.add(`Secret/${String(secret['name'])}`)
  return found
}

const referenceFields = [
  { field: 'configMapRef', name: 'name', kind: 'ConfigMap' },
  { field: 'configMapKeyRef', name: 'name', kind: 'ConfigMap' },
  { field: 'configMap', name: 'name', kind: 'ConfigMap' },
  { field: 'secretRef', name: 'name', kind: 'Secret' },
  { field: 'secretKeyRef', name: 'name', kind: 'Secret' },
  { field: 'secret', name: 'secretName', kind: 'Secret' },
  { field: 'secret', name: 'name', kind: 'Secret' },
  { field: 'persistentVolumeClaim', name: 'claimName', kind: 'PersistentVolumeClaim' },
] as const
