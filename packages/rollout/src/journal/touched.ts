import type { ServiceId } from '@fermata/catalog'
import type { StateName } from '../machine/state.ts'

/** Nothing of the release is left in the cluster for a service in such a state. */
const untouched: ReadonlySet<StateName> = new Set(['waiting', 'held', 'healthy', 'undone'])

/** The services of which the release has written something, or may have, by what the journal says. */
export function touchedIn(services: Iterable<{ readonly id: ServiceId; readonly changes: boolean; readonly state: StateName }>): ReadonlySet<ServiceId> {
  return new Set(Array.from(services).filter(({ changes, state }) => changes && !untouched.has(state)).map(({ id }) => id))
}
