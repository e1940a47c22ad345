import { isMapping, type Mapping } from '@fermata/manifests'
import type { Files } from '@fermata/ports'
import { parseYaml, type Path, type TextDocument } from '@fermata/source'
import { inFile, type Reason } from '@fermata/verdict'
import { serviceIdPattern } from '../schema.ts'
import { initReason } from './codes.ts'
import { folderOf, liesIn, nameOf, pathWithin, readText, type Repository } from './repository.ts'
import { argumentSettings } from './settings.ts'
import type { Declared, Gathered, HostEntry, Setting, Unit } from './unit.ts'

/** The names that `docker compose` looks for. Others are overrides or variants, and would be read twice. */
const composeName = /^(?:docker-)?compose\.ya?ml$/

/** One unit for each service of each compose file below a folder. */
export async function composeUnits(repository: Repository, from: string, files: Files): Promise<Gathered & { readonly reasons: readonly Reason[] }> {
  const units: Unit[] = []
  const hosts: HostEntry[] = []
  const reasons: Reason[] = []
  const seen = new Set<string>()
  for (const file of repository.files.keys()) {
    if (!composeName.test(nameOf(file)) || !liesIn(file, from)) continue
    const text = await readText(files, file)
    if (text === undefined) continue
    const { documents, problems } = parseYaml(text, { file, version: '1.1' })
    const [problem] = problems
    if (problem !== undefined) reasons.push(initReason('FM-INIT-UNREADABLE', { says: `${file} cannot be read: ${problem.says}`, where: inFile(file, problem.line, problem.column) }))
    const [document] = documents
    if (document === undefined || !isMapping(document.value) || !isMapping(document.value['services'])) continue
    for (const [name, service] of Object.entries(document.value['services'])) {
      const id = name.toLowerCase()
      if (seen.has(id)) continue
      seen.add(id)
      if (!serviceIdPattern.test(id)) {
        reasons.push(initReason('FM-INIT-NAME', { says: `${JSON.stringify(name.slice(0, 120))} cannot be the id of a service.`, where: place(document, file, ['services', name]) }))
        continue
      }
      const compose: ComposeService = { id, name, file, document, service: isMapping(service) ? service : {} }
      units.push(unitOf(compose, repository))
      hosts.push(...hostsOf(compose))
    }
  }
  return { units, hosts, reasons }
}

interface ComposeService {
  readonly id: string
  readonly name: string
  readonly file: string
  readonly document: TextDocument
  readonly service: Mapping
}

function place(document: TextDocument, file: string, path: Path) {
  const { line, column } = document.nearestPosition(path)
  return inFile(file, line, column)
}

function lineOf({ document, name }: ComposeService, path: Path): number {
  return document.nearestPosition(['services', name, ...path]).line
}

function unitOf(compose: ComposeService, repository: Repository): Unit {
  const { id, name, file, service } = compose
  const folder = buildFolder(service['build'], file)
  return {
    id,
    origin: { file, line: lineOf(compose, []), says: `services.${name}` },
    images: typeof service['image'] === 'string' ? [interpolated(service['image'])] : [],
    ports: [...portsOf(service['expose']), ...portsOf(service['ports'])],
    built: service['build'] !== undefined && service['build'] !== null,
    settings: [...environmentOf(compose), ...argumentSettings(wordsOf(compose))],
    declared: declaredOf(compose),
    manifests: [],
    buildFolders: folder !== undefined && (folder === '.' || repository.folders.has(folder)) ? [folder] : [],
    healthCheck: undefined,
  }
}

/** Names by which other services of the same file reach it. */
function hostsOf(compose: ComposeService): readonly HostEntry[] {
  const { id, name, file, service } = compose
  const networks = isMapping(service['networks']) ? Object.values(service['networks']) : []
  const aliases = networks.flatMap((network) => (isMapping(network) ? textsOf(network['aliases']) : []))
  const own = typeof service['container_name'] === 'string' ? [service['container_name']] : []
  const where = { file, line: lineOf(compose, []), says: `services.${name}` }
  return [...new Set([name, ...own, ...aliases])].map((host) => ({ host: host.toLowerCase(), namespace: undefined, units: [id], where }))
}

function environmentOf(compose: ComposeService): readonly Setting[] {
  const { service, file } = compose
  const environment = service['environment']
  if (isMapping(environment)) {
    return Object.entries(environment).flatMap(([variable, value]) => (value === null || typeof value === 'object' ? [] : [{ variable, value: interpolated(String(value)), file, line: lineOf(compose, ['environment', variable]) }]))
  }
  if (!Array.isArray(environment)) return []
  return environment.flatMap((entry: unknown, index): readonly Setting[] => {
    const [, variable, value] = typeof entry === 'string' ? (/^([^=]+)=([^]*)$/.exec(entry) ?? []) : []
    return variable === undefined || value === undefined ? [] : [{ variable, value: interpolated(value), file, line: lineOf(compose, ['environment', index]) }]
  })
}

function wordsOf(compose: ComposeService) {
  return (['entrypoint', 'command'] as const).flatMap((field) => {
    const held = compose.service[field]
    const words = typeof held === 'string' ? held.split(/\s+/) : textsOf(held)
    return words.map((value) => ({ value: interpolated(value), file: compose.file, line: lineOf(compose, [field]) }))
  })
}

/** `depends_on` and `links`, which name services of the same file. A link `db:alias` is to `db`. */
function declaredOf(compose: ComposeService): readonly Declared[] {
  return (['depends_on', 'links'] as const).flatMap((field) => {
    const held = compose.service[field]
    const names = isMapping(held) ? Object.keys(held) : textsOf(held)
    return names.map((entry, index) => {
      const host = (entry.split(':')[0] as string).toLowerCase()
      return { host, origin: { file: compose.file, line: lineOf(compose, [field, isMapping(held) ? entry : index]), says: `${field}: ${host}` } }
    })
  })
}

/** `8080`, `8080/tcp`, `80:8080`, `127.0.0.1:80:8080`, or `target` of the long form. */
function portsOf(held: unknown): readonly number[] {
  if (!Array.isArray(held)) return []
  return held.flatMap((entry: unknown) => {
    const text = isMapping(entry) ? String(entry['target']) : String(entry)
    const port = /(?:^|:)(\d+)(?:\/\w+)?$/.exec(text)?.[1]
    return port === undefined ? [] : [Number(port)]
  })
}

function buildFolder(build: unknown, file: string): string | undefined {
  const context = isMapping(build) ? (build['context'] ?? '.') : build
  if (typeof context !== 'string' || context.includes(':') || context.startsWith('/')) return undefined
  const folder = pathWithin(folderOf(file), context)
  const dockerfile = isMapping(build) && typeof build['dockerfile'] === 'string' ? pathWithin(folder ?? '.', build['dockerfile']) : undefined
  // Where everything is built from one context, the Dockerfile's folder says more.
  return folder === '.' && dockerfile !== undefined && dockerfile.includes('/') ? folderOf(dockerfile) : folder
}

/** `${NAME:-default}` and `${NAME-default}` are their default; what comes from outside stays a placeholder. */
function interpolated(text: string): string {
  return text.replace(/\$\{\w+:?-([^}]*)\}/g, '$1')
}

function textsOf(held: unknown): readonly string[] {
  return Array.isArray(held) ? held.filter((entry): entry is string => typeof entry === 'string') : []
}
