/** Defaults of pods and pod templates, as pkg/apis/core/v1/defaults.go of Kubernetes sets them. */
import { isArray, isObject } from '../schema/lookup.ts'
import type { JsonObject } from '../schema/lookup.ts'

const objects = (value: unknown): readonly JsonObject[] => (isArray(value) ? value.filter(isObject) : [])

/** Replaces a field by what `change` makes of it, where the field is there. */
export function within(object: JsonObject, field: string, change: (value: JsonObject) => JsonObject): JsonObject {
  const value = object[field]
  return isObject(value) ? { ...object, [field]: change(value) } : object
}

export function each(object: JsonObject, field: string, change: (item: JsonObject) => JsonObject): JsonObject {
  return isArray(object[field]) ? { ...object, [field]: objects(object[field]).map(change) } : object
}

export function podSpecDefaults(spec: JsonObject): JsonObject {
  const account = spec['serviceAccountName'] ?? spec['serviceAccount']
  const named = account === undefined ? spec : { ...spec, serviceAccountName: account, serviceAccount: account }
  const filled = { restartPolicy: 'Always', terminationGracePeriodSeconds: 30, dnsPolicy: 'ClusterFirst', securityContext: {}, schedulerName: 'default-scheduler', ...named }
  const ports = spec['hostNetwork'] === true ? hostPorts : (container: JsonObject): JsonObject => container
  const container = (item: JsonObject): JsonObject => ports(containerDefaults(item))
  return each(each(each(each(filled, 'containers', container), 'initContainers', container), 'ephemeralContainers', containerDefaults), 'volumes', volumeDefaults)
}

/** What only pods get, not templates. */
export function podDefaults(pod: JsonObject): JsonObject {
  return within(pod, 'spec', (spec) => {
    const filled = { enableServiceLinks: true, ...podSpecDefaults(spec) }
    return each(each(filled, 'containers', requestsFromLimits), 'initContainers', requestsFromLimits)
  })
}

export const templateDefaults = (template: JsonObject): JsonObject => within(template, 'spec', podSpecDefaults)

function requestsFromLimits(container: JsonObject): JsonObject {
  const resources = container['resources']
  if (!isObject(resources) || !isObject(resources['limits'])) return container
  return { ...container, resources: { ...resources, requests: { ...resources['limits'], ...(isObject(resources['requests']) ? resources['requests'] : {}) } } }
}

function containerDefaults(container: JsonObject): JsonObject {
  const image = typeof container['image'] === 'string' ? container['image'] : ''
  const filled = { imagePullPolicy: pullPolicy(image), terminationMessagePath: '/dev/termination-log', terminationMessagePolicy: 'File', resources: {}, ...container }
  const probed = ['livenessProbe', 'readinessProbe', 'startupProbe'].reduce((before, probe) => within(before, probe, probeDefaults), filled as JsonObject)
  const hooked = within(probed, 'lifecycle', (lifecycle) => ['postStart', 'preStop'].reduce((before, hook) => within(before, hook, (handler) => within(handler, 'httpGet', httpDefaults)), lifecycle))
  return each(each(hooked, 'ports', (port) => ({ protocol: 'TCP', ...port })), 'env', environmentDefaults)
}

/** `Always` for the tag `latest`, also an unwritten one; a digest alone has no tag. */
function pullPolicy(image: string): string {
  const digest = image.includes('@')
  const reference = image.split('@')[0] ?? ''
  const tag = /:([^/:]+)$/.exec(reference)?.[1]
  return tag === 'latest' || (tag === undefined && !digest) ? 'Always' : 'IfNotPresent'
}

const httpDefaults = (http: JsonObject): JsonObject => ({ path: '/', scheme: 'HTTP', ...http })

function probeDefaults(probe: JsonObject): JsonObject {
  const filled = { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3, ...probe }
  return within(within(filled, 'httpGet', httpDefaults), 'grpc', (grpc) => ({ ...grpc, service: grpc['service'] ?? '' }))
}

const environmentDefaults = (variable: JsonObject): JsonObject => within(variable, 'valueFrom', (from) => within(from, 'fieldRef', (reference) => ({ apiVersion: 'v1', ...reference })))

const fileMode = (source: JsonObject): JsonObject => ({ defaultMode: 0o644, ...source })
const fieldItems = (source: JsonObject): JsonObject => each(source, 'items', (item) => within(item, 'fieldRef', (reference) => ({ apiVersion: 'v1', ...reference })))

function volumeDefaults(volume: JsonObject): JsonObject {
  if (Object.keys(volume).every((field) => field === 'name')) return { ...volume, emptyDir: {} }
  const modes = ['configMap', 'secret'].reduce((before, source) => within(before, source, fileMode), volume)
  const downward = within(modes, 'downwardAPI', (source) => fieldItems(fileMode(source)))
  const projected = within(downward, 'projected', (source) => each(fileMode(source), 'sources', (item) => within(within(item, 'serviceAccountToken', (token) => ({ expirationSeconds: 3600, ...token })), 'downwardAPI', fieldItems)))
  return within(projected, 'hostPath', (path) => ({ type: '', ...path }))
}

const hostPorts = (container: JsonObject): JsonObject => each(container, 'ports', (port) => ({ hostPort: port['containerPort'], ...port }))
