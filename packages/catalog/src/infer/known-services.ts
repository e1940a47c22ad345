import { folderOf } from './repository.ts'
import type { Catalog, ServiceId } from '../model.ts'
import type { DraftService } from './draft.ts'

/**
 * Which entry of an existing catalog already stands for a service that was found: the one of its id, else one whose manifests hold its workload.
 * So an entry that a person has renamed is not written a second time under its old name.
 */
export function knownServices(catalog: Catalog): (found: DraftService) => ServiceId | undefined {
  const sources = [...catalog.services.values()].flatMap(({ id, manifests }) => manifests.map((source) => ({ id, ...source })))
  const byPath = Map.groupBy(sources, ({ path }) => path)
  return ({ id, origin }) => {
    if (catalog.services.has(id)) return id
    for (let path = origin.file; ; path = folderOf(path)) {
      const holder = byPath.get(path)?.find(({ objects }) => objects === undefined || objects.includes(origin.says))
      if (holder !== undefined || path === '.') return holder?.id
    }
  }
}
