import type { KubeObject } from '@fermata/ports'
import { isMapping } from './mapping.ts'

/** Keys and indexes from an object to one of its fields. */
export type FieldPath = readonly (string | number)[]

/** The pods that an object makes, as far as they can be told from it. */
export interface PodTemplate {
  /** Where it stands in its object; of a Pod the object itself. */
  readonly path: FieldPath
  readonly metadata: Readonly<Record<string, unknown>>
  readonly spec: Readonly<Record<string, unknown>>
}

/** An init container ends before the others begin, unless it restarts always: then it is a sidecar and stays. */
export type ContainerRole = 'container' | 'init' | 'sidecar' | 'ephemeral'

export interface PlacedContainer {
  readonly name: string
  readonly role: ContainerRole
  /** As written. Absent where something outside of the manifest sets it. */
  readonly image: string | undefined
  /** Where it stands in its object. */
  readonly path: FieldPath
  readonly container: Readonly<Record<string, unknown>>
}

/**
 * The pod template of any object that has one. Told by its shape and not by its kind, so that Argo's Rollout,
 * Knative's Service and others of this form are understood as well as Deployment, StatefulSet, DaemonSet and Job.
 */
export function podTemplateOf(object: KubeObject): PodTemplate | undefined {
  const path = pathOfTemplate(object)
  const template = fieldAt(object, path)
  if (!isMapping(template) || !isMapping(template['spec']) || !Array.isArray(template['spec']['containers'])) return undefined
  return { path, metadata: isMapping(template['metadata']) ? template['metadata'] : {}, spec: template['spec'] }
}

function pathOfTemplate(object: KubeObject): FieldPath {
  if (object.apiVersion === 'v1' && object.kind === 'Pod') return []
  if (object.apiVersion === 'v1' && object.kind === 'PodTemplate') return ['template']
  return object.kind === 'CronJob' ? ['spec', 'jobTemplate', 'spec', 'template'] : ['spec', 'template']
}

/** Every container of an object's pods, init and ephemeral containers included; none for an object without pods. */
export function containersOf(object: KubeObject): readonly PlacedContainer[] {
  const template = podTemplateOf(object)
  if (template === undefined) return []
  return containerLists.flatMap(({ field, role }) => {
    const list = template.spec[field]
    if (!Array.isArray(list)) return []
    return list.filter(isMapping).map((container, index): PlacedContainer => ({
      name: typeof container['name'] === 'string' ? container['name'] : '',
      role: role === 'init' && container['restartPolicy'] === 'Always' ? 'sidecar' : role,
      image: typeof container['image'] === 'string' ? container['image'] : undefined,
      path: [...template.path, 'spec', field, index],
      container,
    }))
  })
}

const containerLists = [
  { field: 'initContainers', role: 'init' },
  { field: 'containers', role: 'container' },
  { field: 'ephemeralContainers', role: 'ephemeral' },
] as const

/**
 * A copy of an object in which containers run other images. Everything that does not change is shared with the object given.
 * @param choose the new image of a container, or undefined to leave it as it is
 */
export function withImages<T extends KubeObject>(object: T, choose: (container: PlacedContainer) => string | undefined): T {
  return containersOf(object).reduce<T>((changed, container) => {
    const image = choose(container)
    return image === undefined || image === container.image ? changed : (withField(changed, [...container.path, 'image'], image) as T)
  }, object)
}

/** The field at a path, or undefined where there is none. */
export function fieldAt(value: unknown, path: FieldPath): unknown {
  return path.reduce<unknown>((part, key) => (typeof part === 'object' && part !== null && Object.hasOwn(part, key) ? (part as Readonly<Record<string | number, unknown>>)[key] : undefined), value)
}

function withField(value: unknown, path: FieldPath, field: unknown): unknown {
  const [key, ...rest] = path
  if (key === undefined) return field
  const part = withField((value as Readonly<Record<string | number, unknown>>)[key], rest, field)
  return Array.isArray(value) ? value.with(key as number, part) : { ...(value as object), [key]: part }
}
