import type { KubeObject, Random } from '@fermata/ports'
import type { SandboxClock } from '../clock.ts'
import type { Kinds } from './kinds/registry.ts'
import type { Store } from './store/store.ts'

/** What every verb and every controller works on. */
export interface Core {
  readonly store: Store
  readonly kinds: Kinds
  readonly clock: SandboxClock
  readonly random: Random
  readonly addresses: Addresses
}

/** Cluster addresses, handed out in order and never twice. */
export interface Addresses {
  service(): string
  pod(): string
  nodePort(): number
}

export function createAddresses(): Addresses {
  let services = 1
  let pods = 1
  let ports = 30_000
  return {
    service: () => { services++; return `10.96.${services >> 8}.${services & 255}` },
    pod: () => { pods++; return `10.244.${pods >> 8}.${pods & 255}` },
    nodePort: () => ports++,
  }
}

/** Numbers that repeat from run to run for the same seed (mulberry32). */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0
  return {
    next() {
      state = (state + 0x6d2b79f5) >>> 0
      let mixed = Math.imul(state ^ (state >>> 15), state | 1)
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
    },
  }
}

/** No vowels and no characters that look alike: what Kubernetes makes names of. */
const nameAlphabet = 'bcdfghjklmnpqrstvwxz2456789'

export const randomSuffix = (random: Random, length = 5): string => Array.from({ length }, () => nameAlphabet[Math.floor(random.next() * nameAlphabet.length)]).join('')

export function randomUid(random: Random): string {
  const hex = (digits: number): string => Array.from({ length: digits }, () => Math.floor(random.next() * 16).toString(16)).join('')
  return `${hex(8)}-${hex(4)}-4${hex(3)}-${'89ab'[Math.floor(random.next() * 4)]}${hex(3)}-${hex(12)}`
}

/** A short stable name for a value, in the alphabet of names: FNV-1a over its JSON text, as the workload controllers use it for templates. */
export function shortHash(value: unknown): string {
  let hash = 0x811c9dc5
  for (const byte of Buffer.from(JSON.stringify(value))) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0
  return [...String(hash)].map((digit) => nameAlphabet[digit.charCodeAt(0) % nameAlphabet.length]).join('')
}

/** `2026-01-05T09:00:00Z`: the resolution of metadata is a second. */
export const timestamp = (milliseconds: number): string => `${new Date(milliseconds).toISOString().slice(0, 19)}Z`

/** `2026-01-05T09:00:00.000000Z`: of Leases, and of Events in the new form. */
export const microTimestamp = (milliseconds: number): string => new Date(milliseconds).toISOString().replace('Z', '000Z')

export const labelsOf = (object: KubeObject): Readonly<Record<string, string>> => object.metadata.labels ?? {}
export const annotationsOf = (object: KubeObject): Readonly<Record<string, string>> => object.metadata.annotations ?? {}
export const uidOf = (object: KubeObject): string => object.metadata.uid ?? ''
