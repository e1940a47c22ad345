import type { Answered, Condition } from './client.ts'
import type { Named } from './given.ts'
import { images } from './side.ts'

/** The least objects that both sides take. */

export const configMap = (name: string, data: object = {}, metadata: object = {}): Named => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, ...metadata }, data: data as Named })

export const podSpec = (image: string, more: object = {}): object => ({ containers: [{ name: 'app', image }], ...more })

export const pod = (name: string, image: string = images.runs, metadata: object = {}, spec: object = {}): Named => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name, labels: { app: name }, ...metadata }, spec: podSpec(image, spec) })

export const template = (app: string, image: string, spec: object = {}): object => ({ metadata: { labels: { app } }, spec: podSpec(image, spec) })

export function deployment(name: string, image: string = images.runs, spec: object = {}, podMore: object = {}): Named {
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name }, spec: { replicas: 2, selector: { matchLabels: { app: name } }, template: template(name, image, podMore), ...spec } }
}

export function job(name: string, spec: object = {}, image: string = images.completes): Named {
  return { apiVersion: 'batch/v1', kind: 'Job', metadata: { name }, spec: { template: { spec: podSpec(image, { restartPolicy: 'Never' }) }, ...spec } }
}

export function service(name: string, spec: object = {}): Named {
  return { apiVersion: 'v1', kind: 'Service', metadata: { name }, spec: { selector: { app: name }, ports: [{ port: 80, targetPort: 8080 }], ...spec } }
}

export const ownerOf = (owner: Answered, more: object = {}): object => ({ apiVersion: owner.apiVersion, kind: owner.kind, name: owner.metadata.name, uid: owner.metadata.uid, ...more })

export const condition = (object: Answered, type: string): Condition | undefined => object.status?.conditions?.find((each) => each.type === type)
export const isReady = (object: Answered): boolean => condition(object, 'Ready')?.status === 'True'
export const namesOf = (list: Answered): readonly string[] => list.items.map(({ metadata }) => metadata.name)

/** What a refusal says of single fields. */
export const fieldsOf = ({ details }: Answered): readonly (string | undefined)[] => (details?.causes ?? []).map(({ field }) => field)
