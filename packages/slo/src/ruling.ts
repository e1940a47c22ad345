import type { Instant } from '@fermata/ports'
import type { Reason } from '@fermata/verdict'
import { type SloState, stateOf } from './budget.ts'
import type { Change } from './change.ts'
import { sloReason } from './codes.ts'
import { type Override, reasonsFor } from './freeze.ts'
import { measure } from './measure.ts'
import type { Slo } from './model.ts'
import type { Look } from './questions.ts'

/** Everything that a verdict rests on, but for the answers of the metrics server. */
export interface Case {
  readonly slos: readonly Slo[]
  /** The instant of every question. */
  readonly at: Instant
  /** What the caller says about the memory of the server, in milliseconds. */
  readonly remembered: number | undefined
  readonly change: Change
  readonly override: Override | undefined
  /** Services that were named and have no objective. */
  readonly without: readonly string[]
}

export interface Ruling {
  readonly states: readonly SloState[]
  readonly reasons: readonly Reason[]
}

/** The verdict's reasons. The same case and the same answers give the same ruling, whoever asks and whenever. */
export function rule({ slos, at, remembered, change, override, without }: Case, look: Look): Ruling {
  const states = slos.map((slo) => stateOf(measure(slo, at, remembered, look)))
  if (states.length === 0) return { states, reasons: [sloReason('FM-SLO-NONE', { says: without.length === 0 ? 'There is no objective to look at.' : `None of the services has an objective: ${without.join(', ')}.` })] }
  return { states, reasons: [...once(reasonsFor(states, change, override, at)), ...without.map((service) => sloReason('FM-SLO-SERVICE-WITHOUT', { says: `${service} has no objective.`, service }))] }
}

/** A server that refuses, refuses for every objective: it is said once, and at no place in the catalog. */
function once(reasons: readonly Reason[]): readonly Reason[] {
  const words = ({ message }: Reason) => message.slice(message.indexOf(': ') + 2)
  const refusals = Map.groupBy(reasons.filter(({ code }) => code.startsWith('FM-PROMETHEUS-')), words)
  const isFirst = (reason: Reason) => refusals.get(words(reason))?.[0] === reason
  return reasons.flatMap((reason) => {
    const same = refusals.get(words(reason))?.length ?? 0
    if (!reason.code.startsWith('FM-PROMETHEUS-') || same === 1) return [reason]
    const { location: _, ...rest } = reason
    return isFirst(reason) ? [{ ...rest, message: words(reason) }] : []
  })
}
