import { containersOf, fieldAt, isMapping, objectName, podTemplateOf } from '@fermata/manifests'
import { inFile, type Reason } from '@fermata/verdict'
import type { ManifestSource } from '../model.ts'
import { readRepositoryPath } from '../repository-path.ts'
import { objectPattern, serviceIdPattern } from '../schema.ts'
import { initReason } from './codes.ts'
import { chooseForms, listed } from './forms.ts'
import type { FoundObject, KubernetesFiles } from './kubernetes-files.ts'
import { ownersAmong, type OwnersOf } from './ownership.ts'
import { folderOf, liesIn, nameOf, type Repository } from './repository.ts'
import { settingsOf, type FindConfigMap } from './settings.ts'
import type { Gathered, HostEntry, Origin, Unit } from './unit.ts'

/** One unit for each workload of the manifests, with the objects that belong to it and the names by which it is reached. */
export function kubernetesUnits({ objects, reasons }: KubernetesFiles, repository: Repository): Gathered & { readonly reasons: readonly Reason[] } {
  const workloads = objects.filter(isWorkload)
  const forms = chooseForms(workloads)
  const canBeNamed = ({ object, file }: FoundObject) => serviceIdPattern.test(object.metadata.name) && 'path' in readRepositoryPath(file)
  const named = forms.chosen.filter(canBeNamed)
  const unnamed = forms.chosen.filter((one) => !canBeNamed(one)).map(nameReason)
  const considered = objects.filter(besides(workloads, forms.chosen))
  const ownersOf = ownersAmong(named)
  const parts = divide(considered, named, ownersOf)
  const findConfigMap = configMaps(considered)
  const manifestsOf = manifestWriter(objects, repository)
  const units = named.map(
    (workload): Unit => ({
      id: workload.object.metadata.name,
      origin: originOf(workload),
      images: containersOf(workload.object).flatMap(({ image, role }) => (image === undefined || role !== 'container' ? [] : [image])),
      ports: portsOf(workload),
      built: false,
      settings: settingsOf(workload, findConfigMap),
      declared: [],
      manifests: manifestsOf([workload, ...(parts.owned.get(workload) ?? [])]),
      buildFolders: [],
      healthCheck: healthCheckOf(workload),
    }),
  )
  return { units, hosts: hostsOf(considered, named, ownersOf), reasons: [...reasons, ...forms.reasons, ...unnamed, ...parts.reasons] }
}

/** What runs on and on. Jobs and bare Pods belong to what stands beside them. */
function isWorkload({ object }: FoundObject): boolean {
  return podTemplateOf(object) !== undefined && !['Job', 'Pod', 'PodTemplate'].includes(object.kind)
}

/** Objects that are no workloads, and do not lie in a folder of which none was taken: they belong to the form that was left out. */
function besides(workloads: readonly FoundObject[], chosen: readonly FoundObject[]): (object: FoundObject) => boolean {
  const all = new Set(workloads)
  const folders = new Set(workloads.map(({ file }) => folderOf(file)))
  const taken = new Set(chosen.map(({ file }) => folderOf(file)))
  return (object) => !all.has(object) && (!folders.has(folderOf(object.file)) || taken.has(folderOf(object.file)))
}

interface Division {
  /** Objects by the workload that they belong to. */
  readonly owned: ReadonlyMap<FoundObject, readonly FoundObject[]>
  readonly reasons: readonly Reason[]
}

/** Gives each object to the one workload that it serves: by reference or selector, else because it stands in its file. */
function divide(objects: readonly FoundObject[], workloads: readonly FoundObject[], ownersOf: OwnersOf): Division {
  const owned = new Map<FoundObject, FoundObject[]>()
  const reasons: Reason[] = []
  const left: FoundObject[] = []
  const inFileOf = Map.groupBy(workloads, ({ file }) => file)
  for (const object of objects) {
    const owners = ownersOf(object)
    const beside = inFileOf.get(object.file) ?? []
    const [only] = owners.length === 1 ? owners : beside.length === 1 && (owners.length === 0 || owners.includes(beside[0] as FoundObject)) ? beside : []
    if (only !== undefined) push(owned, only, object)
    else if (owners.length > 1) {
      const names = owners.map((owner) => owner.object.metadata.name)
      reasons.push(initReason('FM-INIT-SHARED-OBJECT', { says: `${objectName(object.object)} belongs to ${listed(names)}, and so to none of them.`, where: object.where }))
    } else left.push(object)
  }
  for (const [file, rest] of Map.groupBy(left, (object) => object.file)) {
    reasons.push(initReason('FM-INIT-LEFT-OVER', { says: `${file} holds ${listed(rest.map(({ object }) => objectName(object)))}, which ${rest.length === 1 ? 'belongs' : 'belong'} to no service.`, where: rest[0]?.where }))
  }
  return { owned, reasons }
}

/** Whole files where all that they hold is the service's, whole folders where all their files are, and else the objects by name. */
function manifestWriter(all: readonly FoundObject[], repository: Repository): (own: readonly FoundObject[]) => readonly ManifestSource[] {
  const held = Map.groupBy(all, ({ file }) => file)
  const readable = readableBelow(repository)
  return (own) => {
    const whole: string[] = []
    const parts: ManifestSource[] = []
    for (const [file, objects] of Map.groupBy(own, (object) => object.file)) {
      if (!('path' in readRepositoryPath(file))) continue
      const names = objects.map(({ object }) => objectName(object)).filter((name) => objectPattern.test(name))
      if (held.get(file)?.every((object) => objects.includes(object))) whole.push(file)
      else if (names.length > 0) parts.push({ path: file, objects: names })
    }
    return [...foldersOf(whole, readable).map((path) => ({ path })), ...parts]
  }
}

/** For each folder, every file below it that would be read as manifest or kustomization. */
function readableBelow(repository: Repository): ReadonlyMap<string, readonly string[]> {
  const below = new Map<string, string[]>()
  for (const file of repository.files.keys()) {
    if (!/\.(?:ya?ml|json)$|(?:^|\/)Kustomization$/.test(file)) continue
    for (let folder = folderOf(file); folder !== '.'; folder = folderOf(folder)) push(below, folder, file)
  }
  return below
}

/** A folder instead of its files, when it holds two or more and nothing else that would be read with it. */
function foldersOf(files: readonly string[], readable: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const taken = [...new Set(files.map(folderOf))].filter((folder) => {
    const all = readable.get(folder) ?? []
    return all.length > 1 && all.every((path) => files.includes(path) && !/^kustomization\./i.test(nameOf(path)))
  })
  const top = taken.filter((folder) => !taken.some((other) => other !== folder && liesIn(folder, other)))
  return [...files.filter((file) => !top.some((folder) => liesIn(file, folder))), ...top].toSorted()
}

function configMaps(objects: readonly FoundObject[]): FindConfigMap {
  const byName = Map.groupBy(objects.filter(({ object }) => object.kind === 'ConfigMap'), ({ object }) => object.metadata.name)
  return (name, near) => {
    const all = byName.get(name) ?? []
    return all.find(({ file }) => file === near.file) ?? all.find(({ file }) => folderOf(file) === folderOf(near.file)) ?? (all.length === 1 ? all[0] : undefined)
  }
}

function hostsOf(objects: readonly FoundObject[], workloads: readonly FoundObject[], ownersOf: OwnersOf): readonly HostEntry[] {
  const services = objects.filter(({ object }) => object.kind === 'Service' && object.apiVersion === 'v1')
  const selected = services.map((service): HostEntry => ({
    host: service.object.metadata.name,
    namespace: service.object.metadata.namespace,
    units: fieldAt(service.object, ['spec', 'type']) === 'ExternalName' ? [] : ownersOf(service).map(({ object }) => object.metadata.name),
    where: originOf(service),
  }))
  const own = workloads.filter(({ object }) => object.apiVersion.startsWith('serving.knative.dev/'))
  return [...selected, ...own.map((workload): HostEntry => ({ host: workload.object.metadata.name, namespace: workload.object.metadata.namespace, units: [workload.object.metadata.name], where: originOf(workload) }))]
}

function originOf({ object, file, where }: FoundObject): Origin {
  return { file, line: where.kind === 'file' ? where.line : undefined, says: objectName(object) }
}

function portsOf({ object }: FoundObject): readonly number[] {
  return containersOf(object).flatMap(({ container }) => {
    const ports = container['ports']
    return Array.isArray(ports) ? ports.flatMap((port: unknown) => (isMapping(port) && typeof port['containerPort'] === 'number' ? [port['containerPort']] : [])) : []
  })
}

/** The path of the first HTTP readiness probe. */
function healthCheckOf(workload: FoundObject): Unit['healthCheck'] {
  for (const { container, path } of containersOf(workload.object)) {
    const found = fieldAt(container, ['readinessProbe', 'httpGet', 'path'])
    if (typeof found !== 'string' || !/^\/[^\s]*$/.test(found)) continue
    const where = workload.locate([...path, 'readinessProbe', 'httpGet', 'path'])
    return { path: found, origin: { file: workload.file, line: where.kind === 'file' ? where.line : undefined, says: 'readinessProbe' } }
  }
  return undefined
}

function nameReason({ object, file, where }: FoundObject): Reason {
  const reading = readRepositoryPath(file)
  if ('says' in reading) return initReason('FM-INIT-NAME', { says: reading.says, remedy: reading.remedy, where: inFile(file) })
  return initReason('FM-INIT-NAME', { says: `${JSON.stringify(object.metadata.name.slice(0, 120))} cannot be the id of a service.`, remedy: 'Ids are lower-case letters, digits, dots, underscores and hyphens, at most 100.', where })
}

function push<K, V>(lists: Map<K, V[]>, key: K, value: V): void {
  const list = lists.get(key)
  if (list === undefined) lists.set(key, [value])
  else list.push(value)
}
