/**
 * Condenses what Kubernetes says of its own types into the table that the stand-in works with.
 *
 *   node packages/sandbox/schema/condense.ts KUBERNETES API APIMACHINERY APIEXTENSIONS > packages/sandbox/src/cluster/schema/kubernetes.ts
 *
 * The four arguments are the folders of the Go modules k8s.io/kubernetes, k8s.io/api, k8s.io/apimachinery and
 * k8s.io/apiextensions-apiserver of one version. The OpenAPI description (v3) gives fields, list types and merge keys;
 * the Go structs give what OpenAPI keeps to itself: which fields are pointers and which are left out when empty.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

interface OpenApi {
  readonly $ref?: string
  readonly allOf?: readonly OpenApi[]
  readonly oneOf?: readonly OpenApi[]
  readonly type?: string
  readonly format?: string
  readonly default?: unknown
  readonly properties?: Readonly<Record<string, OpenApi>>
  readonly required?: readonly string[]
  readonly items?: OpenApi
  readonly additionalProperties?: OpenApi
  readonly 'x-kubernetes-list-type'?: string
  readonly 'x-kubernetes-list-map-keys'?: readonly string[]
  readonly 'x-kubernetes-map-type'?: string
  readonly 'x-kubernetes-patch-merge-key'?: string
  readonly 'x-kubernetes-patch-strategy'?: string
}

const [kubernetes, api, apimachinery, apiextensions] = process.argv.slice(2)
if (kubernetes === undefined || api === undefined || apimachinery === undefined || apiextensions === undefined) throw new Error('four folders are needed: kubernetes, api, apimachinery, apiextensions-apiserver')

const groups = ['api__v1', 'apis__apps__v1', 'apis__batch__v1', 'apis__autoscaling__v1', 'apis__autoscaling__v2', 'apis__policy__v1', 'apis__networking.k8s.io__v1', 'apis__rbac.authorization.k8s.io__v1', 'apis__coordination.k8s.io__v1', 'apis__discovery.k8s.io__v1', 'apis__authorization.k8s.io__v1', 'apis__authentication.k8s.io__v1', 'apis__scheduling.k8s.io__v1', 'apis__storage.k8s.io__v1', 'apis__events.k8s.io__v1', 'apis__apiextensions.k8s.io__v1']
const roots = [
  ...['ConfigMap', 'Secret', 'ServiceAccount', 'Service', 'Endpoints', 'Pod', 'PodTemplate', 'Event', 'PersistentVolumeClaim', 'PersistentVolume', 'ResourceQuota', 'LimitRange', 'Namespace', 'Node', 'ReplicationController'].map((kind) => `io.k8s.api.core.v1.${kind}`),
  ...['Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'ControllerRevision'].map((kind) => `io.k8s.api.apps.v1.${kind}`),
  'io.k8s.api.batch.v1.Job', 'io.k8s.api.batch.v1.CronJob', 'io.k8s.api.autoscaling.v1.Scale', 'io.k8s.api.autoscaling.v2.HorizontalPodAutoscaler',
  'io.k8s.api.policy.v1.PodDisruptionBudget', 'io.k8s.api.policy.v1.Eviction',
  ...['Ingress', 'IngressClass', 'NetworkPolicy'].map((kind) => `io.k8s.api.networking.v1.${kind}`),
  ...['Role', 'RoleBinding', 'ClusterRole', 'ClusterRoleBinding'].map((kind) => `io.k8s.api.rbac.v1.${kind}`),
  'io.k8s.api.coordination.v1.Lease', 'io.k8s.api.discovery.v1.EndpointSlice', 'io.k8s.api.scheduling.v1.PriorityClass', 'io.k8s.api.storage.v1.StorageClass',
  ...['SelfSubjectAccessReview', 'SelfSubjectRulesReview', 'SubjectAccessReview'].map((kind) => `io.k8s.api.authorization.v1.${kind}`), 'io.k8s.api.authentication.v1.SelfSubjectReview', 'io.k8s.api.authentication.v1.TokenRequest',
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinition',
  'io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions',
]

const openApi = new Map<string, OpenApi>()
for (const group of groups) {
  const document = JSON.parse(readFileSync(join(kubernetes, 'api/openapi-spec/v3', `${group}_openapi.json`), 'utf8')) as { components: { schemas: Record<string, OpenApi> } }
  for (const [name, schema] of Object.entries(document.components.schemas)) openApi.set(name, schema)
}

interface GoField { readonly pointer: boolean; readonly omit: boolean; readonly omitZero: boolean }
type GoStruct = { readonly fields: Map<string, GoField>; readonly inline: string[] }

/** Structs of the Go files in a folder. gofmt puts one field on a line, which is all that this relies on. */
function goStructs(folder: string): Map<string, GoStruct> {
  const structs = new Map<string, GoStruct>()
  for (const file of readdirSync(folder).filter((name) => /types.*\.go$/.test(name) && !name.endsWith('_test.go'))) {
    let current: GoStruct | undefined
    for (const line of readFileSync(join(folder, file), 'utf8').split('\n')) {
      const start = /^type (\w+) struct \{/.exec(line)
      if (start) { current = { fields: new Map(), inline: [] }; structs.set(start[1] as string, current); continue }
      if (line.startsWith('}')) current = undefined
      const field = /^\t(?:\w+\s+)?(\*?)([\w.[\]*]+)\s+`[^`]*json:"([^",]*)((?:,\w+)*)"/.exec(line)
      if (current === undefined || field === null) continue
      const [, star, type, name, flags] = field as unknown as [string, string, string, string, string]
      if (name === '') current.inline.push(type)
      else current.fields.set(name, { pointer: star === '*', omit: /omitempty|omitzero/.test(flags), omitZero: /omitzero/.test(flags) })
    }
  }
  return structs
}

const folders = new Map<string, Map<string, GoStruct>>()
function structOf(name: string): { readonly fields: ReadonlyMap<string, GoField> } | undefined {
  const parts = name.split('.')
  const type = parts.at(-1) as string
  const folder = name.startsWith('io.k8s.api.') ? join(api as string, parts.slice(3, -1).join('/'))
    : name.startsWith('io.k8s.apiextensions-apiserver.') ? join(apiextensions as string, parts.slice(3, -1).join('/'))
    : name.startsWith('io.k8s.apimachinery.') ? join(apimachinery as string, parts.slice(3, -1).join('/')) : undefined
  if (folder === undefined) return undefined
  const structs = folders.get(folder) ?? goStructs(folder)
  folders.set(folder, structs)
  const own = structs.get(type)
  if (own === undefined) return undefined
  const fields = new Map(own.fields)
  for (const inline of own.inline) for (const [field, flags] of structs.get(inline)?.fields ?? []) fields.set(field, flags)
  return { fields }
}

const special: Readonly<Record<string, string>> = {
  'io.k8s.apimachinery.pkg.util.intstr.IntOrString': 'int-or-string', 'io.k8s.apimachinery.pkg.api.resource.Quantity': 'quantity',
  'io.k8s.apimachinery.pkg.apis.meta.v1.Time': 'time', 'io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime': 'micro-time',
  'io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1': 'any', 'io.k8s.apimachinery.pkg.runtime.RawExtension': 'any',
  'io.k8s.apimachinery.pkg.apis.meta.v1.Duration': 'string', 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON': 'any',
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps': 'any',
}
const wanted: string[] = [...roots]
const shortName = (name: string): string => name.replace('io.k8s.api.', '').replace('io.k8s.apimachinery.pkg.apis.', '').replace('io.k8s.apiextensions-apiserver.pkg.apis.', '')

function node(schema: OpenApi): unknown {
  const ref = schema.$ref ?? (schema.allOf?.length === 1 ? schema.allOf[0]?.$ref : undefined)
  if (ref !== undefined) {
    const name = ref.replace('#/components/schemas/', '')
    if (special[name] !== undefined) return special[name]
    const target = openApi.get(name)
    if (target?.properties === undefined && target?.type !== undefined && target.type !== 'object') return node(target)
    if (target?.properties === undefined) return 'any'
    if (!wanted.includes(name)) wanted.push(name)
    return { ref: shortName(name) }
  }
  switch (schema.type) {
    case 'string': return schema.format === 'byte' ? 'bytes' : schema.format === 'date-time' ? 'time' : 'string'
    case 'integer': return schema.format === 'int64' ? 'int64' : 'int32'
    case 'number': return 'number'
    case 'boolean': return 'boolean'
    case 'array': return {
      list: node(schema.items ?? {}),
      ...(schema['x-kubernetes-list-type'] === 'map' ? { keys: schema['x-kubernetes-list-map-keys'] } : {}),
      ...(schema['x-kubernetes-list-type'] === 'set' ? { set: true } : {}),
      ...(schema['x-kubernetes-patch-strategy']?.includes('merge') ? { merge: schema['x-kubernetes-patch-merge-key'] ?? '' } : {}),
    }
    case 'object': return schema.additionalProperties === undefined ? 'any' : { map: node(schema.additionalProperties), ...(schema['x-kubernetes-map-type'] === 'atomic' ? { atomic: true } : {}) }
    default: return 'any'
  }
}

const out: string[] = []
for (let index = 0; index < wanted.length; index++) {
  const name = wanted[index] as string
  const schema = openApi.get(name)
  if (schema?.properties === undefined) throw new Error(`no properties: ${name}`)
  const go = structOf(name)
  if (go === undefined) throw new Error(`no Go struct: ${name}`)
  const fields: Record<string, unknown> = {}
  for (const [field, value] of Object.entries(schema.properties)) {
    const flags = go.fields.get(field)
    if (flags === undefined) { if (field === 'apiVersion' || field === 'kind') { fields[field] = { type: 'string' }; continue } throw new Error(`no Go field: ${name}.${field}`) }
    const entry: Record<string, unknown> = { type: node(value) }
    if (flags.pointer) entry['pointer'] = true
    const time = (entry['type'] === 'time' || entry['type'] === 'micro-time') && !flags.pointer && !flags.omitZero // Go's omitempty does not leave out structs
    if (!flags.omit || time) entry['always'] = true
    if (value.default !== undefined && !(typeof value.default === 'object') && value.default !== '' && value.default !== 0 && value.default !== false) entry['default'] = value.default
    if (value['x-kubernetes-patch-strategy']?.includes('retainKeys')) entry['retainKeys'] = true
    fields[field] = entry
  }
  const type = { fields, ...(schema.required ? { required: schema.required } : {}), ...(schema['x-kubernetes-map-type'] === 'atomic' ? { atomic: true } : {}) }
  out.push(`  ${JSON.stringify(shortName(name))}: ${JSON.stringify(type)},`)
}
process.stdout.write(`// Generated by schema/condense.ts from the API description of Kubernetes 1.35 (Apache-2.0). Not edited by hand.
import type { StructType } from './types.ts'

export const kubernetesTypes: Readonly<Record<string, StructType>> = {
${out.join('\n')}
}
`)
