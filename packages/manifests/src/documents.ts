import type { KubeObject } from '@fermata/ports'
import { parseJson, parseYaml, type Path, type TextDocument } from '@fermata/source'
import { inFile, type Location, type Problem } from '@fermata/verdict'
import { parseImage } from './image.ts'
import { isMapping, type Mapping } from './mapping.ts'
import type { Ignored, ManifestReading, PlacedObject } from './model.ts'
import { containersOf } from './pod-template.ts'

/**
 * The objects of one text: documents of YAML as Kubernetes' tools read it, or JSON; lists are unrolled.
 * @param file what the text is called, relative to the repository; JSON when it ends in `.json`
 */
export function readObjects(text: string, file: string): ManifestReading {
  const { documents, problems } = file.endsWith('.json') ? parseJson(text, { file }) : parseYaml(text, { file, version: '1.1' })
  if (problems.length > 0) return { objects: [], problems: problems.map(({ says, line, column }) => ({ says, where: inFile(file, line, column) })), ignored: [] }
  const found: Found = { file, objects: [], problems: [], ignored: [] }
  for (const document of documents) {
    if (document.value === null) found.ignored.push({ where: inFile(file), because: 'an empty document' })
    else readValue(document, document.value, [], found)
  }
  return found
}

interface Found {
  readonly file: string
  readonly objects: PlacedObject[]
  readonly problems: Problem[]
  readonly ignored: Ignored[]
}

function readValue(document: TextDocument, value: unknown, path: Path, found: Found): void {
  const locate = (inner: Path): Location => {
    const { line, column } = document.nearestPosition([...path, ...inner])
    return inFile(found.file, line, column)
  }
  if (!isMapping(value)) {
    found.problems.push({ says: `This is ${Array.isArray(value) ? 'a list' : 'a single value'} and no Kubernetes object.`, remedy: 'Leave only Kubernetes objects in manifests.', where: locate([]) })
    return
  }
  const items = itemsOf(value)
  if (items !== undefined) {
    items.forEach((item, index) => readValue(document, item, [...path, 'items', index], found))
    return
  }
  const problems = shapeProblems(value, locate)
  if (problems.length > 0) {
    found.problems.push(...problems)
    return
  }
  const object = value as KubeObject
  found.objects.push({ object, where: locate([]), locate })
  found.problems.push(...imageProblems(object, locate))
}

/** Items of `v1/List` and of typed lists, whose items need not repeat what the list says. */
function itemsOf(value: Mapping): readonly unknown[] | undefined {
  const { kind, apiVersion, items } = value
  if (typeof kind !== 'string' || !kind.endsWith('List') || !Array.isArray(items)) return undefined
  if (kind === 'List') return items
  return items.map((item: unknown) => (isMapping(item) ? { apiVersion, kind: kind.slice(0, -'List'.length), ...item } : item))
}

/** What every object must have before anything can be asked of it. */
function shapeProblems(value: Mapping, locate: (path: Path) => Location): readonly Problem[] {
  const problems: Problem[] = []
  const text = (path: readonly string[], held: unknown, example: string) => {
    if (typeof held === 'string' && held !== '') return
    const name = path.join('.')
    if (held === undefined || held === null || held === '') problems.push({ says: `This is no Kubernetes object: ${name} is missing.`, remedy: `Write ${name}, such as ${example}, or take the document out of the manifests.`, where: locate(path) })
    else problems.push({ says: `${name} is no text.`, remedy: 'Put it in quotes.', where: locate(path) })
  }
  text(['apiVersion'], value['apiVersion'], 'apps/v1')
  text(['kind'], value['kind'], 'Deployment')
  if (problems.length > 0) return problems.slice(0, 1)
  const metadata = value['metadata']
  if (!isMapping(metadata)) return [{ says: `${String(value['kind'])} has no metadata.name.`, remedy: 'Write metadata with a name.', where: locate(['metadata']) }]
  if (metadata['name'] === undefined && typeof metadata['generateName'] === 'string') {
    return [{ says: `${String(value['kind'])} has generateName and no name: each release would make another one.`, remedy: 'Give it a metadata.name.', where: locate(['metadata', 'generateName']) }]
  }
  text(['metadata', 'name'], metadata['name'], 'cart')
  if (metadata['namespace'] !== undefined && metadata['namespace'] !== null) text(['metadata', 'namespace'], metadata['namespace'], 'shop')
  for (const field of ['labels', 'annotations'] as const) problems.push(...textMapProblems(field, metadata[field], locate))
  return problems
}

/** `version: 1.10` as a label is a number to YAML, and refused by the API server. */
function textMapProblems(field: 'labels' | 'annotations', held: unknown, locate: (path: Path) => Location): readonly Problem[] {
  if (held === undefined || held === null) return []
  if (!isMapping(held)) return [{ says: `metadata.${field} is no mapping.`, remedy: `Write ${field} as name: value.`, where: locate(['metadata', field]) }]
  return Object.entries(held).flatMap(([name, value]) =>
    typeof value === 'string' ? [] : [{ says: `metadata.${field}: the value of ${JSON.stringify(name)} is no text.`, remedy: 'Put it in quotes.', where: locate(['metadata', field, name]) }],
  )
}

function imageProblems(object: KubeObject, locate: (path: Path) => Location): readonly Problem[] {
  return containersOf(object).flatMap(({ image, path, container }) => {
    const where = locate([...path, 'image'])
    if (image === undefined) return container['image'] === undefined || container['image'] === null ? [] : [{ says: `The image of container ${String(container['name'])} is no text.`, remedy: 'Put it in quotes.', where }]
    const reading = parseImage(image)
    return 'says' in reading ? [{ ...reading, where }] : []
  })
}
