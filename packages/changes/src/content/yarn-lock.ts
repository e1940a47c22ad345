import * as z from 'zod/mini'
import type { LockNode } from './closure.ts'
import { type LockReading, unclear, yamlText } from './reading.ts'

const names = z.optional(z.record(z.string(), z.coerce.string()))
const entry = z.object({ version: z.coerce.string(), resolution: z.string(), checksum: z.optional(z.coerce.string()), dependencies: names, optionalDependencies: names })
const lockfile = z.record(z.string(), z.unknown())

/** yarn.lock of Yarn 2 and later: entries by `name@range, name@range`, workspaces among them. Yarn 1 does not write its workspaces down. */
export function readYarnLock(text: string): LockReading {
  const value = yamlText(text, 'yarn.lock')
  const read = z.safeParse(lockfile, value)
  if (!read.success || !Object.hasOwn(read.data, '__metadata')) return unclear('it is no yarn.lock of Yarn 2 or later')
  const { __metadata: _, ...rest } = read.data
  const parsed = z.safeParse(z.record(z.string(), entry), rest)
  if (!parsed.success) return unclear('it has an entry that cannot be read')
  const entries = Object.entries(parsed.data)
  const keyOf = new Map(entries.flatMap(([key]) => key.split(', ').map((descriptor) => [descriptor, key])))
  const nodes = new Map<string, LockNode>()
  const workspaces = new Map<string, string>()
  for (const [key, { version, resolution, checksum = '', dependencies, optionalDependencies }] of entries) {
    const folder = /@workspace:(.+)$/.exec(resolution)?.[1]
    const needs: string[] = []
    for (const [name, range] of Object.entries({ ...dependencies, ...optionalDependencies })) {
      const found = keyOf.get(`${name}@${range}`) ?? keyOf.get(`${name}@npm:${range}`)
      if (found === undefined) return unclear(`${resolution} needs ${name}@${range}, which is not in it`)
      needs.push(found)
    }
    if (folder === undefined) nodes.set(key, { label: `${resolution} ${checksum}`, shown: `${resolution.slice(0, resolution.indexOf('@', 1))} ${version}`, needs })
    else {
      const place = folder === '.' ? '' : folder
      workspaces.set(place, key)
      nodes.set(key, { label: `workspace ${place}`, shown: place === '' ? 'the root' : place, needs })
    }
  }
  return { kind: 'graph', graph: { workspaces, nodes } }
}
