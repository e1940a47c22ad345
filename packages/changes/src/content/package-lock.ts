import * as z from 'zod/mini'
import { jsonText, unclear, type LockReading } from './reading.ts'
import type { LockNode } from './closure.ts'

const names = z.optional(z.record(z.string(), z.string()))
const entry = z.object({
  version: z.optional(z.string()),
  resolved: z.optional(z.string()),
  integrity: z.optional(z.string()),
  link: z.optional(z.boolean()),
  dependencies: names,
  devDependencies: names,
  optionalDependencies: names,
  peerDependencies: names,
})
const lockfile = z.object({ lockfileVersion: z.number(), packages: z.record(z.string(), entry) })
type Packages = z.infer<typeof lockfile>['packages']

/** package-lock.json and npm-shrinkwrap.json of version 2 and 3: `packages` by place (docs.npmjs.com, package-lock.json). Version 1 does not say what a workspace resolves to. */
export function readPackageLock(text: string): LockReading {
  const read = z.safeParse(lockfile, jsonText(text))
  if (!read.success || ![2, 3].includes(read.data.lockfileVersion)) return unclear('it is no package-lock.json of version 2 or 3')
  const { packages } = read.data
  const workspaces = new Map(Object.keys(packages).filter((place) => !/(^|\/)node_modules\//.test(place)).map((place) => [place, place]))
  const nodes = new Map<string, LockNode>()
  for (const [place, { version = '', resolved = '', integrity = '', link = false, dependencies, devDependencies, optionalDependencies, peerDependencies }] of Object.entries(packages)) {
    const name = place.replace(/^.*node_modules\//s, '')
    const workspace = workspaces.has(place)
    if (link && !Object.hasOwn(packages, resolved)) return unclear(`it links to ${resolved}, which is not in it`)
    const wanted = { ...dependencies, ...(workspace && devDependencies) }
    const wished = Object.keys({ ...optionalDependencies, ...peerDependencies }).filter((wish) => !Object.hasOwn(wanted, wish) || Object.hasOwn(optionalDependencies ?? {}, wish))
    const needs = link ? [resolved] : []
    for (const need of link ? [] : Object.keys(wanted)) {
      const found = placeOf(need, place, packages)
      if (found !== undefined) needs.push(found)
      else if (!wished.includes(need)) return unclear(`${name} needs ${need}, which is not in it`)
    }
    for (const wish of wished) {
      const found = placeOf(wish, place, packages)
      if (found !== undefined && !needs.includes(found)) needs.push(found)
    }
    nodes.set(place, { label: workspace || link ? `workspace ${link ? resolved : place}` : `${name}@${version} ${resolved} ${integrity}`, shown: workspace || link ? place || 'the root' : `${name} ${version}`, needs })
  }
  return { kind: 'graph', graph: { workspaces, nodes } }
}

/** Where Node.js finds a package: in the node_modules of the place, or of any folder above (nodejs.org, Modules: loading from node_modules). */
function placeOf(name: string, from: string, packages: Packages): string | undefined {
  for (let folder = from; ; folder = folder.includes('/') ? folder.slice(0, folder.lastIndexOf('/')) : '') {
    if (!/(^|\/)node_modules$/.test(folder)) {
      const place = `${folder === '' ? '' : `${folder}/`}node_modules/${name}`
      if (Object.hasOwn(packages, place)) return place
    }
    if (folder === '') return undefined
  }
}
