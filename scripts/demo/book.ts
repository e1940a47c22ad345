import { buildReport, type Location, type Reason, type Report, type Section } from '@fermata/verdict'
import type { Chapter } from './stage.ts'

export interface Cover {
  readonly summary: string
  /** What the whole comes to. */
  readonly reasons: readonly Reason[]
  /** What was to be seen, sentence by sentence. */
  readonly says?: readonly string[]
  readonly outputs?: Readonly<Record<string, string>>
}

/** All chapters as one report: what happened, in order, with what it comes to on top. */
export function book(chapters: readonly Chapter[], { summary, reasons, says = [], outputs }: Cover): Report {
  const first = chapters.at(0)?.report
  const last = chapters.at(-1)?.report
  if (first === undefined || last === undefined) throw new Error('A story without chapters has no report.')
  return buildReport({
    capability: 'demo',
    summary,
    startedAt: Date.parse(first.startedAt),
    endedAt: Date.parse(last.endedAt),
    subject: { ...last.subject, services: [...new Set(chapters.flatMap(({ report }) => report.subject.services ?? []))] },
    reasons,
    onInconclusive: 'fail',
    sections: [contentsOf(chapters, says), foundIn(chapters), ...chapters.flatMap(({ report }, index) => report.sections.map((section) => ({ ...section, id: `step${index + 1}-${section.id}`, title: `${index + 1}. ${report.capability}: ${section.title}` })))],
    evidence: chapters.flatMap(({ report }) => report.evidence),
    outputs: outputs ?? {},
  })
}

/** What does not hold of a story, as a reason of its report. */
export function unmetReason(says: string): Reason {
  return { code: 'FM-DEMO-UNMET', severity: 'error', message: `This should hold, and does not: ${says}.` }
}

function contentsOf(chapters: readonly Chapter[], says: readonly string[]): Section {
  const table = {
    kind: 'table' as const,
    columns: [{ title: 'Step' }, { title: 'Verdict' }, { title: 'What happened' }],
    rows: chapters.map(({ title, report }, index) => [`${index + 1}. ${title}`, { text: report.verdict, state: stateOf[report.verdict] }, report.summary]),
  }
  return { id: 'story', title: 'The story', blocks: [...says.map((text) => ({ kind: 'text' as const, text })), table] }
}

/** Every reason that counts, and those that an exception has excused. */
function foundIn(chapters: readonly Chapter[]): Section {
  const rows = chapters.flatMap(({ report }, index) => report.reasons.filter(({ severity, excused }) => severity !== 'note' || excused !== undefined).map(({ message, location, excused, code }) => [
    `${index + 1}. ${report.capability}`,
    location === undefined ? '' : placeOf(location),
    `${message}${excused === undefined ? '' : ` Accepted: ${excused}`} (${code})`,
  ]))
  return { id: 'found', title: 'What was found', blocks: [{ kind: 'table', columns: [{ title: 'Step' }, { title: 'Where' }, { title: 'What' }], rows, empty: 'Nothing was found.' }] }
}

function placeOf(location: Location): string {
  switch (location.kind) {
    case 'file':
      return [location.file, location.line, location.column].filter((part) => part !== undefined).join(':')
    case 'object':
      return `${location.object}/${location.name}`
    case 'query':
      return location.query
  }
}

const stateOf = { pass: 'good', warn: 'warn', fail: 'bad', inconclusive: 'unknown' } as const
