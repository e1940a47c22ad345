import type { Evidence } from './evidence.ts'
import type { Reason, Severity } from './reason.ts'
import type { Section } from './section.ts'
import { severities } from './reason.ts'
import type { InconclusivePolicy, Verdict } from './verdict.ts'
import { decide, worst } from './verdict.ts'

export const reportSchemaId = 'fermata/report@1'

/** What the report is about. */
export interface Subject {
  readonly repository?: string
  readonly sha?: string
  readonly environment?: string
  readonly services?: readonly string[]
}

/** A rule that somebody wrote, and that reasons come from: a policy, a check. */
export interface RuleDescription {
  readonly id: string
  readonly title?: string
  readonly description?: string
  /** Address of a page about it. */
  readonly link?: string
  /** Of what it finds. */
  readonly severity: Severity
  readonly tags?: readonly string[]
}

/** The one structure that is rendered as job summary, HTML, terminal text, JSON, JUnit, SARIF and annotations. */
export interface Report {
  readonly schema: typeof reportSchemaId
  readonly capability: string
  readonly verdict: Verdict
  /** One line, no mark-up: what happened, with names and numbers. */
  readonly summary: string
  /** ISO 8601, UTC. */
  readonly startedAt: string
  readonly endedAt: string
  readonly subject: Subject
  /** Worst first. */
  readonly reasons: readonly Reason[]
  readonly sections: readonly Section[]
  readonly evidence: readonly Evidence[]
  /** By output name; values as a runner takes them. */
  readonly outputs: Readonly<Record<string, string>>
  /** The rules that were asked, where reasons name them. */
  readonly rules?: readonly RuleDescription[]
}

export interface ReportDraft {
  readonly capability: string
  readonly summary: string
  /** Milliseconds since the epoch. */
  readonly startedAt: number
  readonly endedAt: number
  readonly subject?: Subject
  readonly reasons: readonly Reason[]
  readonly sections?: readonly Section[]
  readonly evidence?: readonly Evidence[]
  readonly outputs?: Readonly<Record<string, string>>
  readonly rules?: readonly RuleDescription[]
  readonly onInconclusive: InconclusivePolicy
}

/** A report whose verdict follows from its reasons, and from them alone. */
export function buildReport(draft: ReportDraft): Report {
  return {
    schema: reportSchemaId,
    capability: draft.capability,
    verdict: verdictUnder(draft.onInconclusive, draft.reasons),
    summary: draft.summary,
    startedAt: new Date(draft.startedAt).toISOString(),
    endedAt: new Date(draft.endedAt).toISOString(),
    subject: draft.subject ?? {},
    reasons: draft.reasons.toSorted((a, b) => severities.indexOf(b.severity) - severities.indexOf(a.severity)),
    sections: draft.sections ?? [],
    evidence: draft.evidence ?? [],
    outputs: draft.outputs ?? {},
    ...(draft.rules && { rules: draft.rules }),
  }
}

function verdictUnder(policy: InconclusivePolicy, reasons: readonly Reason[]): Verdict {
  const known = decide(reasons)
  if (known !== 'inconclusive' || policy === 'fail') return known
  return worst([policy, decide(reasons.filter((reason) => reason.severity !== 'inconclusive'))])
}
