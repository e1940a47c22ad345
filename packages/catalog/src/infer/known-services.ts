import { liesIn } from './repository.ts'
import type { Catalog, ServiceId } from '../model.ts'
import type { DraftService } from './draft.ts'

/**
 * Which entry of an existing catalog already stands for a service that was found: the one of its id, else one whose manifests hold its workload.
 * So an entry that a person has renamed is not written a second time under its old name.
 */
export function knownAs(found: DraftService, catalog: Catalog): ServiceId | undefined {
  if (catalog.services.has(found.id)) return found.id
  for (const { id, manifests } of catalog.services.values()) {
    const holds = manifests.some(({ path, objects }) => liesIn(found.origin.file, path) && (objects === undefined || objects.includes(found.origin.says)))
    if (holds) return id
  }
  return undefined
}
