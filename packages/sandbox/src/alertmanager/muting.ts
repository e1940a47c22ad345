import type { Instant } from '@fermata/ports'
import { isResolved, type KnownAlert } from './alert.ts'
import type { InhibitRule } from './config.ts'
import type { Labels } from './labels.ts'
import type { LabelMatcher } from './matchers.ts'
import type { Silences } from './silences.ts'

/** Why nobody hears of an alert: ids of silences, fingerprints of alerts. */
export interface Muted {
  readonly silencedBy: readonly string[]
  readonly inhibitedBy: readonly string[]
}

export function mutedBy(labels: Labels, { silences, rules, alerts, now }: { readonly silences: Silences; readonly rules: readonly InhibitRule[]; readonly alerts: Iterable<KnownAlert>; readonly now: Instant }): Muted {
  const firing = [...alerts].filter((alert) => !isResolved(alert, now))
  const [inhibitor] = rules.flatMap((rule) => inhibitors(labels, rule, firing))
  return { silencedBy: silences.silencing(labels), inhibitedBy: inhibitor === undefined ? [] : [inhibitor.fingerprint] }
}

/** An alert that is both source and target of a rule is not inhibited by its like: else two of them would silence each other. */
function inhibitors(labels: Labels, { source, target, equal }: InhibitRule, firing: readonly KnownAlert[]): readonly KnownAlert[] {
  if (!all(target, labels)) return []
  const twoSided = all(source, labels)
  return firing.filter((alert) => all(source, alert.labels) && equal.every((name) => (alert.labels[name] ?? '') === (labels[name] ?? '')) && !(twoSided && all(target, alert.labels)))
}

function all(matchers: readonly LabelMatcher[], labels: Labels): boolean {
  return matchers.every(({ matches }) => matches(labels))
}
