import type { Instant } from '@fermata/ports'

/** The same samples for both sides. `ended` is a staleness marker. */
export interface Story {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly samples: readonly { readonly at: Instant; readonly value: number | 'ended' }[]
}

/** The instant of most questions: the last sample of most series is at or shortly before it. */
export const now: Instant = Date.UTC(2026, 0, 5, 9)

const second = 1_000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

interface Scrapes {
  readonly every: number
  /** Relative to `now`. */
  readonly from: number
  readonly to?: number
  /** Milliseconds after each multiple of `every`, so that samples are not where questions are. */
  readonly late?: (index: number) => number
  readonly missing?: (at: number) => boolean
}

/** Numbers that look random and are the same everywhere. */
function noise(index: number): number {
  const mixed = Math.imul(index ^ (index >>> 15), 0x2c1b3c6d)
  return (((mixed ^ (mixed >>> 12)) >>> 0) % 10_000) / 10_000
}

function story(name: string, labels: Story['labels'], { every, from, to = 0, late = () => 0, missing = () => false }: Scrapes, value: (index: number, at: number) => number | 'ended' | undefined): Story {
  const samples: { readonly at: Instant; readonly value: number | 'ended' }[] = []
  for (let index = 0; from + index * every <= to; index++) {
    const relative = from + index * every
    const told = missing(relative) ? undefined : value(index, relative)
    if (told !== undefined) samples.push({ at: now + relative + late(index), value: told })
  }
  return { name, labels, samples }
}

/** A running total of what each scrape adds; `anew` starts the process again. */
function total(add: (index: number, at: number) => number, anew: (index: number) => boolean = () => false): (index: number, at: number) => number {
  let sum = 0
  return (index, at) => {
    sum = anew(index) ? 0 : sum + add(index, at)
    return sum
  }
}

const jitter = (index: number): number => 37 + Math.floor(noise(index + 7) * 220)

const requests = (service: string, code: string, scrapes: Scrapes, value: (index: number, at: number) => number): Story => story('http_requests_total', { job: 'shop', service, code }, scrapes, value)

const traffic: readonly Story[] = [
  requests('cart', '200', { every: 15 * second, from: -6 * hour, late: jitter }, total((index) => 100 + Math.floor(noise(index) * 50))),
  // Errors begin an hour and a half ago: before that there is no such series.
  requests('cart', '500', { every: 15 * second, from: -90 * minute, late: jitter }, total((index) => (noise(index * 3) > 0.7 ? 2 : 0))),
  // The process starts anew twice, once between two scrapes of the same minute.
  requests('web', '200', { every: 15 * second, from: -6 * hour, late: jitter }, total((index) => 20 + noise(index), (index) => index === 960 || index === 1_437)),
  requests('web', '500', { every: 15 * second, from: -6 * hour, late: jitter }, total((index) => (index % 40 === 0 ? 1 : 0), (index) => index === 960)),
  // Nobody asks for anything: a ratio of rates is 0 / 0.
  requests('idle', '200', { every: 15 * second, from: -6 * hour }, () => 4_711),
  // Scraped every 4 minutes: one or two samples in five minutes.
  requests('slow', '200', { every: 4 * minute, from: -6 * hour, late: () => 1_500 }, total((index) => 3 + (index % 5))),
  // One event in 20 minutes, from zero: extrapolation stops at zero.
  story('low_total', { service: 'rare' }, { every: 30 * second, from: -3 * hour, late: () => 250 }, total((index) => (index % 40 === 39 ? 1 : 0))),
  // Samples exactly where ranges begin and end.
  story('boundary_total', {}, { every: minute, from: -2 * hour }, total(() => 7)),
  // Ranges are stretched to their ends while these are nearer than 1.1 distances of samples: on both sides of that, at the end and at the beginning.
  ...[31.5, 32.9, 33.1, 34.5].flatMap((ago) => [
    story('edge_total', { ends: `${ago} s before` }, { every: 30 * second, from: -ago * second - hour, to: -ago * second }, (index) => 1_000 + index * 7),
    story('edge_total', { begins: `${ago} s after` }, { every: 30 * second, from: -5 * minute + ago * second }, (index) => 1_000 + index * 7),
  ]),
  // A gap of 12 minutes without a marker, another with one.
  story('gappy_total', { kind: 'silent' }, { every: 30 * second, from: -2 * hour, missing: (at) => at > -40 * minute && at < -28 * minute }, total((index) => index % 7)),
  story('gappy_total', { kind: 'marked' }, { every: 30 * second, from: -2 * hour, missing: (at) => at > -39 * minute && at < -28 * minute }, (index, at) => (at > -40 * minute && at < -28 * minute ? 'ended' : index * 3)),
  // Ended for good, and one that has only just begun.
  story('gappy_total', { kind: 'gone' }, { every: 30 * second, from: -2 * hour, to: -3 * minute }, (index, at) => (at === -3 * minute ? 'ended' : index * 2)),
  story('gappy_total', { kind: 'new' }, { every: 30 * second, from: -30 * second }, total(() => 5)),
]

const seconds = [0.1, 0.5, 1, 2.5] as const

function buckets(name: string, labels: Story['labels'], { from, share, bounds = seconds }: { readonly from: number; readonly share: (bound: number, index: number) => number; readonly bounds?: readonly number[] }): readonly Story[] {
  const scrapes = { every: 30 * second, from, late: () => 120 }
  const le = (bound: number): string => (bound === Infinity ? '+Inf' : Number.isInteger(bound) ? `${bound}.0` : String(bound))
  return [
    ...[...bounds, Infinity].map((bound) => story(`${name}_bucket`, { ...labels, le: le(bound) }, scrapes, total((index) => Math.round(60 * (bound === Infinity ? 1 : share(bound, index)))))),
    story(`${name}_count`, labels, scrapes, total(() => 60)),
    story(`${name}_sum`, labels, scrapes, total((index) => 18 + noise(index))),
  ]
}

const histograms: readonly Story[] = [
  ...buckets('latency_seconds', { service: 'cart' }, { from: -2 * hour, share: (bound, index) => 1 - Math.exp(-bound * (index > 200 ? 1.1 : 4)) }),
  ...buckets('latency_seconds', { service: 'web' }, { from: -2 * hour, share: (bound) => 1 - Math.exp(-bound * 9) }),
  ...buckets('temperature', { site: 'north' }, { from: -hour, bounds: [-10, 0, 10, 20], share: (bound) => (bound + 20) / 50 }),
  // Counts that fall from one bucket to the next, a histogram without the infinite bucket, and a bound that is none.
  ...(['0.1', '0.5', '1.0', '+Inf'] as const).map((le, place) => story('crooked_bucket', { le }, { every: 30 * second, from: -hour }, () => [10, 30, 25, 40][place])),
  ...(['0.1', '0.5'] as const).map((le, place) => story('headless_bucket', { le }, { every: 30 * second, from: -hour }, (index) => index * (place + 1))),
  ...(['0.1', '+Inf', 'much'] as const).map((le, place) => story('odd_bucket', { le }, { every: 30 * second, from: -hour }, (index) => index * (place + 1))),
]

const gauges: readonly Story[] = [
  story('queue_length', { queue: 'a' }, { every: minute, from: -3 * hour, late: () => 3_000 }, (index) => 10 + Math.floor(noise(index) * 20)),
  story('queue_length', { queue: 'b' }, { every: minute, from: -3 * hour, late: () => 3_000 }, (index) => -5 + index / 10),
  story('queue_length', { queue: 'nan' }, { every: minute, from: -3 * hour, late: () => 3_000 }, (index) => (index % 3 === 0 ? Number.NaN : index)),
  story('queue_length', { queue: 'inf' }, { every: minute, from: -3 * hour, late: () => 3_000 }, (index) => (index % 4 === 0 ? Infinity : index % 4 === 2 ? -Infinity : index)),
  story('queue_length', { queue: 'flat' }, { every: minute, from: -3 * hour, late: () => 3_000 }, () => 2.5),
  story('up', { job: 'shop', instance: 'cart:80' }, { every: 15 * second, from: -2 * hour }, () => 1),
  story('up', { job: 'shop', instance: 'web:80' }, { every: 15 * second, from: -2 * hour }, (index) => (index % 9 === 0 ? 0 : 1)),
  story('up', { job: 'db', instance: 'db:5432' }, { every: 15 * second, from: -2 * hour, to: -4 * minute }, () => 1),
  story('build_info', { service: 'cart', version: '1.10' }, { every: minute, from: -2 * hour }, () => 1),
  story('build_info', { service: 'web', version: '2.0' }, { every: minute, from: -2 * hour }, () => 1),
  story('stock', { x: '1', y: 'a' }, { every: minute, from: -hour }, () => 11),
  story('stock', { x: '1', y: 'b' }, { every: minute, from: -hour }, () => 12),
  story('stock', { x: '2', y: 'a' }, { every: minute, from: -hour }, () => 21),
  story('stock', { x: '3', y: 'c' }, { every: minute, from: -hour }, () => 33),
  story('price', { x: '1', currency: 'eur' }, { every: minute, from: -hour }, () => 2),
  story('price', { x: '2', currency: 'usd' }, { every: minute, from: -hour }, () => 3),
  story('price', { x: '4', currency: 'usd' }, { every: minute, from: -hour }, () => 5),
  story('route', { path: '/api/v1/items/42', host: 'shop.example' }, { every: minute, from: -hour }, () => 1),
  story('route', { path: '/healthz', host: 'shop.example', empty_is_absent: '' }, { every: minute, from: -hour }, () => 2),
  story('dotted.name', { 'label.with.dot': 'v', plain: 'ä' }, { every: minute, from: -hour }, () => 6),
  story('wave', {}, { every: 30 * second, from: -2 * hour }, (index) => 1_767_600_000 + 86_400 * 37 * Math.sin(index / 5)),
]

/** A month for error budgets, every five minutes; the outage of the ninth day lasts two hours. */
const month: readonly Story[] = [
  story('events_total', { service: 'cart', kind: 'all' }, { every: 5 * minute, from: -30 * day }, total((index) => 3_000 + Math.floor(noise(index) * 400))),
  story('events_total', { service: 'cart', kind: 'bad' }, { every: 5 * minute, from: -30 * day }, total((index, at) => (at > -21 * day && at <= -21 * day + 2 * hour ? 400 : index % 11 === 0 ? 1 : 0))),
  story('events_total', { service: 'web', kind: 'all' }, { every: 5 * minute, from: -9 * day }, total(() => 50)),
]

/** Every series that both sides have. */
export const stories: readonly Story[] = [...traffic, ...histograms, ...gauges, ...month]
