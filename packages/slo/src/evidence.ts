import type { SloEntry } from '@fermata/catalog'
import type { Instant, MetricSample } from '@fermata/ports'
import { evidence, type Evidence, inFile, type Reason, type Report } from '@fermata/verdict'
import * as z from 'zod/mini'
import type { Gathered } from './gather.ts'
import { notAsked } from './gather.ts'
import type { Answer, Question } from './questions.ts'
import { wordsOf } from './questions.ts'
import { readSlos } from './read-slo.ts'
import { type Case, rule, type Ruling } from './ruling.ts'

/** What was looked at: the case, then every question with its answer in the order in which it was asked. */
export function evidenceOf(wanted: Case, entries: readonly SloEntry[], { questions, answers }: Gathered): readonly Evidence[] {
  const { at, remembered, change, override, without } = wanted
  const objectives = entries.map(({ id, sli, target, window, where }) => ({ id, sli, target, window, file: where.kind === 'file' ? where.file : '', line: where.kind === 'file' ? where.line : undefined }))
  return [
    evidence(caseId, 'file', 'objectives and change', at, { at, remembered, change, override, without, objectives }),
    ...answersIn({ questions, answers }, at, 'q'),
  ]
}

/** Every question with its answer, in the order in which it was asked: `q1`, `q2`. */
export function answersIn({ questions, answers }: Pick<Gathered, 'questions' | 'answers'>, at: Instant, prefix: string): readonly Evidence[] {
  return [...questions.values()].map((question, index) => {
    const words = wordsOf(question)
    const answer = answers.get(words) ?? notAsked
    return evidence(`${prefix}${index + 1}`, 'prometheus', words, timeOf(question, at), written(answer), answer.warnings)
  })
}

const caseId = 'case'

function timeOf(question: Question, at: Instant): Instant {
  switch (question.ask) {
    case 'value':
      return question.at
    case 'course':
    case 'labels':
      return question.to
    case 'retention':
      return at
  }
}

/** Reasons that name questions, with the ids of the evidence instead. */
export function withIds(reasons: readonly Reason[], kept: readonly Evidence[]): readonly Reason[] {
  const ids = new Map(kept.map(({ id, query }) => [query, id]))
  return reasons.map((reason) => (reason.evidence === undefined ? reason : { ...reason, evidence: reason.evidence.flatMap((words) => ids.get(words) ?? []) }))
}

/** Values as text, as the API has them: JSON knows neither NaN nor the infinities. */
function written(answer: Answer): unknown {
  const pair = ({ at, value }: MetricSample) => [at, String(value)] as const
  switch (answer.is) {
    case 'points':
      return { is: answer.is, points: answer.points.map((point) => ({ labels: point.labels, sample: pair(point) })) }
    case 'series':
      return { is: answer.is, series: answer.series.map(({ labels, samples }) => ({ labels, samples: samples.map(pair) })) }
    case 'labels':
      return { is: answer.is, values: answer.values }
    case 'retention':
      return { is: answer.is, ...(answer.text !== undefined && { text: answer.text }) }
    case 'refused':
      return { is: answer.is, code: answer.code, says: answer.says, ...(answer.remedy !== undefined && { remedy: answer.remedy }) }
  }
}

const labels = z.record(z.string(), z.string())
const sample = z.tuple([z.number(), z.string()])
const answerShape = z.discriminatedUnion('is', [
  z.object({ is: z.literal('points'), points: z.array(z.object({ labels, sample })) }),
  z.object({ is: z.literal('series'), series: z.array(z.object({ labels, samples: z.array(sample) })) }),
  z.object({ is: z.literal('labels'), values: z.array(z.string()) }),
  z.object({ is: z.literal('retention'), text: z.optional(z.string()) }),
  z.object({ is: z.literal('refused'), code: z.templateLiteral(['FM-', z.string()]), says: z.string(), remedy: z.optional(z.string()) }),
])
const caseShape = z.object({
  at: z.number(),
  remembered: z.optional(z.number()),
  change: z.object({ class: z.enum(['feature', 'fix', 'security', 'rollback']), because: z.string() }),
  override: z.optional(z.object({ by: z.string(), because: z.string(), until: z.optional(z.number()) })),
  without: z.array(z.string()),
  objectives: z.array(z.object({ id: z.string(), sli: z.string(), target: z.number(), window: z.number(), file: z.string(), line: z.optional(z.number()) })),
})

/**
 * Decides again from the evidence of a report, and from nothing else: no server, no clock, no catalog.
 * @throws an Error when the evidence does not have the form that `slo-check` writes
 */
export async function ruleAgain({ evidence: kept }: Pick<Report, 'evidence'>): Promise<Ruling> {
  const first = kept.find(({ id }) => id === caseId)
  if (first === undefined) throw new Error('The evidence has no case: this is no report of slo-check.')
  const { objectives, override, remembered, ...rest } = z.parse(caseShape, first.result)
  const slos = await readSlos(objectives.map(({ file, line, ...entry }) => ({ ...entry, where: inFile(file, line) })))
  const answers = new Map(kept.filter(({ source }) => source === 'prometheus').map(({ query, result, warnings }) => [query, read(z.parse(answerShape, result), warnings)]))
  const ruling = rule({ ...rest, slos, remembered, override: override === undefined ? undefined : { ...override, until: override.until } }, (question) => answers.get(wordsOf(question)) ?? notAsked)
  return { ...ruling, reasons: withIds(ruling.reasons, kept) }
}

function read(answer: z.infer<typeof answerShape>, warnings: readonly string[]): Answer {
  const unpair = ([at, value]: readonly [number, string]): MetricSample => ({ at, value: Number(value) })
  switch (answer.is) {
    case 'points':
      return { is: 'points', points: answer.points.map((point) => ({ labels: point.labels, ...unpair(point.sample) })), warnings }
    case 'series':
      return { is: 'series', series: answer.series.map((series) => ({ labels: series.labels, samples: series.samples.map(unpair) })), warnings }
    case 'labels':
      return { ...answer, warnings }
    case 'retention':
      return { is: 'retention', text: answer.text, warnings }
    case 'refused':
      return { ...answer, remedy: answer.remedy, final: false, warnings }
  }
}
