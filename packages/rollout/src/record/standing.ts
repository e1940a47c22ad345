import type { ServiceId } from '@fermata/catalog'
import type { ReleaseState } from '../machine/state.ts'

/** What is kept of a release in a GitHub Deployment. Whoever reads it goes by `services` alone. */
export interface RecordPayload {
  readonly services: readonly ServiceId[]
  readonly release: string | undefined
}

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

/** The payload of one of our Deployments. GitHub gives it back as the object or as the text that it was given. */
export function payloadOf(given: unknown): RecordPayload | undefined {
  const value = typeof given === 'string' ? jsonIn(given) : given
  if (typeof value !== 'object' || value === null) return undefined
  const { services, release } = value as { readonly services?: unknown; readonly release?: unknown }
  if (!Array.isArray(services) || !services.every((id) => typeof id === 'string')) return undefined
  return { services, release: typeof release === 'string' ? release : undefined }
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
