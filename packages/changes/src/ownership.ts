import type { Service, ServiceId } from '@fermata/catalog'
import { prefixMap } from './prefix-map.ts'

/** Whom a path belongs to. Several services may share one; nobody's is an empty list. */
export type Ownership = (path: string) => readonly ServiceId[]

/**
 * The owners of paths: of the services that a path falls under, those with the deepest prefix. A service inside of another's folder
 * takes its part from it. Manifests and migrations belong to their service like code, and its `!` lines do not take them away:
 * what is deployed always counts.
 */
export function ownershipOf(services: Iterable<Service>): Ownership {
  const all = [...services]
  const rules = [
    ...all.map(({ id, paths }) => ({ owner: id, prefixes: paths })),
    ...all.filter(({ manifests, migrationScripts }) => manifests.length + migrationScripts.length > 0).map(({ id, manifests, migrationScripts }) => ({ owner: id, prefixes: [...manifests.map(({ path }) => path), ...migrationScripts.filter((path) => !path.startsWith('!'))] })),
  ]
  return prefixMap(rules, (matches) => {
    const deepest = matches.reduce((depth, match) => Math.max(depth, match.depth), 0)
    return [...new Set(matches.filter(({ depth }) => depth === deepest).map(({ owner }) => owner))]
  })
}

/** Services that own something in a folder; all of them for the repository's own. */
export function servicesUnder(folder: string, services: Iterable<Service>): readonly ServiceId[] {
  const inside = (path: string) => folder === '' || path === folder || path.startsWith(`${folder}/`)
  return Array.from(services).filter(({ paths, manifests }) => paths.some(inside) || manifests.some(({ path }) => inside(path))).map(({ id }) => id)
}
