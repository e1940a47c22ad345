import type { ServiceId } from '@fermata/catalog'
import type { ReleaseState } from '../machine/state.ts'

/**
 * The services that were to be released and now run what the commit says: those that were changed, and those that were so already.
 * A dependency that was only looked at was not compared with the commit.
 */
export function standing({ services }: ReleaseState, wanted: (id: ServiceId) => boolean): readonly ServiceId[] {
  return [...services].filter(([id, { at }]) => wanted(id) && (at === 'promoted' || at === 'healthy')).map(([id]) => id)
}

/** The services of which a way back leaves it uncertain, or certain, that they do not run any more what was recorded. */
export function takenBack({ services }: ReleaseState): ReadonlySet<ServiceId> {
  return new Set([...services].filter(([, { at }]) => at !== 'held' && at !== 'waiting').map(([id]) => id))
}
