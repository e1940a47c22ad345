import type { KubeObject } from '@fermata/ports'
import type { Core } from '../core.ts'
import { make, objectsIn, remove } from './actions.ts'
import { isArray, isObject } from '../schema/lookup.ts'
import type { Controller } from './controller.ts'

/** Gives every namespace what all have, and empties those that are deleted. */
export function namespaceController(core: Core, authority: string): Controller {
  return {
    name: 'namespace-controller',
    keys(change) {
      if (change.collection === 'namespaces') return change.type === 'DELETED' ? [] : [change.object.metadata.name]
      const namespace = change.object.metadata.namespace
      if (namespace === undefined) return []
      return change.type === 'DELETED' ? [namespace] : []
    },
    sync(name) {
      const namespace = core.store.get('namespaces', name)
      if (namespace === undefined) return undefined
      if (namespace.metadata.deletionTimestamp === undefined) furnishNamespace(core, name, authority)
      else empty(core, namespace)
      return undefined
    },
  }
}

/** The account and the certificate that pods of a namespace need; without the account none is let in. */
export function furnishNamespace(core: Core, namespace: string, authority: string): void {
  if (core.store.get('serviceaccounts', `${namespace}/default`) === undefined) make(core, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace } })
  if (core.store.get('configmaps', `${namespace}/kube-root-ca.crt`) === undefined) {
    const annotations = { 'kubernetes.io/description': 'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.' }
    make(core, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'kube-root-ca.crt', namespace, annotations }, data: { 'ca.crt': authority } })
  }
}

/** Deletes everything inside; when nothing is left, the namespace goes. */
function empty(core: Core, namespace: KubeObject): void {
  const { name } = namespace.metadata
  const inside = core.store.collections().flatMap((collection) => objectsIn(core, collection, name))
  for (const object of inside) if (object.metadata.deletionTimestamp === undefined) remove(core, object)
  const left = core.store.collections().some((collection) => objectsIn(core, collection, name).length > 0)
  if (left) return
  // The finalizer of the cluster itself is done with; those of others hold the namespace.
  const { finalizers } = namespace.metadata as { readonly finalizers?: unknown }
  if (!isArray(finalizers) || finalizers.length === 0) core.store.remove('namespaces', name)
  else if (isObject(namespace['spec']) && namespace['spec']['finalizers'] !== undefined) core.store.put('namespaces', name, { ...namespace, spec: {} })
}
