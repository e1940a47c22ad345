import { leaseRef } from '@fermata/custody'
import type { KubeObject } from '@fermata/ports'
import type { JournalEntry } from '../journal/entry.ts'
import { journalsIn } from '../journal/store.ts'
import { imageFor, type Sketch, type Stage } from './stage.ts'

/** Four services, as a diamond. */
export const four = ['db', 'cart', 'stock', 'web'] as const
const needs: Readonly<Record<(typeof four)[number], readonly string[]>> = { db: [], cart: ['db'], stock: ['db'], web: ['cart', 'stock'] }

/** Each version has other images, other configuration, and an object for each service that was not there before. */
export function versionOf(version: number, change: Readonly<Partial<Record<(typeof four)[number], Sketch>>> = {}): Readonly<Record<string, Sketch>> {
  const sketchOf = (id: (typeof four)[number]): Sketch => ({ needs: needs[id], image: imageFor(id, version), config: `edition-${version}`, also: `---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${id}-edition-${version}}\ndata: {a: b}\n`, ...change[id] })
  return Object.fromEntries(four.map((id) => [id, sketchOf(id)]))
}

/** All objects of a version, without what the server counts and what differs from release to release. */
export async function stateOf(stage: Stage, version: number, release: string): Promise<readonly string[]> {
  const kinds = [['v1', 'ConfigMap'], ['v1', 'Service'], ['apps/v1', 'Deployment']] as const
  const lists = await Promise.all(kinds.map(([apiVersion, kind]) => stage.kube.list({ apiVersion, kind }, { namespace: 'shop' })))
  const names = new Set(four.flatMap((id) => [id, `${id}-edition-${version}`]))
  return lists.flatMap(({ items }) => items).filter(({ metadata: { name } }) => names.has(name)).map((object) => shown(object, version, release)).toSorted()
}

function shown(object: KubeObject, version: number, release: string): string {
  const { name, annotations = {}, labels } = object.metadata
  const { status: _, ...rest } = object
  const metadata = { name, labels, ofThisRelease: annotations['fermata.dev/release'] === release, service: annotations['fermata.dev/service'], hasFence: annotations['fermata.dev/fence'] !== undefined }
  return JSON.stringify({ ...rest, metadata }).replaceAll(String(version).padStart(64, '0'), 'IMAGE').replaceAll(`edition-${version}"`, 'EDITION"').replaceAll(/"(clusterIPs?|revision)":("[^"]*"|\[[^\]]*\])/g, '"$1":"any"')
}

export async function journalsOf(stage: Stage): Promise<readonly JournalEntry[]> {
  return journalsIn(stage.kube, 'shop').list()
}

/** Who may write to each of the services now, or nobody. */
export async function holders(stage: Stage): Promise<readonly string[]> {
  const leases = await Promise.all(four.map((id) => stage.kube.get(leaseRef('shop', id))))
  const now = stage.clock.now()
  return leases.map((lease) => {
    const { holderIdentity = '', renewTime = '', leaseDurationSeconds = 0 } = (lease?.['spec'] ?? {}) as { readonly holderIdentity?: string; readonly renewTime?: string; readonly leaseDurationSeconds?: number }
    return Date.parse(renewTime) + leaseDurationSeconds * 1000 < now ? '' : holderIdentity
  })
}
