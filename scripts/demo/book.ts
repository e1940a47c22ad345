import { buildReport, type Reason, type Report } from '@fermata/verdict'
import type { Chapter } from './stage.ts'

export interface Cover {
  readonly summary: string
  /** What the whole comes to. */
  readonly reasons: readonly Reason[]
  readonly outputs?: Readonly<Record<string, string>>
}

/** All chapters as one report: what happened, in order, with what it comes to on top. */
export function book(chapters: readonly Chapter[], { summary, reasons, outputs }: Cover): Report {
  const first = chapters.at(0)?.report
  const last = chapters.at(-1)?.report
  if (first === undefined || last === undefined) throw new Error('A story without chapters has no report.')
  const contents = {
    id: 'story',
    title: 'The story',
    blocks: [
      {
        kind: 'table' as const,
        columns: [{ title: 'Step' }, { title: 'Verdict' }, { title: 'What happened' }],
        rows: chapters.map(({ title, report }, index) => [`${index + 1}. ${title}`, { text: report.verdict, state: stateOf[report.verdict] }, report.summary]),
      },
    ],
  }
  return buildReport({
    capability: 'demo',
    summary,
    startedAt: Date.parse(first.startedAt),
    endedAt: Date.parse(last.endedAt),
    subject: last.subject,
    reasons,
    onInconclusive: 'fail',
    sections: [contents, ...chapters.flatMap(({ report }, index) => report.sections.map((section) => ({ ...section, id: `step${index + 1}-${section.id}`, title: `${index + 1}. ${report.capability}: ${section.title}` })))],
    evidence: chapters.flatMap(({ report }) => report.evidence),
    outputs: outputs ?? {},
  })
}

const stateOf = { pass: 'good', warn: 'warn', fail: 'bad', inconclusive: 'unknown' } as const
