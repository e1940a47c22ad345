/** What the API server makes of a pod's service account: the pod may read its credentials, and there is none without one. */
import { forbidden } from '../api/status.ts'
import { randomSuffix } from '../core.ts'
import type { Core } from '../core.ts'
import { isArray, isObject } from '../schema/lookup.ts'
import type { JsonObject } from '../schema/lookup.ts'
import { each, within } from './pod-defaults.ts'

const mountPath = '/var/run/secrets/kubernetes.io/serviceaccount'

/** @throws ApiError 403 when the namespace has no such account */
export function admitAccount(core: Core, namespace: string, name: string, pod: JsonObject): JsonObject {
  const spec = isObject(pod['spec']) ? pod['spec'] : {}
  const accountName = String(spec['serviceAccountName'])
  const account = core.store.get('serviceaccounts', `${namespace}/${accountName}`)
  if (account === undefined) throw forbidden({ group: '', resource: 'pods' }, name, `error looking up service account ${namespace}/${accountName}: serviceaccount ${JSON.stringify(accountName)} not found`)
  const mounts = spec['automountServiceAccountToken'] ?? account['automountServiceAccountToken'] ?? true
  const containers = ['containers', 'initContainers'].flatMap((field) => (isArray(spec[field]) ? spec[field].filter(isObject) : []))
  return mounts === true && !containers.every(hasMount) ? within(pod, 'spec', (given) => withCredentials(core, given)) : pod
}

const mountsOf = (container: JsonObject): readonly JsonObject[] => (isArray(container['volumeMounts']) ? container['volumeMounts'].filter(isObject) : [])
const hasMount = (container: JsonObject): boolean => mountsOf(container).some((mount) => mount['mountPath'] === mountPath)

function withCredentials(core: Core, spec: JsonObject): JsonObject {
  const name = `kube-api-access-${randomSuffix(core.random)}`
  const mounted = (container: JsonObject): JsonObject => (hasMount(container) ? container : { ...container, volumeMounts: [...mountsOf(container), { name, readOnly: true, mountPath }] })
  const sources = [
    { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
    { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
    { downwardAPI: { items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }] } },
  ]
  const volumes = isArray(spec['volumes']) ? spec['volumes'] : []
  return each(each({ ...spec, volumes: [...volumes, { name, projected: { sources, defaultMode: 0o644 } }] }, 'containers', mounted), 'initContainers', mounted)
}
