import { now, type Story as Series } from '../metrics/samples.ts'

const second = 1_000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

/** What happened to a service, and which objective it has. */
export interface SloStory {
  readonly name: string
  readonly series: readonly Series[]
  readonly target: number
  /** Milliseconds. */
  readonly window: number
  /** And what comes of it, with the codes that speak for it. */
  readonly verdict: readonly [verdict: string, codes: readonly string[]]
}

/** Requests that a process has counted, by code. */
type Sum = Record<string, number>

interface Telling {
  readonly every: number
  /** How long before now the first sample lies. */
  readonly since: number
  /** What was counted since the sample before, at a time before now. */
  readonly adds: (ago: number, instance: string) => Readonly<Sum>
  readonly instances?: readonly string[]
  /** The process begins anew before this sample. */
  readonly anew?: (ago: number, instance: string) => boolean
  /** It is not scraped. */
  readonly missing?: (ago: number, instance: string) => boolean
}

/** Numbers that look random and are the same everywhere. */
function noise(seed: number): number {
  const mixed = Math.imul(seed ^ (seed >>> 15), 0x2c1b3c6d)
  return (((mixed ^ (mixed >>> 12)) >>> 0) % 10_000) / 10_000
}

/** Samples lie a little after each interval, never twice the same. */
function told(name: string, { every, since, adds, instances = ['a', 'b'], anew = () => false, missing = () => false }: Telling): readonly Series[] {
  return instances.flatMap((instance) => {
    const sum: Sum = {}
    const samples: Record<string, { readonly at: number; readonly value: number | 'ended' }[]> = {}
    let gone = false
    for (let index = 0; index * every < since; index++) {
      const ago = since - index * every
      const late = 37 + Math.floor(noise(index * 2 + instance.charCodeAt(0)) * Math.min(2_000, every / 10))
      if (anew(ago, instance)) for (const code of Object.keys(sum)) sum[code] = 0
      for (const [code, more] of Object.entries(adds(ago, instance))) sum[code] = (sum[code] ?? 0) + more
      const absent = missing(ago, instance)
      // A scrape that fails says so, once.
      if (!absent || !gone) for (const [code, value] of Object.entries(sum)) (samples[code] ??= []).push({ at: now - ago + late, value: absent ? 'ended' : value })
      gone = absent
    }
    return Object.entries(samples).map(([code, list]): Series => ({ name, labels: { job: 'shop', instance, code }, samples: list }))
  })
}

export const stories: readonly SloStory[] = [
  {
    name: 'steady errors',
    target: 0.999,
    window: 30 * day,
    verdict: ['pass', []],
    series: told('steady_requests_total', { every: 2 * minute, since: 30 * day + 2 * hour, adds: (ago) => ({ 200: 900 + Math.floor(noise(ago) * 200), 500: noise(ago + 1) > 0.6 ? 1 : 0 }) }),
  },
  {
    name: 'a ten-minute outage',
    target: 0.999,
    window: 30 * day,
    verdict: ['warn', ['FM-SLO-BURNING-SLOWLY']],
    series: told('outage_requests_total', { every: 2 * minute, since: 30 * day + 2 * hour, adds: (ago) => (ago <= 50 * minute && ago > 40 * minute ? { 200: 0, 500: 300 } : { 200: 300, 500: 0 }) }),
  },
  {
    name: 'idle then healthy',
    target: 0.99,
    window: 7 * day,
    verdict: ['pass', []],
    series: told('idle_requests_total', { every: minute, since: 7 * day + 2 * hour, adds: (ago) => (ago > 90 * minute ? { 200: 0, 500: 0 } : { 200: 120, 500: noise(ago) > 0.8 ? 1 : 0 }) }),
  },
  {
    name: 'counter reset',
    target: 0.995,
    window: 30 * day,
    verdict: ['warn', ['FM-SLO-CAREFUL']],
    series: told('reset_requests_total', {
      every: 2 * minute,
      since: 30 * day + 2 * hour,
      adds: (ago) => ({ 200: 50 + Math.floor(noise(ago) * 20), 500: noise(ago + 3) > 0.9 ? 2 : 0 }),
      // Once a week, once twenty minutes ago in one of them, and once in the hour before the window.
      anew: (ago, instance) => ago % (7 * day) === 3 * hour || (instance === 'a' && ago === 20 * minute) || (instance === 'b' && ago === 30 * day + 4 * minute),
      // Six minutes of failing scrapes at each weekly restart, and two hours on the ninth day in which a process restarts too.
      missing: (ago, instance) => (ago % (7 * day) <= 3 * hour && ago % (7 * day) > 3 * hour - 3 * minute && ago > day) || (instance === 'b' && ago <= 21 * day && ago > 21 * day - 2 * hour),
    }),
  },
  {
    name: 'a service of thirty minutes',
    target: 0.999,
    window: 30 * day,
    verdict: ['inconclusive', ['FM-SLO-TOO-YOUNG']],
    series: told('young_requests_total', { every: 15 * second, since: 30 * minute, adds: (ago) => ({ 200: 99, 500: ago % minute === 0 ? 4 : 0 }) }),
  },
  {
    name: 'burst then low traffic',
    target: 0.999,
    window: day,
    verdict: ['fail', ['FM-SLO-BURNING']],
    series: told('burst_requests_total', { every: 30 * second, since: day + hour, instances: ['a'], adds: (ago) => (ago > 2 * hour ? { 200: 5_000, 500: 0 } : ago % minute === 0 ? { 200: 5, 500: 5 } : { 200: 0, 500: 0 }) }),
  },
]

/** The rises of counters at each sample after the first and up to the second instant: what a person would add up by hand. */
export function added(series: readonly Series[], after: number, until: number): number {
  let sum = 0
  for (const { samples } of series) {
    let before: number | undefined
    for (const { at, value } of samples) {
      if (value === 'ended') continue
      if (before !== undefined && at > after && at <= until) sum += value < before ? value : value - before
      before = value
    }
  }
  return sum
}
