import type { Files, Ports } from '@fermata/ports'
import { insertUnder } from '@fermata/source'
import { ConfigurationError, buildReport, evidence, inFile, type Reason, type Report } from '@fermata/verdict'
import { catalogFiles } from '../defaults.ts'
import { catalogText } from '../find.ts'
import { loadCatalog } from '../load.ts'
import type { Catalog } from '../model.ts'
import { initReason } from './codes.ts'
import { composeUnits } from './compose.ts'
import { buildFolders } from './dockerfiles.ts'
import { draftCatalog, type Draft, type DraftService } from './draft.ts'
import { listed } from './forms.ts'
import { readKubernetes } from './kubernetes-files.ts'
import { knownServices } from './known-services.ts'
import { draftSections } from './report.ts'
import { liesIn, listRepository, pathWithin } from './repository.ts'
import type { InitRequest } from './request.ts'
import { originText } from './unit.ts'
import { kubernetesUnits } from './workloads.ts'
import { fileHead, serviceLines } from './write.ts'

/**
 * Writes a catalog from what lies in the repository, or adds the services that an existing one lacks.
 * What a person wrote is never changed, moved or removed.
 * @throws ConfigurationError when nothing is found that could be a service, or the existing catalog cannot be read or extended
 */
export async function initCatalog(request: InitRequest, { files, clock, log }: Pick<Ports, 'files' | 'clock' | 'log'>): Promise<Report> {
  const startedAt = clock.now()
  const output = pathWithin('.', request.write) ?? request.write
  const existing = await existingCatalog(files, output)
  const draft = await lookAround(files, request.from)
  const step = existing === undefined ? newFile(draft) : extend(existing, draft)
  checkWritten(step.text, output)
  const dryRun = request['dry-run']
  if (!dryRun && step.added.length > 0) {
    await files.write(output, step.text)
    log.info(`${output}: ${step.added.length} services written.`)
  }
  return buildReport({
    capability: 'init',
    summary: summaryOf(draft, step.added, output, dryRun, existing !== undefined),
    startedAt,
    endedAt: clock.now(),
    subject: { services: draft.services.map(({ id }) => id) },
    reasons: [...draft.reasons, ...step.reasons],
    sections: draftSections(draft, step.added, dryRun ? step.text : undefined),
    evidence: [evidence('repository', 'file', request.from, startedAt, { services: draft.services.length, dependencies: draft.services.flatMap(({ dependencies }) => dependencies).length })],
    outputs: {
      catalog: output,
      services: JSON.stringify(draft.services.map(({ id }) => id)),
      added: JSON.stringify(step.added.map(({ id }) => id)),
      ...(dryRun && { text: step.text }),
    },
    onInconclusive: request['on-inconclusive'],
  })
}

async function lookAround(files: Files, written: string): Promise<Draft> {
  const from = pathWithin('.', written)
  if (from === undefined) throw new ConfigurationError([{ says: `Input from: ${JSON.stringify(written)} leads outside of the working directory.`, remedy: 'Give a path inside of it, or set `working-directory`.' }])
  const repository = await listRepository(files)
  if (from !== '.' && !repository.files.has(from) && !repository.folders.has(from)) throw new ConfigurationError([{ says: `Input from: there is no file or folder ${JSON.stringify(written)}.`, remedy: 'Give a folder with manifests, compose files or Dockerfiles.' }])
  const kubernetesFiles = await readKubernetes(repository, from, files)
  const kubernetes = kubernetesUnits(kubernetesFiles, repository)
  const compose = await composeUnits(repository, from, files)
  const draft = draftCatalog({ kubernetes, compose, builds: buildFolders(repository, kubernetes.units.length > 0 ? '.' : from), repository })
  const reasons = [...kubernetes.reasons, ...compose.reasons, ...draft.reasons]
  if (draft.services.length === 0) throw nothingFound(written, repository.files.size, reasons, [...repository.files.keys()].filter((path) => liesIn(path, from)).length)
  return { services: draft.services, reasons }
}

function nothingFound(from: string, all: number, reasons: readonly Reason[], inside: number): ConfigurationError {
  return new ConfigurationError([
    {
      says: `Nothing under ${JSON.stringify(from)} looks like a service, among ${inside === all ? `${all} files` : `${inside} of ${all} files`}.`,
      remedy: 'Looked for: Kubernetes workloads in .yaml, .yml and .json files, services in compose.yaml and docker-compose.yml, folders with a Dockerfile. Set `from` to where they are, or write fermata.yaml by hand.',
    },
    ...reasons.filter(({ severity }) => severity !== 'note').map(({ message, remedy, location }) => ({ says: message, ...(remedy !== undefined && { remedy }), ...(location !== undefined && { where: location }) })),
  ])
}

interface Existing {
  readonly file: string
  readonly text: string
  readonly catalog: Catalog
}

async function existingCatalog(files: Files, output: string): Promise<Existing | undefined> {
  const bytes = await files.read(output)
  if (bytes !== undefined) {
    const text = catalogText(bytes, output)
    return { file: output, text, catalog: loadCatalog(text, output) }
  }
  for (const other of catalogFiles) {
    if (other === output || (await files.read(other)) === undefined) continue
    throw new ConfigurationError([{ says: `There is a catalog already, ${other}, and a second one would be read instead of it or not at all.`, remedy: `Run fermata init --write ${other} to add to that one.`, where: inFile(other) }])
  }
  return undefined
}

interface Step {
  readonly text: string
  readonly added: readonly DraftService[]
  readonly reasons: readonly Reason[]
}

function newFile({ services }: Draft): Step {
  const lines = services.flatMap((service) => serviceLines(service).map((line) => `  ${line}`))
  return { text: `${[...fileHead, ...lines].join('\n')}\n`, added: services, reasons: [] }
}

/** Adds what is missing. Ids that a person has changed are kept, also where new services depend on them. */
function extend({ file, text, catalog }: Existing, { services }: Draft): Step {
  const knownAs = knownServices(catalog)
  const known = new Map(services.map((service) => [service.id, knownAs(service)]))
  const named = services.map((service) => ({ service, dependencies: service.dependencies.map((dependency) => ({ ...dependency, id: known.get(dependency.id) ?? dependency.id })) }))
  const missing = named.filter(({ service }) => known.get(service.id) === undefined)
  const reasons = named.flatMap(({ service, dependencies }) => {
    const entry = catalog.services.get(known.get(service.id) ?? '')
    if (entry === undefined) return []
    return dependencies
      .filter(({ id }) => id !== entry.id && !entry.dependencies.includes(id))
      .map(({ id, origin }) => initReason('FM-INIT-EDGE-NOT-IN-CATALOG', { says: `${entry.id} needs ${id} (${originText(origin)}), and ${file} does not say so.`, service: entry.id, where: entry.where }))
  })
  if (missing.length === 0) return { text, added: [], reasons }
  const lines = missing.flatMap(({ service, dependencies }) => serviceLines({ ...service, dependencies }))
  const edit = insertUnder(text, ['services'], lines, { file, version: '1.2' })
  if ('problem' in edit) throw new ConfigurationError([{ says: `${listed(missing.map(({ service }) => service.id))} cannot be added: ${edit.problem}`, remedy: 'Change the file so that services is an indented mapping, or give another `write`.', where: inFile(file, edit.line, edit.column) }])
  return { text: edit.text, added: missing.map(({ service }) => service), reasons }
}

/** What is written must be readable. If it is not, the mistake is ours and nothing is written. */
function checkWritten(text: string, file: string): void {
  try {
    loadCatalog(text, file)
  } catch (cause) {
    throw new Error(`The catalog that would be written cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
  }
}

function summaryOf({ services }: Draft, added: readonly DraftService[], output: string, dryRun: boolean, existed: boolean): string {
  const edges = services.flatMap(({ dependencies }) => dependencies).length
  const found = `${count(services.length, 'service')} and ${count(edges, 'dependency', 'dependencies')} found`
  if (added.length === 0) return `${found}; ${output} has them all, nothing was written`
  const verb = existed ? (dryRun ? 'would gain' : 'gained') : dryRun ? 'would be written with' : 'was written with'
  return `${found}; ${output} ${verb} ${existed ? listed(added.map(({ id }) => id)) : count(added.length, 'service')}`
}

function count(amount: number, one: string, many = `${one}s`): string {
  return `${amount} ${amount === 1 ? one : many}`
}
