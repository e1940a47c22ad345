import type { AccessQuestion } from '@fermata/ports'
import { ConfigurationError, EnvironmentError, type Problem, type Reason, severities, type State } from '@fermata/verdict'
import { because } from './codes.ts'

/** What came of one look. */
export interface Look {
  readonly title: string
  readonly state: State
  /** In a few words. */
  readonly found: string
  readonly reasons: readonly Reason[]
  /** In the cluster, of what was looked at. Empty where that could not be told. */
  readonly rights: readonly AccessQuestion[]
}

/** An answer of what is looked at: what was found, and what speaks against it. */
export interface Sighting {
  readonly found: string
  readonly reasons?: readonly Reason[]
  readonly rights?: readonly AccessQuestion[]
}

/** Looks at one thing. That it is missing, wrong or silent is an answer; a bug of ours is not. */
export async function look(title: string, at: () => Promise<Sighting>): Promise<Look> {
  try {
    const { found, reasons = [], rights = [] } = await at()
    return { title, state: stateOf(reasons), found, reasons, rights }
  } catch (error) {
    const reasons = reasonsOf(error)
    return { title, state: stateOf(reasons), found: reasons.length === 1 ? 'not in order' : `${reasons.length} problems`, reasons, rights: [] }
  }
}

/** Nobody wished that it be looked at: neither good nor bad. */
export function unasked(title: string, input: string): Look {
  return { title, state: 'skipped', found: `not looked at: no ${input}`, reasons: [], rights: [] }
}

export function impossible(title: string, lacks: string): Look {
  return { title, state: 'unknown', found: `not looked at: ${lacks}`, reasons: [because('FM-DOCTOR-NOT-LOOKED-AT', { says: `${title}: not looked at, since ${lacks}.` })], rights: [] }
}

/** What stops a use case is, for the one that looks, what was found. */
function reasonsOf(error: unknown): readonly Reason[] {
  if (error instanceof ConfigurationError) return error.problems.map(reasonOf)
  if (error instanceof EnvironmentError) return [error.reason]
  throw error
}

function reasonOf({ code, says, remedy, where }: Problem): Reason {
  const reason = because('FM-DOCTOR-WRONG', { says, ...(remedy !== undefined && { remedy }), ...(where !== undefined && { where }) })
  return code === undefined ? reason : { ...reason, code }
}

const states = { note: 'good', warning: 'warn', inconclusive: 'unknown', error: 'bad' } as const satisfies Record<Reason['severity'], State>

function stateOf(reasons: readonly Reason[]): State {
  const worst = severities.findLast((severity) => reasons.some((reason) => reason.severity === severity))
  return worst === undefined ? 'good' : states[worst]
}
