import { type KubeObject, type ObjectRef, textAt } from '@fermata/ports'

export function refOf({ apiVersion, kind, metadata: { namespace, name } }: KubeObject): ObjectRef {
  return { apiVersion, kind, name, ...(namespace !== undefined && { namespace }) }
}

/** A merge patch that the API server refuses when the object is not the one that it was decided on. */
export function versioned(object: KubeObject, change: Readonly<Record<string, unknown>>): unknown {
  return { ...change, metadata: { resourceVersion: object.metadata.resourceVersion } }
}

const ownersMarks = ['argocd.argoproj.io/tracking-id', 'argocd.argoproj.io/instance', 'kustomize.toolkit.fluxcd.io/name', 'helm.toolkit.fluxcd.io/name']

/** Who reconciles an object from a repository and would take a change back: `Argo CD`, `Flux`. */
export function reconciledBy(object: KubeObject): 'Argo CD' | 'Flux' | undefined {
  const mark = ownersMarks.find((name) => textAt(object, 'metadata', 'annotations', name) !== undefined || textAt(object, 'metadata', 'labels', name) !== undefined)
  return mark === undefined ? undefined : mark.startsWith('argocd') ? 'Argo CD' : 'Flux'
}
