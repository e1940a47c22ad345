import type { FileEntry, Files } from '@fermata/ports'
import { didYouMean, inFile, locationText, type Location, type Problem } from '@fermata/verdict'
import { readObjects } from './documents.ts'
import { kustomizationNames, readKustomization, withNamespace } from './kustomization.ts'
import { largestManifest, type Ignored, type ManifestReading, type ManifestSource, type PlacedObject } from './model.ts'
import { folderOf, joinPath, nameOf } from './paths.ts'

/**
 * Reads Kubernetes objects from files, folders (every .yaml, .yml and .json in them, recursively, by name) and kustomizations that only gather resources.
 * What another program must render first, Helm charts and other kustomizations, is a problem with its remedy.
 * A file that several sources name is read once. Two definitions of one object are a problem.
 * @param namedAt where the sources are written: the place of a source that is not there
 * @throws EnvironmentError when a file cannot be read; ConfigurationError when a path leads outside of the working directory
 */
export async function readManifests(sources: readonly ManifestSource[], files: Files, namedAt?: Location): Promise<ManifestReading> {
  const reader = manifestReader(files, namedAt)
  const objects = new Set<PlacedObject>()
  const problems = new Map<string, Problem>()
  const ignored = new Map<string, Ignored>()
  for (const source of sources) {
    const read = await reader.source(joinPath('.', source.path))
    for (const problem of read.problems) problems.set(`${problem.where === undefined ? '' : locationText(problem.where)} ${problem.says}`, problem)
    for (const entry of read.ignored) ignored.set(`${locationText(entry.where)} ${entry.because}`, entry)
    const chosen = source.objects === undefined ? read : chooseObjects(read, source.objects, source.path)
    for (const object of chosen.objects) objects.add(object)
    for (const problem of chosen === read ? [] : chosen.problems) problems.set(problem.says, problem)
  }
  const all = [...objects]
  return { objects: all, problems: [...problems.values(), ...doubleProblems(all)], ignored: [...ignored.values()] }
}

/** `Kind/name` of an object, as `objects` of a manifest source names it. */
export function objectName(object: PlacedObject['object']): string {
  return `${object.kind}/${object.metadata.name}`
}

function chooseObjects(read: ManifestReading, names: readonly string[], path: string): Pick<ManifestReading, 'objects' | 'problems'> {
  const there = new Set(read.objects.map(({ object }) => objectName(object)))
  const missing = read.problems.length > 0 ? [] : names.filter((name) => !there.has(name))
  return {
    objects: read.objects.filter(({ object }) => names.includes(objectName(object))),
    problems: missing.map((name) => {
      const meant = didYouMean(name, [...there])
      const held = [...there].slice(0, 20).join(', ')
      return { says: `${path} holds no ${name}.${meant === undefined ? '' : ` Did you mean ${meant}?`}`, remedy: held === '' ? 'It holds no object at all.' : `It holds ${held}${there.size > 20 ? ' and others' : ''}.`, where: inFile(path) }
    }),
  }
}

/** Group, kind, namespace and name: what the API server takes for one object, whatever the version. */
function identity({ apiVersion, kind, metadata }: PlacedObject['object']): string {
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : ''
  return JSON.stringify([group, kind, metadata.namespace ?? '', metadata.name])
}

function doubleProblems(objects: readonly PlacedObject[]): readonly Problem[] {
  const first = new Map<string, PlacedObject>()
  return objects.flatMap((placed) => {
    const earlier = first.get(identity(placed.object))
    if (earlier === undefined) {
      first.set(identity(placed.object), placed)
      return []
    }
    return [{ says: `${objectName(placed.object)} is defined twice: first in ${locationText(earlier.where)}.`, remedy: 'Keep one of them, or name the objects that are meant with `objects`.', where: placed.where }]
  })
}

const nothing: ManifestReading = { objects: [], problems: [], ignored: [] }
const deepestFolder = 32

interface Reader {
  source(path: string): Promise<ManifestReading>
}

function manifestReader(files: Files, sourcesAt: Location | undefined): Reader {
  const readings = new Map<string, Promise<ManifestReading>>()
  const listings = new Map<string, Promise<readonly FileEntry[] | undefined>>()
  const list = (folder: string) => remember(listings, folder, () => files.list(folder))

  const source = async (path: string, namedAt: Location | undefined): Promise<ManifestReading> => {
    const entries = await list(path)
    if (entries !== undefined) return folder(path, entries, 0, true, namedAt)
    const entry = (await list(folderOf(path)))?.find(({ name }) => name === nameOf(path))
    if (entry === undefined) return only({ says: `There is no file or folder ${path}.`, remedy: 'Correct the path; it is relative to the working directory.', where: namedAt ?? inFile(path) })
    if (nameOf(path) === 'Chart.yaml') return only(helmProblem(folderOf(path)))
    if (isKustomization(nameOf(path))) return kustomization(path, [])
    return file(path, entry)
  }

  const folder = async (path: string, entries: readonly FileEntry[], depth: number, named: boolean, namedAt?: Location): Promise<ManifestReading> => {
    if (entries.some(({ name }) => name === 'Chart.yaml')) return only(helmProblem(path))
    const kustomizations = entries.filter(({ name, kind }) => kind === 'file' && isKustomization(name))
    if (kustomizations.length > 1) return only({ says: `${path} holds ${kustomizations.map(({ name }) => name).join(' and ')}, and kustomize reads only one.`, remedy: 'Keep one of them.', where: inFile(joinPath(path, kustomizations[1]?.name ?? '')) })
    const [own] = kustomizations
    if (own !== undefined) {
      if (named) return kustomization(joinPath(path, own.name), [])
      return only({ says: `The folder above ${path} is read as plain manifests, and ${path} is a kustomization: the two may define the same objects.`, remedy: `Point manifests to ${path} itself, or to the plain files.`, where: inFile(joinPath(path, own.name)) })
    }
    if (depth > deepestFolder) return only({ says: `${path} is nested deeper than ${deepestFolder} folders.`, remedy: 'Look for a link that leads back to a folder above it.', where: namedAt ?? inFile(path) })
    const parts: ManifestReading[] = []
    for (const entry of entries) parts.push(await inFolder(path, entry, depth))
    return combine(parts)
  }

  const inFolder = async (above: string, entry: FileEntry, depth: number): Promise<ManifestReading> => {
    const path = joinPath(above, entry.name)
    if (entry.name.startsWith('.') || entry.name === 'node_modules') return passOver(path, 'hidden files, hidden folders and node_modules are never read')
    if (entry.kind === 'other') return passOver(path, 'neither a file nor a folder, or a link that leads outside')
    if (entry.kind === 'folder') return folder(path, (await list(path)) ?? [], depth + 1, false)
    return /\.(?:ya?ml|json)$/.test(entry.name) ? file(path, entry) : passOver(path, 'its name ends neither in .yaml nor in .yml nor in .json')
  }

  const file = (path: string, entry: FileEntry) => remember(readings, path, async () => {
    const text = await readText(files, path, entry)
    return typeof text === 'string' ? readObjects(text, path) : only(text)
  })

  const kustomization = kustomizationReader(files, list, source)
  const wholes = new Map<string, Promise<ManifestReading>>()
  return { source: (path) => remember(wholes, path, () => source(path, sourcesAt)) }
}

/** Reads what kustomizations gather, and what is gathered by those that they gather. */
function kustomizationReader(files: Files, list: (folder: string) => Promise<readonly FileEntry[] | undefined>, plain: (path: string, namedAt: Location | undefined) => Promise<ManifestReading>): (path: string, chain: readonly string[]) => Promise<ManifestReading> {
  const kustomization = async (path: string, chain: readonly string[]): Promise<ManifestReading> => {
    if (chain.includes(path)) return only({ says: `Kustomizations name each other: ${[...chain, path].join(', ')}.`, remedy: 'Remove one of these resources.', where: inFile(path) })
    const entry = (await list(folderOf(path)))?.find(({ name }) => name === nameOf(path))
    const text = entry === undefined ? undefined : await readText(files, path, entry)
    if (typeof text !== 'string') return only(text ?? { says: `There is no ${path}.`, where: inFile(path) })
    const { gathering, problems } = readKustomization(text, path)
    if (gathering === undefined) return { ...nothing, problems }
    const parts: ManifestReading[] = []
    for (const { path: resource, at } of gathering.resources) parts.push(await gathered(resource, at, [...chain, path]))
    const all = combine(parts)
    if (gathering.namespace === undefined) return all
    const moved = withNamespace(all.objects, gathering.namespace, path)
    return { ...all, objects: moved.objects, problems: [...all.problems, ...moved.problems] }
  }

  /** What a kustomization names is a file, or a folder that is a kustomization itself. */
  const gathered = async (path: string, at: Location | undefined, chain: readonly string[]): Promise<ManifestReading> => {
    const entries = await list(path)
    if (entries === undefined) return isKustomization(nameOf(path)) ? only({ says: `${path} is a kustomization and no resource.`, remedy: 'Name its folder.', ...(at && { where: at }) }) : plain(path, at)
    const own = entries.find(({ name, kind }) => kind === 'file' && isKustomization(name))
    if (own === undefined) return only({ says: `The folder ${path} is no kustomization.`, remedy: 'Name its files one by one, or give it a kustomization.yaml.', ...(at && { where: at }) })
    return kustomization(joinPath(path, own.name), chain)
  }
  return kustomization
}

/** The text of a file, or why it is not read. The size is asked before anything is loaded. */
async function readText(files: Files, path: string, entry: FileEntry): Promise<string | Problem> {
  const where = inFile(path)
  if (entry.size > largestManifest) return { says: `${path} has ${(entry.size / 1e6).toFixed(1)} million bytes, and at most ${largestManifest / 1e6} million are read.`, remedy: 'Check that this is a manifest; divide it if it is.', where }
  const bytes = entry.kind === 'file' ? await files.read(path) : undefined
  if (bytes === undefined) return { says: `${path} is no file that can be read.`, remedy: 'Replace it by a regular file inside of the working directory.', where }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return { says: `${path} is no UTF-8 text.`, remedy: 'Save it as UTF-8.', where }
  }
}

function helmProblem(folder: string): Problem {
  return { says: `${folder} is a Helm chart, and its templates are no manifests yet.`, remedy: `Render it first (helm template ${folder} > rendered.yaml) and point manifests to the result.`, where: inFile(joinPath(folder, 'Chart.yaml')) }
}

function isKustomization(name: string): boolean {
  return (kustomizationNames as readonly string[]).includes(name)
}

function only(problem: Problem): ManifestReading {
  return { ...nothing, problems: [problem] }
}

function passOver(path: string, because: string): ManifestReading {
  return { ...nothing, ignored: [{ where: inFile(path), because }] }
}

function combine(parts: readonly ManifestReading[]): ManifestReading {
  return { objects: parts.flatMap(({ objects }) => objects), problems: parts.flatMap(({ problems }) => problems), ignored: parts.flatMap(({ ignored }) => ignored) }
}

function remember<T>(known: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> {
  let found = known.get(key)
  if (found === undefined) known.set(key, (found = make()))
  return found
}
