import { duration as durationInput } from '@fermata/capability'
import type { Ports } from '@fermata/ports'
import { buildReport, ConfigurationError, didYouMean, evidence, reasonsFrom, type Block, type Problem, type Reason, type Report } from '@fermata/verdict'
import { catalogCodes } from './codes.ts'
import { wayText } from './way-text.ts'
import { readCatalog } from './find.ts'
import type { GraphRequest } from './graph-request.ts'
import { viewGraph, type GraphView } from './graph-view.ts'
import { buildGraph } from './graph.ts'
import type { Catalog, ServiceId } from './model.ts'
import { graphAsDot } from './show/dot.ts'
import { graphAsJson } from './show/json.ts'
import { graphAsMermaid, mermaidLimits } from './show/mermaid.ts'
import { graphAsText, timeText } from './show/text.ts'

const reason = reasonsFrom(catalogCodes)

/**
 * Shows the services of the catalog in the order in which they go out.
 * @throws ConfigurationError for a catalog or an input that cannot be meant
 */
export async function showGraph(request: GraphRequest, { files, clock }: Pick<Ports, 'files' | 'clock'>): Promise<Report> {
  const startedAt = clock.now()
  const catalog = await readCatalog(files, request.config)
  refuseInputs(request, catalog)
  const view = viewGraph(buildGraph(catalog.services.values()), {
    subset: request.services === undefined || request.services.length === 0 ? undefined : request.services,
    runners: request.runners,
    durations: readDurations(request.durations),
  })
  const graph = formats[request.format](view)
  return buildReport({
    capability: 'graph',
    summary: summaryOf(view),
    startedAt,
    endedAt: clock.now(),
    subject: { services: view.services },
    reasons: [...catalogReasons(catalog, view), ...(request.format === 'mermaid' ? mermaidReasons(view, graph) : [])],
    sections: [{ id: 'graph', title: 'Order of the services', blocks: [facts(view), drawing(view)] }],
    evidence: [evidence('catalog', 'file', catalog.file, startedAt, { services: catalog.services.size, slos: catalog.slos.size })],
    outputs: { graph },
    onInconclusive: request['on-inconclusive'],
  })
}

const formats = { text: graphAsText, mermaid: graphAsMermaid, dot: graphAsDot, json: graphAsJson } as const

function refuseInputs(request: GraphRequest, { services, file }: Catalog): void {
  const known = [...services.keys()]
  const problems: Problem[] = request.runners < 1 ? [{ says: 'Input runners: there is no work without a runner.', remedy: 'Write a whole number from 1.' }] : []
  for (const [input, ids] of [['services', request.services ?? []], ['durations', Object.keys(request.durations ?? {})]] as const) {
    for (const id of ids) {
      if (services.has(id)) continue
      const meant = didYouMean(id, known)
      problems.push({ says: `Input ${input}: ${file} has no service ${JSON.stringify(id)}.${meant === undefined ? '' : ` Did you mean ${meant}?`}`, remedy: 'Name services of the catalog.' })
    }
  }
  if (problems.length > 0) throw new ConfigurationError(problems)
}

const { parse } = durationInput({ about: 'How long a service takes.' })

function readDurations(written: GraphRequest['durations']): ReadonlyMap<ServiceId, number> | undefined {
  const entries = Object.entries(written ?? {})
  return entries.length === 0 ? undefined : new Map(entries.map(([id, text]) => [id, parse(text) as number]))
}

function catalogReasons({ services, file }: Catalog, view: GraphView): readonly Reason[] {
  if (services.size === 0) return [reason('FM-CATALOG-NO-SERVICES', { says: `${file} defines no service, so there is no order to show.` })]
  const unowned = view.services.flatMap((id) => {
    const service = services.get(id)
    return service === undefined || service.paths.length > 0 || service.manifests.length > 0 ? [] : [reason('FM-CATALOG-UNOWNED', { says: `${id} has neither paths nor manifests, so no change ever touches it.`, service: id, where: service.where })]
  })
  const cycles = view.cycles.map((cycle) => reason('FM-CATALOG-CYCLE', { says: `Services need each other and go out as one: ${wayText(cycle)}.`, service: cycle[0], where: services.get(cycle[0] as ServiceId)?.where }))
  return [...unowned, ...cycles]
}

function mermaidReasons({ edges }: GraphView, graph: string): readonly Reason[] {
  if (edges.length <= mermaidLimits.edges && graph.length <= mermaidLimits.characters) return []
  return [reason('FM-CATALOG-MERMAID-LIMIT', { says: `The drawing has ${edges.length} edges and ${graph.length} characters, which is more than Mermaid draws by default.` })]
}

function summaryOf({ services, waves, cycles, schedule, runners, unit }: GraphView): string {
  const count = (amount: number, word: string) => `${amount} ${word}${amount === 1 ? '' : 's'}`
  return `${count(services.length, 'service')} in ${count(waves.length, 'wave')}, ${cycles.length === 0 ? 'no cycle' : count(cycles.length, 'cycle')}: ${timeText(schedule.makespan, unit)} on ${count(runners, 'runner')}, at best ${timeText(schedule.lowerBound, unit)}`
}

function facts({ waves, cycles, criticalLength, schedule, runners, unit }: GraphView): Block {
  const time = (amount: number) => timeText(amount, unit)
  return {
    kind: 'facts',
    facts: [
      { label: 'Waves', value: String(waves.length) },
      { label: 'Cycles', value: String(cycles.length) },
      { label: 'Critical path', value: `${time(criticalLength)}: ${wayText(schedule.criticalPath)}` },
      { label: `Lower bound on ${runners}`, value: time(schedule.lowerBound) },
      { label: 'As soon as ready', value: time(schedule.makespan) },
      { label: 'Wave after wave', value: time(schedule.withBarriers) },
    ],
  }
}

/** Renderers print the number of a wave as it is, and people count from 1. */
function drawing({ waves, edges }: GraphView): Block {
  return { kind: 'graph', nodes: waves.flatMap((wave, index) => wave.map((id) => ({ id, label: id, wave: index + 1 }))), edges: edges.map(({ from, to }) => ({ from, to })) }
}
