import { reportHtml } from '@fermata/report'
import { buildReport, type Report } from '@fermata/verdict'
import type { Company } from './company.ts'
import { type Chapter, list } from './story.ts'

/** All chapters as one report: what happened, in order, with the reasons of the last one on top. */
export function book(company: Company, chapters: readonly Chapter[]): Report {
  const first = chapters.at(0)?.report
  const last = chapters.at(-1)
  if (first === undefined || last === undefined) throw new Error('A story without chapters has no report.')
  const undone = list(last.ended.outputs['rolled-back'])
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
    summary: `${company.name}: ${last.report.summary}${undone.length === 0 ? '' : ` Undone, in this order: ${undone.join(', ')}.`}`,
    startedAt: Date.parse(first.startedAt),
    endedAt: Date.parse(last.report.endedAt),
    subject: last.report.subject,
    reasons: last.report.reasons,
    onInconclusive: 'fail',
    sections: [contents, ...chapters.flatMap(({ report }, index) => report.sections.map((section) => ({ ...section, id: `step${index + 1}-${section.id}`, title: `${index + 1}. ${report.capability}: ${section.title}` })))],
    evidence: chapters.flatMap(({ report }) => report.evidence),
    outputs: last.report.outputs,
  })
}

export function bookHtml(report: Report): string {
  return reportHtml(report)
}

const stateOf = { pass: 'good', warn: 'warn', fail: 'bad', inconclusive: 'unknown' } as const
