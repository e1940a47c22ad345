import { reportSchemaId, severities, states, verdicts, type Block, type Reason, type Report, type Section } from '@fermata/verdict'
import * as z from 'zod/mini'

const text = z.string()
const time = z.string().check(z.regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/))
const state = z.enum(states)
const about = <T extends z.core.$ZodType>(schema: T, description: string): T => {
  z.globalRegistry.add(schema, { description })
  return schema
}

const locationSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('file'), file: text, line: z.optional(z.int()), column: z.optional(z.int()) }),
  z.strictObject({ kind: z.literal('object'), object: text, namespace: z.optional(text), name: text, container: z.optional(text) }),
  z.strictObject({ kind: z.literal('query'), query: text }),
])

const reason = z.strictObject({
  code: about(z.templateLiteral(['FM-', z.string()]), 'Stable and documented.'),
  severity: z.enum(severities),
  message: about(z.string(), 'One sentence: what is so, and why.'),
  remedy: z.optional(about(z.string(), 'One sentence: what to do about it.')),
  location: z.optional(locationSchema),
  service: z.optional(text),
  evidence: z.optional(z.array(text)),
  rule: z.optional(about(z.string(), 'Id of the rule that found it, one of `rules`.')),
  excused: z.optional(about(z.string(), 'Why it does not count, though it was found.')),
})

const ruleSchema = z.strictObject({ id: text, title: z.optional(text), description: z.optional(text), link: z.optional(text), severity: z.enum(severities), tags: z.optional(z.array(text)) })

const cell = z.union([z.string(), z.number(), z.strictObject({ text, state: z.optional(state), anchor: z.optional(text), code: z.optional(z.literal(true)) })])

const block = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('text'), text }),
  z.strictObject({ kind: z.literal('facts'), facts: z.array(z.strictObject({ label: text, value: text })) }),
  z.strictObject({
    kind: z.literal('table'),
    columns: z.array(z.strictObject({ title: text, align: z.optional(z.enum(['left', 'right'])) })),
    rows: z.array(z.array(cell)),
    empty: z.optional(text),
  }),
  z.strictObject({
    kind: z.literal('graph'),
    nodes: z.array(z.strictObject({ id: text, label: text, wave: z.number(), state: z.optional(state) })),
    edges: z.array(z.strictObject({ from: text, to: text })),
  }),
  z.strictObject({
    kind: z.literal('timeline'),
    rows: z.array(z.strictObject({ label: text, state, spans: z.array(z.strictObject({ from: z.number(), to: z.number(), phase: text, state: z.optional(state) })), note: z.optional(text) })),
  }),
  z.strictObject({ kind: z.literal('code'), language: text, text }),
])

const section = z.strictObject({ id: text, title: text, state: z.optional(state), folded: z.optional(z.boolean()), blocks: z.array(block) })

const evidenceSchema = z.strictObject({ id: text, source: text, query: text, at: time, result: z.optional(z.unknown()), warnings: z.array(text) })

/** The form of report.json, version 1. */
export const reportSchema = z.strictObject({
  schema: z.literal(reportSchemaId),
  capability: about(z.string(), 'What was carried out: `slo-check`.'),
  verdict: z.enum(verdicts),
  summary: about(z.string(), 'One line: what happened, with names and numbers.'),
  startedAt: time,
  endedAt: time,
  subject: z.strictObject({ repository: z.optional(text), sha: z.optional(text), environment: z.optional(text), services: z.optional(z.array(text)) }),
  reasons: about(z.array(reason), 'Worst first.'),
  sections: z.array(section),
  evidence: about(z.array(evidenceSchema), 'Enough to decide again offline.'),
  outputs: about(z.record(z.string(), z.string()), 'By output name.'),
  rules: z.optional(about(z.array(ruleSchema), 'The rules that were asked, where reasons name them.')),
})

/** The JSON Schema (2020-12) of report.json. */
export function reportJsonSchema(): Readonly<Record<string, unknown>> {
  const { $schema, ...schema } = z.toJSONSchema(reportSchema) as Record<string, unknown>
  return { $schema, $id: 'https://fermata.dev/schema/report@1.json', title: 'Fermata report', description: 'What a run of Fermata found, decided and did.', ...schema }
}

/**
 * report.json: always the same order of keys, two spaces, a newline at the end.
 * Evidence and outputs keep their own keys, sorted: they come from maps whose order means nothing.
 */
export function reportJson(report: Report): string {
  const { schema, capability, verdict, summary, startedAt, endedAt, subject, reasons, sections, evidence, outputs, rules } = report
  const ordered = {
    schema,
    capability,
    verdict,
    summary,
    startedAt,
    endedAt,
    subject: inOrder(subject, ['repository', 'sha', 'environment', 'services']),
    reasons: reasons.map(reasonInOrder),
    sections: sections.map(sectionInOrder),
    evidence: evidence.map((one) => inOrder({ ...one, result: sorted(one.result) }, ['id', 'source', 'query', 'at', 'result', 'warnings'])),
    outputs: sorted(outputs),
    ...(rules && { rules: rules.map((one) => inOrder(one, ['id', 'title', 'description', 'link', 'severity', 'tags'])) }),
  }
  return `${JSON.stringify(ordered, undefined, 2)}\n`
}

function reasonInOrder(one: Reason): unknown {
  const location = one.location && inOrder<Record<string, unknown>>({ ...one.location }, ['kind', 'file', 'line', 'column', 'object', 'namespace', 'name', 'container', 'query'])
  return inOrder<Record<string, unknown>>({ ...one, ...(location && { location }) }, ['code', 'severity', 'message', 'remedy', 'location', 'service', 'evidence', 'rule', 'excused'])
}

function sectionInOrder(one: Section): unknown {
  return { ...inOrder(one, ['id', 'title', 'state', 'folded']), blocks: one.blocks.map(blockInOrder) }
}

/** Blocks are built by many hands; the kind first, then the keys by name. */
function blockInOrder({ kind, ...rest }: Block): unknown {
  return { kind, ...(sorted(rest) as object) }
}

/** The named keys that are there, in this order; of any other key nothing is lost, it comes last. */
function inOrder<T extends object>(value: T, keys: readonly (keyof T)[]): Partial<T> {
  const first = keys.filter((key) => value[key] !== undefined).map((key) => [key, value[key]])
  return { ...Object.fromEntries(first), ...value }
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const record = value as Readonly<Record<string, unknown>>
  return Object.fromEntries(Object.keys(record).sort().map((key) => [key, sorted(record[key])]))
}
