import { readCatalog } from '@fermata/catalog'
import type { PolicyAnswer, PolicyModule, Ports } from '@fermata/ports'
import { buildReport, ConfigurationError, inFile, type Problem, type Reason, type Report } from '@fermata/verdict'
import { policyReason } from './codes.ts'
import { evidenceOf } from './evidence.ts'
import { applyExceptions, readExceptions, type Exception } from './exceptions.ts'
import { judgedBy, type InputMap, type Judged } from './findings.ts'
import { choosePacks, type ChosenPacks } from './packs/registry.ts'
import { readData } from './read/data.ts'
import { readDocuments, type ReadDocuments, type ScannedDocument } from './read/documents.ts'
import { findFiles, unreachableText } from './read/find-files.ts'
import { readModules } from './read/modules.ts'
import { patternOf } from './read/pattern.ts'
import { policyScan, type ScanRequest } from './request.ts'
import { outputsOf, reasonsOf, rulesOf, sectionsOf, summaryOf, type Scan } from './tell.ts'
import { odditiesTold, silentPasses } from './vacuity.ts'

export type ScanPorts = Pick<Ports, 'files' | 'policyEngine' | 'clock' | 'log' | 'invocation'>

/**
 * The capability `policy-scan`: which rules find something in which documents, and on which line.
 * Reads files and writes none.
 * @throws ConfigurationError for policies that do not compile, and for packs, data and exceptions that are not usable
 */
export async function scan(request: ScanRequest, ports: ScanPorts): Promise<Report> {
  const { files, clock, log } = ports
  const startedAt = clock.now()
  if (request.base !== undefined) throw new ConfigurationError([{ code: 'FM-POLICY-BASE', says: 'The input base does not work yet.', remedy: 'Leave it out: every finding is told.' }])
  const packs = choosePacks(request.pack)
  const modules = [...packs.modules, ...(await readModules(request.policies, packs.names.length === 0, files))]
  const data = { ...(await readData(request.data, files)), ...packs.data }
  const exceptions = request.exceptions === undefined ? [] : await readExceptions(request.exceptions, files)
  const chosen = await chooseFiles(request, files)
  const strictly = request.compat === 'none'
  const read = somethingToJudge(await readDocuments(chosen.paths, strictly, files), chosen.paths)
  const namespaces = namespacesOf(request, modules.length > packs.modules.length, packs)
  const { inputs, map } = request.combine ? combined(read.documents) : separate(read.documents)
  log.info(`Judging ${read.documents.length} documents in ${chosen.paths.length} files by ${modules.length} ${modules.length === 1 ? 'module' : 'modules'} of Rego.`)
  const answer = await ports.policyEngine.judge({ modules, data, regoVersion: request['rego-version'], namespaces: [...packs.namespaces, ...namespaces], strict: request.strict, seconds: request.timeout / 1_000, inputs })
  for (const line of answer.prints) log.info(line)
  if (answer.errors.length > 0) throw new ConfigurationError(answer.errors.map(moduleProblem))
  const found = weighed(judgedBy(answer, map), exceptions, startedAt, { answer, documents: read.documents, files: chosen.paths, packs: packs.names, modules })
  const reasons = [...reasonsOf(found, request['fail-severity']), ...read.reasons, ...chosen.reasons, ...timeReasons(answer), ...(strictly ? silenceReasons(found, namespaces) : conftestReasons(found))]
  const summary = summaryOf(found)
  log.info(summary)
  return buildReport({
    capability: policyScan.name,
    summary,
    startedAt,
    endedAt: clock.now(),
    subject: ports.invocation.repository === undefined ? {} : { repository: ports.invocation.repository },
    reasons,
    sections: sectionsOf(found),
    evidence: [evidenceOf(found, clock.now())],
    outputs: outputsOf(found, request['report-dir']),
    rules: rulesOf(found),
    onInconclusive: request['on-inconclusive'],
  })
}

/** Without policies of their own, users have no namespaces either, and `main` is only what nobody wrote. */
function namespacesOf({ namespaces }: ScanRequest, ownPolicies: boolean, packs: ChosenPacks): readonly string[] {
  return ownPolicies || packs.names.length === 0 || namespaces.join() !== 'main' ? namespaces : []
}

function weighed(judged: Judged, exceptions: readonly Exception[], now: number, about: Pick<Scan, 'answer' | 'documents' | 'files' | 'packs'> & { readonly modules: readonly PolicyModule[] }): Scan {
  const { counting, excused, reasons } = applyExceptions(judged.findings, exceptions, now)
  return { ...about, counting, excused, excusedByRules: judged.excused, oddities: judged.oddities, exceptionReasons: reasons }
}

function silenceReasons(found: Scan, namespaces: readonly string[]): readonly Reason[] {
  const silent = found.documents.length === 0 ? [] : silentPasses(found.answer, namespaces)
  return [...silent, ...odditiesTold(found.oddities)]
}

/** An object without a message ends a run of conftest, too. */
function conftestReasons({ oddities }: Scan): readonly Reason[] {
  return odditiesTold(oddities.filter(({ what }) => what === 'no-message'))
}

function timeReasons({ timedOut }: PolicyAnswer): readonly Reason[] {
  return timedOut ? [policyReason('FM-POLICY-TIMEOUT', { says: 'The time was up before every rule was asked about every document.' })] : []
}

interface ChosenFiles {
  readonly paths: readonly string[]
  readonly reasons: readonly Reason[]
}

async function chooseFiles(request: ScanRequest, files: Ports['files']): Promise<ChosenFiles> {
  const written = request.files.length > 0 ? request.files : await manifestsOfCatalog(request, files)
  const { paths, unused, unreachable } = await findFiles([...written, ...ownReports(request, written)], /\.(?:ya?ml|json)$/i, files)
  const lost = unreachable.map((path) => policyReason('FM-POLICY-FILE-UNREADABLE', { says: unreachableText, where: inFile(path) }))
  if (paths.length === 0) return { paths, reasons: [...lost, policyReason('FM-POLICY-NO-FILES', { says: `There is no YAML or JSON file in ${written.join(', ')}.` })] }
  return { paths, reasons: [...lost, ...unused.map((pattern) => policyReason('FM-POLICY-PATTERN-UNUSED', { says: `${pattern} means no file.` }))] }
}

/** The reports of the run before are no manifests, unless somebody names them. */
function ownReports({ 'report-dir': folder }: ScanRequest, written: readonly string[]): readonly string[] {
  const path = patternOf(folder).root
  return path === '.' || written.some((pattern) => `${patternOf(pattern).root}/`.startsWith(`${path}/`)) ? [] : [`!${path}`]
}

/** Files that are all empty are no pass: no rule was asked about anything. */
function somethingToJudge(read: ReadDocuments, paths: readonly string[]): ReadDocuments {
  if (paths.length === 0 || read.documents.length > 0 || read.reasons.some(({ severity }) => severity === 'inconclusive')) return read
  return { ...read, reasons: [...read.reasons, policyReason('FM-POLICY-NO-FILES', { says: paths.length === 1 ? `${paths[0]} holds no document.` : `None of ${paths.length} files holds a document.` })] }
}

async function manifestsOfCatalog({ config }: ScanRequest, files: Ports['files']): Promise<readonly string[]> {
  const catalog = await readCatalog(files, config)
  const paths = [...catalog.services.values()].flatMap(({ manifests }) => manifests.map(({ path }) => path))
  if (paths.length === 0) throw new ConfigurationError([{ code: 'FM-POLICY-NO-FILES', says: 'No service of the catalog has manifests.', remedy: 'Name files with the input files.' }])
  return [...new Set(paths)]
}

function separate(documents: readonly ScannedDocument[]): { readonly inputs: readonly { readonly value: unknown; readonly file: { readonly name: string; readonly dir: string } }[]; readonly map: InputMap } {
  return {
    inputs: documents.map(({ value, file }) => ({ value, file: { name: file.slice(file.lastIndexOf('/') + 1), dir: file.includes('/') ? file.slice(0, file.lastIndexOf('/')) : '.' } })),
    map: (input, path) => {
      const document = documents[input]
      return document && { document, path }
    },
  }
}

/** conftest's `--combine`: one input, a list of {path, contents}. */
function combined(documents: readonly ScannedDocument[]): { readonly inputs: readonly { readonly value: unknown }[]; readonly map: InputMap } {
  return {
    inputs: documents.length === 0 ? [] : [{ value: documents.map(({ file, value }) => ({ path: file, contents: value })) }],
    map: (_, path) => {
      const [index, part, ...rest] = path
      const document = documents[typeof index === 'number' ? index : 0]
      return document && { document, path: part === 'contents' ? rest : [] }
    },
  }
}

function moduleProblem({ message, file, line, column, code }: PolicyAnswer['errors'][number]): Problem {
  return { code: 'FM-POLICY-INVALID', says: `${message} (${code})`, ...(file !== undefined && { where: inFile(file, line, column) }) }
}
