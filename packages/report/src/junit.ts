import { locationText, type Reason, type Report } from '@fermata/verdict'
import { encodeXml as x } from './encode.ts'

/** One thing that was judged: a service, or what concerns none in particular. */
interface Case {
  readonly name: string
  readonly reasons: readonly Reason[]
}

/**
 * JUnit XML, as test reporters read it (the Ant task's format, as described by testmoapp/junitxml). One case for each service;
 * a report without services has one for each reason. `error` is what could not be judged, `failure` what was judged and failed.
 * Warnings and notes are in `system-out`, since the format has no place for them.
 */
export function junitXml(report: Report): string {
  const cases = casesOf(report)
  const seconds = Math.max(0, (Date.parse(report.endedAt) - Date.parse(report.startedAt)) / 1_000) || 0
  const failures = cases.filter((one) => has(one, 'error')).length
  const errors = cases.filter((one) => !has(one, 'error') && has(one, 'inconclusive')).length
  const counts = `tests="${cases.length}" failures="${failures}" errors="${errors}" skipped="0" time="${seconds}"`
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="fermata" ${counts}>`,
    `  <testsuite name="${x(report.capability)}" ${counts} timestamp="${x(report.startedAt)}">`,
    '    <properties>',
    `      <property name="verdict" value="${x(report.verdict)}"/>`,
    `      <property name="summary" value="${x(report.summary)}"/>`,
    '    </properties>',
    ...cases.flatMap((one) => caseXml(report.capability, one)),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n')
}

function casesOf(report: Report): readonly Case[] {
  const services = [...new Set([...(report.subject.services ?? []), ...report.reasons.flatMap((reason) => reason.service ?? [])])]
  const ofServices = services.map((name) => ({ name, reasons: report.reasons.filter((reason) => reason.service === name) }))
  const ofNone = report.reasons.filter((reason) => reason.service === undefined).map((reason, index) => ({ name: `${reason.code} #${index + 1}: ${reason.message}`, reasons: [reason] }))
  const all = [...ofServices, ...ofNone]
  return all.length > 0 ? all : [{ name: report.summary, reasons: [] }]
}

function caseXml(capability: string, one: Case): readonly string[] {
  const open = `    <testcase classname="${x(capability)}" name="${x(one.name)}"`
  const serious = one.reasons.filter((reason) => reason.severity === 'error' || reason.severity === 'inconclusive')
  const rest = one.reasons.filter((reason) => !serious.includes(reason))
  if (one.reasons.length === 0) return [`${open}/>`]
  return [
    `${open}>`,
    ...verdictXml(one, serious),
    ...(rest.length === 0 ? [] : [`      <system-out>${x(rest.map(reasonText).join('\n'))}</system-out>`]),
    '    </testcase>',
  ]
}

/** A case has one outcome: the worst of its reasons names the element, all of them are in its text. */
function verdictXml(one: Case, serious: readonly Reason[]): readonly string[] {
  const [first] = serious.toSorted((a, b) => Number(b.severity === 'error') - Number(a.severity === 'error'))
  if (first === undefined) return []
  const element = has(one, 'error') ? 'failure' : 'error'
  return [`      <${element} type="${x(first.code)}" message="${x(first.message)}">${x(serious.map(reasonText).join('\n'))}</${element}>`]
}

function has(one: Case, severity: Reason['severity']): boolean {
  return one.reasons.some((reason) => reason.severity === severity)
}

function reasonText(reason: Reason): string {
  const where = reason.location === undefined ? '' : ` (${locationText(reason.location)})`
  return `${reason.severity} ${reason.code}: ${reason.message}${where}${reason.remedy === undefined ? '' : ` ${reason.remedy}`}`
}
