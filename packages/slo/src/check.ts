import { type Catalog, findCatalog, loadCatalog, type SloEntry } from '@fermata/catalog'
import type { Files, Instant, Invocation, Ports } from '@fermata/ports'
import { buildReport, ConfigurationError, didYouMean, inFile, type Report } from '@fermata/verdict'
import { classify, type Change } from './change.ts'
import { evidenceOf, withIds } from './evidence.ts'
import type { Override } from './freeze.ts'
import { gather } from './gather.ts'
import { outputsOf } from './outputs.ts'
import { readSlos } from './read-slo.ts'
import { sectionsOf, summaryOf } from './report/sections.ts'
import { sloCheck, type SloCheckRequest } from './request.ts'
import { type Case, rule } from './ruling.ts'

export type CheckPorts = Pick<Ports, 'metrics' | 'files' | 'clock' | 'invocation' | 'signal' | 'log'>

/**
 * The capability `slo-check`: whether the error budgets allow a change. Asks the metrics server and writes nothing.
 * @throws ConfigurationError for inputs and objectives that are not understood; the signal's reason when the run is stopped
 */
export async function checkSlos(request: SloCheckRequest, ports: CheckPorts): Promise<Report> {
  const { clock, invocation, signal, log } = ports
  const startedAt = clock.now()
  const catalog = await readObjectives(request, ports.files)
  const { entries, without } = selectObjectives(catalog, request.services)
  const wanted: Case = {
    slos: await readSlos(entries),
    at: Math.floor(startedAt / 1_000) * 1_000,
    remembered: request.retention,
    change: changeOf(request['change-class'], invocation),
    override: overrideOf(request.override, invocation),
    without,
  }
  const metrics = await ports.metrics({ url: request['prometheus-url'], token: request['prometheus-token'] })
  log.info(`Asking ${metrics.identity.url} about ${wanted.slos.length === 1 ? '1 objective' : `${wanted.slos.length} objectives`}.`)
  const gathered = await gather(metrics, (look) => rule(wanted, look), signal)
  const { states, reasons } = rule(wanted, gathered.look)
  const kept = evidenceOf(wanted, entries, gathered)
  const summary = summaryOf(states, reasons, wanted.change)
  return buildReport({
    capability: sloCheck.name,
    summary,
    startedAt,
    endedAt: clock.now(),
    subject: { ...(invocation.repository !== undefined && { repository: invocation.repository }), ...(invocation.trigger.sha !== undefined && { sha: invocation.trigger.sha }), ...(request.services !== undefined && { services: request.services }) },
    reasons: withIds(reasons, kept),
    sections: sectionsOf(states, wanted, metrics.identity.url),
    evidence: kept,
    outputs: outputsOf(states, wanted.change),
    onInconclusive: request['on-inconclusive'],
  })
}

async function readObjectives({ slos, config }: SloCheckRequest, files: Files): Promise<Catalog> {
  const { file, text } = await findCatalog(files, slos ?? config)
  const dialect = dialects.find(({ sign }) => sign.test(text))
  if (dialect !== undefined) throw new ConfigurationError([{ code: 'FM-SLO-DIALECT', says: `${file} has objectives in the form of ${dialect.name}, which is not read yet.`, remedy: 'Write them under `slos:` as fermata.yaml has them.', where: inFile(file, 1, 1) }])
  return loadCatalog(text, file)
}

const dialects = [
  { name: 'Sloth', sign: /^\s*(version:\s*["']?prometheus\/v1|apiVersion:\s*["']?sloth\.slok\.dev\/)/m },
  { name: 'OpenSLO', sign: /^\s*apiVersion:\s*["']?openslo(\.com)?\//m },
  { name: 'Pyrra', sign: /^\s*apiVersion:\s*["']?pyrra\.dev\//m },
] as const

function selectObjectives({ services, slos, file }: Catalog, named: readonly string[] | undefined): { readonly entries: readonly SloEntry[]; readonly without: readonly string[] } {
  if (named === undefined) return { entries: [...slos.values()], without: [] }
  const unknown = named.filter((id) => !services.has(id))
  if (unknown.length > 0) {
    throw new ConfigurationError(unknown.map((id) => {
      const meant = didYouMean(id, [...services.keys()])
      return { says: `Input services: ${file} has no service ${JSON.stringify(id)}.${meant === undefined ? '' : ` Did you mean ${meant}?`}`, remedy: 'Name services of the catalog.' }
    }))
  }
  const ids = new Set(named.flatMap((id) => services.get(id)?.slos ?? []))
  return { entries: [...slos.values()].filter(({ id }) => ids.has(id)), without: named.filter((id) => services.get(id)?.slos.length === 0) }
}

function changeOf(asked: SloCheckRequest['change-class'], invocation: Invocation): Change {
  return asked === 'auto' ? classify(invocation) : { class: asked, because: 'input change-class' }
}

function overrideOf(asked: SloCheckRequest['override'], { actor }: Invocation): Override | undefined {
  if (asked === undefined) return undefined
  const by = asked.by ?? actor
  if (by === undefined) throw new ConfigurationError([{ says: 'Input override: nobody answers for it.', remedy: 'Name a person: {"by": "...", "because": "..."}.' }])
  return { by: actor === undefined || actor === by ? by : `${by} (run by ${actor})`, because: asked.because, until: untilOf(asked.until) }
}

function untilOf(written: string | undefined): Instant | undefined {
  return written === undefined ? undefined : Date.parse(written)
}
