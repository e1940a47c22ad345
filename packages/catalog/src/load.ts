import { parseYaml, type TextDocument } from '@fermata/source'
import { ConfigurationError, inFile, type Problem } from '@fermata/verdict'
import * as z from 'zod/mini'
import { buildCatalog } from './build.ts'
import { meaningProblems, type KnownNames } from './check.ts'
import { wayText } from './way-text.ts'
import { defaults, largestCatalog } from './defaults.ts'
import { buildGraph } from './graph.ts'
import type { Catalog } from './model.ts'
import { placesIn, shapeProblems, type Places } from './problems.ts'
import { setPlainApart } from './plain-services.ts'
import { catalogSchema, type CatalogText, type ServiceText } from './schema.ts'
import { isMapping, soundPart } from './sound-part.ts'

export interface LoadOptions {
  /** Whether services that need each other are one unit or refused. Default: what the file says under `cycles`, else `unit`. */
  readonly cycles?: 'unit' | 'error'
}

/**
 * Reads a catalog: YAML 1.2 or JSON in the form of fermata.yaml, with `services`, `slos` or both.
 * Places in the file are worked out only when somebody looks at `where`.
 * @param file what the text is called in problems, relative to the repository
 * @throws ConfigurationError with all that is wrong, each with its line and column
 */
export function loadCatalog(text: string, file: string, options: LoadOptions = {}): Catalog {
  const document = readDocument(text, file)
  const places = placesIn(file, document)
  const { rest, plain } = setPlainApart(document.value)
  const shape = z.safeParse(catalogSchema, rest)
  const sound = withPlain(document.value, plain, shape.success ? shape.data : soundPart(rest, shape.error.issues))
  const problems = [
    ...(shape.success ? [] : shapeProblems(shape.error.issues, document.value, places)),
    ...lostNameProblems(document.value, places),
    ...meaningProblems(sound, knownNames(document.value), places),
  ]
  if (problems.length > 0) throw new ConfigurationError(problems.toSorted(byPlace))
  const catalog = buildCatalog(file, sound, places)
  if (catalog.services.size + catalog.slos.size === 0) throw nothingIn(file)
  if ((options.cycles ?? sound.cycles ?? defaults.cycles) === 'error') refuseCycles(catalog, places)
  return catalog
}

/** The services in the order of the file again: plain ones as they are written, others as the schema gave them. */
function withPlain(value: unknown, plain: ReadonlySet<string>, checked: CatalogText): CatalogText {
  if (plain.size === 0) return checked
  const written = (value as { readonly services: Readonly<Record<string, ServiceText>> }).services
  const ids = Object.keys(written)
  if (plain.size === ids.length) return { ...checked, services: written }
  const services: Record<string, ServiceText | null> = {}
  for (const id of ids) {
    if (plain.has(id)) services[id] = written[id] as ServiceText
    else if (checked.services !== undefined && Object.hasOwn(checked.services, id)) services[id] = checked.services[id] ?? null
  }
  return { ...checked, services }
}

function byPlace({ where: a }: Problem, { where: b }: Problem): number {
  if (a?.kind !== 'file' || b?.kind !== 'file') return 0
  return (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0)
}

function readDocument(text: string, file: string): TextDocument {
  if (text.length > largestCatalog) throw tooLarge(file, text.length, 'characters')
  const { documents, problems } = parseYaml(text, { file, version: '1.2' })
  if (problems.length > 0) throw new ConfigurationError(problems.map(({ says, line, column }) => ({ says, where: inFile(file, line, column) })))
  const [document, second] = documents
  if (document === undefined || (document.value === null && second === undefined)) throw nothingIn(file)
  if (second !== undefined) {
    const position = second.nearestPosition([])
    throw new ConfigurationError([{ says: 'The catalog has more than one YAML document.', remedy: 'Put all sections into one, without --- between them.', where: inFile(file, position.line, position.column) }])
  }
  if (!isMapping(document.value)) {
    const position = document.nearestPosition([])
    const found = Array.isArray(document.value) ? 'a list' : 'a single value'
    throw new ConfigurationError([{ says: `The catalog is ${found} and not a mapping.`, remedy: 'Begin with a key such as `services:`.', where: inFile(file, position.line, position.column) }])
  }
  return document
}

/** @param size in the unit */
export function tooLarge(file: string, size: number, unit: 'characters' | 'bytes'): ConfigurationError {
  const millions = (number: number) => `${(number / 1_000_000).toFixed(1)} million ${unit}`
  return new ConfigurationError([{ says: `The catalog has ${millions(size)}, and at most ${millions(largestCatalog)} are read.`, remedy: 'Check that this is the right file; 10,000 services take about 2 million.', where: inFile(file, 1, 1) }])
}

function nothingIn(file: string): ConfigurationError {
  return new ConfigurationError([{ says: 'The catalog defines neither services nor slos.', remedy: 'Write at least one service under services, or run `fermata init` for a first draft.', where: inFile(file, 1, 1) }])
}

const namedSections = ['services', 'slos', 'environments'] as const

function knownNames(value: unknown): KnownNames {
  const names = (section: string): ReadonlySet<string> => {
    const entries = isMapping(value) && Object.hasOwn(value, section) ? value[section] : undefined
    return new Set(isMapping(entries) ? Object.keys(entries) : [])
  }
  return { services: names('services'), slos: names('slos') }
}

/** The schema's library passes over a key of this name as if it were not there; a service that was written is never passed over. */
function lostNameProblems(value: unknown, places: Places): readonly Problem[] {
  return namedSections
    .filter((section) => isMapping(value) && isMapping(value[section]) && Object.hasOwn(value[section], '__proto__'))
    .map((section) => ({ says: `${section}: "__proto__" is no valid name.`, remedy: 'Rename it.', where: places.key([section, '__proto__']) }))
}

function refuseCycles(catalog: Catalog, places: Places): void {
  const { cycles } = buildGraph(catalog.services.values())
  if (cycles.length === 0) return
  throw new ConfigurationError(
    cycles.map((cycle) => {
      const [first = '', next = ''] = cycle
      const index = catalog.services.get(first)?.dependencies.indexOf(next) ?? 0
      return { says: `Services need each other: ${wayText(cycle)}.`, remedy: 'Remove one of these dependencies, or write `cycles: unit` to release them together.', where: places.value(['services', first, 'dependencies', index]) }
    }),
  )
}
