import type { PolicyAnswer, PolicyDefinition, PolicyModule } from '@fermata/ports'
import type { Block, Cell, Reason, RuleDescription, Section } from '@fermata/verdict'
import { locationText } from '@fermata/verdict'
import { policyReason } from './codes.ts'
import type { Excused } from './exceptions.ts'
import type { ExcusedByRule, Finding, Oddity } from './findings.ts'
import type { ScannedDocument } from './read/documents.ts'
import type { ScanRequest } from './request.ts'

/** Everything that a scan came to. */
export interface Scan {
  readonly answer: PolicyAnswer
  readonly modules: readonly PolicyModule[]
  readonly documents: readonly ScannedDocument[]
  readonly files: readonly string[]
  /** `pss-baseline@1.35`. */
  readonly packs: readonly string[]
  readonly counting: readonly Finding[]
  readonly excused: readonly Excused[]
  readonly excusedByRules: readonly ExcusedByRule[]
  readonly oddities: readonly Oddity[]
  readonly exceptionReasons: readonly Reason[]
}

/** A table that nobody reads to its end is cut; report.json and report.sarif have all. */
const mostRows = 200

export function reasonsOf(scan: Scan, failSeverity: ScanRequest['fail-severity']): readonly Reason[] {
  const fails = (finding: Finding) => failSeverity === 'warning' || (failSeverity === 'failure' && finding.kind === 'fail')
  const counting = scan.counting.map((finding) => findingReason(finding, fails(finding) ? 'error' : 'warning'))
  const excused = scan.excused.map(({ finding, exception }) => excusedReason(finding, `${exception.reason} (${exception.owner}, until ${exception.expires})`))
  const byRules = scan.excusedByRules.map((finding) => excusedReason(finding, `an exception rule in ${finding.rule.slice(0, finding.rule.lastIndexOf('/'))}`))
  return [...counting, ...excused, ...byRules, ...scan.exceptionReasons]
}

function findingReason(finding: Finding, severity: 'error' | 'warning'): Reason {
  return policyReason(finding.kind === 'fail' ? 'FM-POLICY-DENIED' : 'FM-POLICY-WARNED', { says: messageOf(finding), where: finding.where, rule: finding.rule, severity, ...(finding.remedy !== undefined && { remedy: finding.remedy }) })
}

function excusedReason(finding: Finding, because: string): Reason {
  return policyReason('FM-POLICY-EXCEPTED', { says: messageOf(finding), where: finding.where, rule: finding.rule, excused: because, remedy: `Accepted: ${because}` })
}

function messageOf({ message, document, field, also }: Finding): string {
  const at = [document.object, field].filter((part) => part !== undefined && part !== '').join(' ')
  const others = also.length === 0 ? '' : `, and ${also.length === 1 ? 'at' : `${also.length} times more, first at`} ${locationText(also[0] as Finding['where'])}`
  return at === '' && others === '' ? message : `${message} [${at}${others}]`
}

export function summaryOf({ counting, excused, excusedByRules, documents, files }: Scan): string {
  const failures = counting.filter(({ kind }) => kind === 'fail').length
  const accepted = excused.length + excusedByRules.length
  const judged = `${counted(documents.length, 'document')} in ${counted(files.length, 'file')}`
  if (documents.length === 0) return 'Nothing was judged.'
  return `${counted(failures, 'failure')} and ${counted(counting.length - failures, 'warning')} in ${judged}${accepted === 0 ? '' : `, ${counted(accepted, 'finding')} excepted`}.`
}

export function outputsOf(scan: Scan, reportFolder: string): Readonly<Record<string, string>> {
  const failures = scan.counting.filter(({ kind }) => kind === 'fail')
  return {
    failures: String(failures.length),
    warnings: String(scan.counting.length - failures.length),
    excepted: String(scan.excused.length + scan.excusedByRules.length),
    score: scoreOf(scan),
    sarif: `${reportFolder.replace(/\/+$/, '')}/report.sarif`,
  }
}

function scoreOf({ counting, documents }: Scan): string {
  if (documents.length === 0) return ''
  const failing = new Set(counting.filter(({ kind }) => kind === 'fail').map(({ document }) => document))
  return String(Math.floor(((documents.length - failing.size) / documents.length) * 100))
}

export function rulesOf({ answer }: Scan): readonly RuleDescription[] {
  return answer.namespaces.filter(({ name }) => answer.selected.includes(name)).flatMap((space) => space.rules.map((rule): RuleDescription => {
    const described = rule.definitions.find(({ title }) => title !== undefined) ?? rule.definitions[0]
    const link = described?.links?.[0]
    return {
      id: `${space.name}/${rule.name}`,
      ...(described?.title !== undefined && { title: described.title }),
      ...(described?.description !== undefined && { description: described.description }),
      ...(link !== undefined && { link }),
      severity: rule.kind === 'fail' ? 'error' : 'warning',
      tags: ['policy'],
    }
  }))
}

export function sectionsOf(scan: Scan): readonly Section[] {
  const { answer, documents, files, packs, modules, counting } = scan
  const own = modules.filter(({ name }) => !name.startsWith('pack:'))
  const facts: Block = {
    kind: 'facts',
    facts: [
      { label: 'Files', value: `${files.length}, ${counted(documents.length, 'document')}` },
      { label: 'Policies', value: [...packs, ...(own.length > 0 ? [counted(own.length, 'file')] : [])].join(', ') },
      { label: 'Namespaces', value: answer.selected.join(', ') || 'none' },
      { label: 'Score', value: scoreOf(scan) === '' ? 'none: nothing was judged' : `${scoreOf(scan)} %: documents without a failure` },
      { label: 'Engine', value: answer.engine },
    ],
  }
  return [
    { id: 'scan', title: 'What was judged', blocks: [facts] },
    { id: 'findings', title: 'Findings', state: stateOf(scan), blocks: findingBlocks(counting) },
    { id: 'rules', title: 'Rules', folded: true, blocks: [ruleTable(scan)] },
    ...(scan.excused.length > 0 ? [{ id: 'exceptions', title: 'Exceptions', blocks: [exceptionTable(scan)] } satisfies Section] : []),
  ]
}

function stateOf({ counting, documents }: Scan): 'good' | 'warn' | 'bad' | 'unknown' {
  if (counting.some(({ kind }) => kind === 'fail')) return 'bad'
  if (counting.length > 0) return 'warn'
  return documents.length === 0 ? 'unknown' : 'good'
}

function findingBlocks(counting: readonly Finding[]): readonly Block[] {
  const rows = counting.slice(0, mostRows).map((finding): readonly Cell[] => [
    finding.kind === 'fail' ? { text: 'fail', state: 'bad' } : { text: 'warn', state: 'warn' },
    { text: locationText(finding.where), code: true },
    finding.document.object ?? '',
    finding.message,
    { text: finding.rule, code: true },
  ])
  const table: Block = { kind: 'table', columns: [{ title: 'Is' }, { title: 'Where' }, { title: 'Object' }, { title: 'What' }, { title: 'Rule' }], rows, empty: 'Nothing was found.' }
  return counting.length > mostRows ? [table, { kind: 'text', text: `${counted(counting.length - mostRows, 'more finding')} in report.sarif.` }] : [table]
}

function ruleTable({ answer, counting, excused, excusedByRules }: Scan): Block {
  const times = (all: readonly Finding[], id: string) => all.filter(({ rule }) => rule === id).length
  const accepted = [...excused.map(({ finding }) => finding), ...excusedByRules]
  const rows = answer.namespaces.filter(({ name }) => answer.selected.includes(name)).flatMap((space) => space.rules.map(({ name, kind, definitions }): readonly Cell[] => {
    const id = `${space.name}/${name}`
    return [{ text: id, code: true }, definitions[0]?.title ?? '', kind, times(counting, id), times(accepted, id), reachedText(definitions)]
  }))
  return { kind: 'table', columns: [{ title: 'Rule' }, { title: 'About' }, { title: 'Kind' }, { title: 'Findings', align: 'right' }, { title: 'Excepted', align: 'right' }, { title: 'Reached' }], rows, empty: 'No rule was asked.' }
}

function reachedText(definitions: readonly PolicyDefinition[]): string {
  const told = [...new Set(definitions.map(({ reached }) => reached))]
  return told.length === 1 ? (told[0] as string) : `${definitions.filter(({ reached }) => reached === 'yes').length} of ${definitions.length}`
}

function exceptionTable({ excused }: Scan): Block {
  const rows = excused.slice(0, mostRows).map(({ finding, exception }): readonly Cell[] => [{ text: finding.rule, code: true }, { text: locationText(finding.where), code: true }, exception.owner, exception.reason, exception.expires])
  return { kind: 'table', columns: [{ title: 'Rule' }, { title: 'Where' }, { title: 'Owner' }, { title: 'Reason' }, { title: 'Until' }], rows }
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`
}
