import type { Labels } from '@fermata/ports'

/** Finds the issue of an incident again. */
export const incidentLabel = 'fermata-incident'

/** Lines and characters of a line that somebody reads. More would make GitHub cut the text, and the mark at its end with it. */
const [mostFacts, longestFact] = [60, 500]

export function markOf(service: string, key: string): string {
  return `fermata-incident: ${service} ${key}`
}

/** Titles are shown as plain text, on one line. */
export function titleOf(service: string, alert: string): string {
  return oneLine(`${service}: ${alert}`).slice(0, 200)
}

/** The first text of an incident. What came from outside stands in a block of code: nobody is mentioned by it, and nothing is rendered. */
export function bodyOf(incident: { readonly service: string; readonly key: string; readonly alert: string; readonly labels: Labels; readonly since: number; readonly runUrl: string | undefined }): string {
  const { service, key, alert, labels, since, runUrl } = incident
  const facts = [`alert: ${alert}`, `since: ${new Date(since).toISOString()}`, ...Object.entries(labels).filter(([name]) => name !== 'alertname').toSorted().map(([name, value]) => `${name}: ${value}`)].slice(0, mostFacts).map((fact) => fact.slice(0, longestFact))
  return ['An alert fires, and Fermata looks after it. What it does is told below.', block(facts), `${runText(runUrl)}<sub>${markOf(service, key)}</sub>`].join('\n\n')
}

export function commentOf(says: string, runUrl: string | undefined): string {
  return [block([says]), runText(runUrl)].filter((part) => part !== '').join('\n\n')
}

function runText(runUrl: string | undefined): string {
  return runUrl === undefined ? '' : `[The run](${runUrl})\n\n`
}

/** A fence that is longer than any run of backticks inside. */
function block(lines: readonly string[]): string {
  const text = lines.map(oneLine).join('\n')
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map((run) => run.length))
  const fence = '`'.repeat(longest + 1)
  return `${fence}text\n${text}\n${fence}`
}

function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ')
}
