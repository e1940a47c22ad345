import { createHash } from 'node:crypto'
import { locationText, type Reason, type Report, type RuleDescription, type Severity } from '@fermata/verdict'

/** SARIF knows no verdict that is open: what could not be judged is an error there, and says so in its properties. */
const levels = { error: 'error', inconclusive: 'error', warning: 'warning', note: 'note' } as const satisfies Record<Severity, string>

/** How GitHub sorts alerts: 7.0 is high, 4.0 medium (docs, "SARIF support for code scanning", security-severity). */
const securitySeverities = { error: '7.0', inconclusive: '7.0', warning: '4.0', note: '0.0' } as const satisfies Record<Severity, string>

/**
 * The reasons of a report as SARIF 2.1.0 (OASIS, errata 01). A reason's rule is the one that it names, else its code.
 * What an exception excuses is in it with a suppression. Fingerprints hold as long as rule, file and message do, whatever
 * the line: an alert follows its finding.
 */
export function sarifJson(report: Report): string {
  const described = new Map((report.rules ?? []).map((rule) => [rule.id, rule]))
  const found = report.reasons.filter((reason) => reason.severity !== 'note' || reason.excused !== undefined || reason.location?.kind === 'file')
  const ids = [...new Set([...described.keys(), ...found.map(ruleId)])]
  const index = new Map(ids.map((id, at) => [id, at]))
  const times = new Map<string, number>()
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'Fermata', informationUri: 'https://fermata.dev', rules: ids.map((id) => ruleOf(id, described.get(id), found)) } },
        automationDetails: { id: `fermata/${report.capability}/` },
        invocations: [{ executionSuccessful: !report.reasons.some(({ severity }) => severity === 'inconclusive'), startTimeUtc: report.startedAt, endTimeUtc: report.endedAt }],
        columnKind: 'utf16CodeUnits',
        results: found.map((reason) => resultOf(reason, index.get(ruleId(reason)) ?? 0, times)),
        properties: { verdict: report.verdict, summary: report.summary },
      },
    ],
  }
  return `${JSON.stringify(log, undefined, 2)}\n`
}

function ruleId(reason: Reason): string {
  return reason.rule ?? reason.code
}

function ruleOf(id: string, rule: RuleDescription | undefined, found: readonly Reason[]): unknown {
  const severity = rule?.severity ?? found.find((reason) => ruleId(reason) === id)?.severity ?? 'error'
  return {
    id,
    ...(rule?.title !== undefined && { shortDescription: { text: rule.title } }),
    ...(rule?.description !== undefined && { fullDescription: { text: rule.description } }),
    help: { text: rule?.description ?? found.find((reason) => ruleId(reason) === id)?.remedy ?? id },
    ...(rule?.link !== undefined && URL.canParse(rule.link) && { helpUri: rule.link }),
    defaultConfiguration: { level: levels[severity] },
    properties: { tags: [...new Set(rule?.tags ?? [])], ...(rule !== undefined && { 'security-severity': securitySeverities[severity] }) },
  }
}

function resultOf(reason: Reason, ruleIndex: number, times: Map<string, number>): unknown {
  const { location, remedy, excused, message } = reason
  const text = remedy === undefined ? message : `${message}${/[.!?…]$/.test(message) ? '' : '.'} ${remedy}`
  const told = [ruleId(reason), location === undefined ? '' : location.kind === 'file' ? location.file : locationText(location), message].join('\u0000')
  const nth = (times.get(told) ?? 0) + 1
  times.set(told, nth)
  return {
    ruleId: ruleId(reason),
    ruleIndex,
    level: levels[reason.severity],
    message: { text },
    ...(location !== undefined && { locations: [locationOf(location)] }),
    partialFingerprints: { 'fermata/v1': createHash('sha256').update(`${told}\u0000${nth}`).digest('hex') },
    ...(excused !== undefined && { suppressions: [{ kind: 'external', status: 'accepted', justification: excused }] }),
    properties: { code: reason.code, severity: reason.severity },
  }
}

function locationOf(location: NonNullable<Reason['location']>): unknown {
  if (location.kind !== 'file') return { logicalLocations: [{ fullyQualifiedName: locationText(location), kind: location.kind === 'object' ? 'object' : 'expression' }] }
  const { file, line, column } = location
  return { physicalLocation: { artifactLocation: { uri: uriOf(file) }, ...(line !== undefined && { region: { startLine: line, ...(column !== undefined && { startColumn: column }) } }) } }
}

/** A relative reference: a colon in its first name would make that a scheme. */
function uriOf(file: string): string {
  const encoded = file.split('/').map(encodeURIComponent).join('/')
  return encoded === '' ? '.' : encoded
}
