import { makeShop } from '@fermata/sandbox'
import { cpSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { commitAll, git } from './git.ts'
import { hideReports } from './stage.ts'

/** A repository with a catalog and two commits: what runs today, and the change that wants to go out. */
export interface Company {
  readonly name: string
  readonly folder: string
  readonly namespace: string
  readonly base: string
  readonly head: string
  /** The service whose new version falls over, and the images that do. */
  readonly broken: { readonly service: string; readonly images: readonly string[]; readonly log: readonly string[] }
  /** What must be undone, in this order, where the story is known so well; else only that the broken one is. */
  readonly undone: readonly string[] | undefined
  /** Images that take their time, so that the release is under way when the broken one falls. */
  readonly slow: readonly string[]
}

/** Our own shop: a change of five services, of which payments falls over while checkout goes out on top of it. */
export async function gardenShop(folder: string): Promise<Company> {
  const shop = await makeShop(folder)
  hideReports(folder)
  const { service, image, says } = shop.cannotStart
  const checkout = /^ +image: (\S+)$/m.exec(readFileSync(join(folder, 'services/checkout/deploy.yaml'), 'utf8'))?.[1]
  if (checkout === undefined) throw new Error('The manifest of checkout names no image.')
  return { name: 'The garden shop', folder, namespace: 'shop', base: shop.base, head: shop.head, broken: { service, images: [image], log: ['listening on :8080', 'first charge', `fatal: ${says}`] }, undone: ['checkout', service], slow: [checkout] }
}

/** Any folder of manifests as a company: `fermata init` writes its catalog, and every service gets a new image. */
export function companyFrom(source: string, folder: string, fermata: (args: readonly string[]) => string): Company {
  cpSync(source, folder, { recursive: true, filter: (path) => !relative(source, path).split('/').includes('.git') })
  git(folder, 'init', '--quiet')
  hideReports(folder)
  fermata(['init'])
  // A demo that soaks each service for half a minute would be a long demo.
  writeFileSync(join(folder, 'fermata.yaml'), `${readFileSync(join(folder, 'fermata.yaml'), 'utf8')}\ndefaults:\n  soak: 1s\n  timeout: 2m\n`)
  const base = commitAll(folder, 'The shop as it runs today')
  const graph = JSON.parse(fermata(['graph', '--format', 'json'])) as GraphJson
  const broken = mostTelling(graph)
  const renamed = newImages(folder, graph)
  const images = renamed.get(broken)
  if (images === undefined) throw new Error(`${broken} has no container image in ${source}, so the demo cannot break it.`)
  const head = commitAll(folder, 'A new version of every service')
  const tops = graph.services.filter(({ id }) => !graph.services.some(({ needs }) => needs.includes(id))).flatMap((service) => renamed.get(service.id) ?? [])
  return { name: source, folder, namespace: 'shop', base, head, broken: { service: broken, images, log: ['listening', 'reading settings', 'fatal: setting "region" is missing'] }, undone: undefined, slow: tops }
}

interface GraphJson {
  readonly services: readonly { readonly id: string; readonly needs: readonly string[] }[]
}

/** The service whose fall tells most: others need it, and others do not. Ties go to the first by name. */
function mostTelling({ services }: GraphJson): string {
  const all = (id: string, seen = new Set<string>()): Set<string> => {
    for (const next of services) if (next.needs.includes(id) && !seen.has(next.id)) all(next.id, seen.add(next.id))
    return seen
  }
  const ranked = services
    .map(({ id, needs }) => ({ id, leaf: needs.length === 0, needing: all(id).size }))
    .filter(({ needing }) => needing > 1 && needing < services.length - 1)
    .toSorted((a, b) => Number(b.leaf) - Number(a.leaf) || b.needing - a.needing || (a.id < b.id ? -1 : 1))
  const [first] = ranked.length > 0 ? ranked : services
  if (first === undefined) throw new Error('The catalog has no service.')
  return first.id
}

/** Gives every container a new image, by digest. Answers the new images of each service, by the workload of its name: a folder may hold it in several forms. */
function newImages(folder: string, graph: GraphJson): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>()
  const ids = new Set(graph.services.map((service) => service.id))
  for (const path of manifestsBelow(folder)) {
    let workload = ''
    const text = readFileSync(path, 'utf8').replace(/^(?:---.*|(\s*)name: (\S+)|(\s*-?\s*image: )(\S+))$/gm, (line, indent: string | undefined, name: string | undefined, before: string | undefined, image: string | undefined) => {
      if (name !== undefined && indent === '  ') workload = name
      if (before === undefined || image === undefined) return line
      const next = `${image.replace(/["']/g, '').replace(/(@|:)[^/]*$/, '')}@sha256:${digest(workload)}`
      if (ids.has(workload)) found.set(workload, [...(found.get(workload) ?? []), next])
      return `${before}${next}`
    })
    writeFileSync(path, text)
  }
  return found
}

function digest(seed: string): string {
  let state = 2166136261
  let hex = ''
  while (hex.length < 64) {
    for (const letter of `${seed}${hex.length}`) state = Math.imul(state ^ letter.charCodeAt(0), 16777619) >>> 0
    hex += state.toString(16).padStart(8, '0')
  }
  return hex.slice(0, 64)
}

function manifestsBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.ya?ml$/.test(path) && !path.startsWith('.git') && path !== 'fermata.yaml')
    .map((path) => join(folder, path))
    .filter((path) => statSync(path).isFile())
}
