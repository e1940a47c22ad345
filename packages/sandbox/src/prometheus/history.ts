import type { Clock, Instant } from '@fermata/ports'
import type { Matcher } from './promql/ast.ts'
import { compareLabels, labelSet, metricName, valueOf } from './promql/labels.ts'
import { cut, type Samples, type SeriesSource } from './samples.ts'

export type LabelRecord = Readonly<Record<string, string>>

/** What an exporter would show at an instant. Undefined: the series is not there; a scrape that misses one says that it has ended. */
export type Told = (at: Instant) => number | undefined

export interface Scraping {
  /** Milliseconds between samples. Default: 15,000. Samples lie at multiples of it since the epoch. */
  readonly everyMs?: number
  /** The first sample. Default: 31 days before now. */
  readonly from?: Instant
}

export interface CounterStory extends Scraping {
  /** When the process starts anew: the next sample begins at 0. */
  readonly resetsAt?: readonly Instant[]
}

export interface HistogramStory extends CounterStory {
  /** Upper bounds of the buckets, without the infinite one. */
  readonly bounds: readonly number[]
  /** The share of the observations at an instant that are at most this large, 0 to 1. */
  readonly below: (bound: number, at: Instant) => number
  /** Their mean, for `_sum`. Default: 0. */
  readonly mean?: (at: Instant) => number
}

/** `ended`: a staleness marker. */
export interface ToldSample {
  readonly at: Instant
  readonly value: number | 'ended'
}

/** Tells what there was to measure. Samples are made when somebody asks for them; what was told once stays told. */
export interface Telling {
  series(name: string, labels: LabelRecord, value: Told, scraping?: Scraping): void
  /** A counter that grows by so much a second. */
  counter(name: string, labels: LabelRecord, perSecond: (at: Instant) => number, story?: CounterStory): void
  /** A classic histogram: `_bucket`, `_sum` and `_count`, of so many observations a second. */
  histogram(name: string, labels: LabelRecord, perSecond: (at: Instant) => number, story: HistogramStory): void
  /** Exactly these samples, in order of time. */
  recorded(name: string, labels: LabelRecord, samples: readonly ToldSample[]): void
}

export interface History extends Telling {
  /** Sorted by labels. */
  readonly find: (matchers: readonly Matcher[]) => readonly SeriesSource[]
  readonly all: () => readonly SeriesSource[]
}

const day = 86_400_000

/** Remembers no sample of the future, and none that is older than the retention. */
export function openHistory(clock: Pick<Clock, 'now'>, retentionMs = Infinity): History {
  const sources: SeriesSource[] = []
  const add = (source: SeriesSource): void => {
    if (sources.some(({ labels }) => labels.key === source.labels.key)) throw new Error(`The sandbox's Prometheus has two stories for ${JSON.stringify(source.labels.entries)}.`)
    const { labels } = source
    sources.push({ labels, between: (after, until) => source.between(Math.max(after, clock.now() - retentionMs), Math.min(until, clock.now())) })
    sources.sort((a, b) => compareLabels(a.labels, b.labels))
  }
  const labelsOf = (name: string, labels: LabelRecord) => labelSet([...Object.entries(labels), [metricName, name]])
  const since = ({ from = clock.now() - 31 * day }: Scraping): Instant => from
  const telling: Telling = {
    series: (name, labels, value, scraping = {}) => add(scraped(labelsOf(name, labels), value, { ...scraping, from: since(scraping) })),
    counter: (name, labels, perSecond, story = {}) => add(scraped(labelsOf(name, labels), counted(perSecond, { ...story, from: since(story) }), { ...story, from: since(story) })),
    histogram(name, labels, perSecond, story) {
      const { bounds, below, mean = () => 0 } = story
      for (const bound of [...bounds, Infinity]) telling.counter(`${name}_bucket`, { ...labels, le: boundText(bound) }, (at) => perSecond(at) * (bound === Infinity ? 1 : below(bound, at)), story)
      telling.counter(`${name}_count`, labels, perSecond, story)
      telling.counter(`${name}_sum`, labels, (at) => perSecond(at) * mean(at), story)
    },
    recorded: (name, labels, samples) => add(recordedSource(labelsOf(name, labels), samples)),
  }
  return { ...telling, all: () => sources, find: (matchers) => sources.filter(({ labels }) => matchers.every(({ name, matches }) => matches(valueOf(labels, name)))) }
}

/** As Prometheus 3 writes bounds, whatever the exporter wrote: `1.0`, `+Inf`. */
function boundText(bound: number): string {
  return bound === Infinity ? '+Inf' : Number.isInteger(bound) ? `${bound}.0` : String(bound)
}

function recordedSource(labels: SeriesSource['labels'], samples: readonly ToldSample[]): SeriesSource {
  if (samples.some(({ at }, index) => index > 0 && at <= (samples[index - 1] as ToldSample).at)) throw new Error(`Samples of ${JSON.stringify(labels.entries)} are not in order of time.`)
  const all: Samples = {
    times: Float64Array.from(samples, ({ at }) => at),
    values: Float64Array.from(samples, ({ value }) => (value === 'ended' ? 0 : value)),
    stale: Uint8Array.from(samples, ({ value }) => (value === 'ended' ? 1 : 0)),
  }
  return { labels, between: (after, until) => cut(all, after, until) }
}

/** Samples made together, so that a question about an hour does not make a month of them. */
const samplesInPart = 512

/** State of a sample: 0 there is none, 1 a value, 2 the series has ended. */
interface Part {
  readonly values: Float64Array
  readonly state: Uint8Array
  filled: number
}

/** A series at the instants of its scrapes. */
function scraped(labels: SeriesSource['labels'], value: Told, { everyMs = 15_000, from }: Scraping & { readonly from: Instant }): SeriesSource {
  const firstTick = Math.ceil(from / everyMs)
  const parts = new Map<number, Part>()

  /** The part of this number, made up to and with a place in it. */
  function madeTo(number: number, place: number): Part {
    const part = parts.get(number) ?? { values: new Float64Array(samplesInPart), state: new Uint8Array(samplesInPart), filled: 0 }
    parts.set(number, part)
    for (; part.filled <= place; part.filled++) {
      const at = (firstTick + number * samplesInPart + part.filled) * everyMs
      const told = value(at)
      if (told !== undefined) part.values[part.filled] = told
      part.state[part.filled] = told !== undefined ? 1 : at - everyMs >= from && value(at - everyMs) !== undefined ? 2 : 0
    }
    return part
  }

  return {
    labels,
    between(after, until) {
      const first = Math.max(firstTick, Math.floor(after / everyMs) + 1)
      const last = Math.floor(until / everyMs)
      const size = Math.max(0, last - first + 1)
      const [times, values, stale] = [new Float64Array(size), new Float64Array(size), new Uint8Array(size)]
      let kept = 0
      for (let tick = first; tick <= last;) {
        const number = Math.floor((tick - firstTick) / samplesInPart)
        const partStart = firstTick + number * samplesInPart
        const partEnd = Math.min(last, partStart + samplesInPart - 1)
        const part = madeTo(number, partEnd - partStart)
        for (; tick <= partEnd; tick++) {
          const state = part.state[tick - partStart] as number
          if (state === 0) continue
          times[kept] = tick * everyMs
          values[kept] = part.values[tick - partStart] as number
          stale[kept++] = state === 2 ? 1 : 0
        }
      }
      return { times: times.subarray(0, kept), values: values.subarray(0, kept), stale: stale.subarray(0, kept) }
    },
  }
}

/** The sum of what a rate gives at each scrape, from 0 at the first and after each reset. */
function counted(perSecond: (at: Instant) => number, { everyMs = 15_000, from, resetsAt = [] }: CounterStory & { readonly from: Instant }): Told {
  const firstTick = Math.ceil(from / everyMs)
  const resets = new Set(resetsAt.map((reset) => Math.ceil(reset / everyMs)))
  let totals = new Float64Array(samplesInPart)
  let made = 0
  return (at) => {
    const place = Math.round(at / everyMs) - firstTick
    if (place >= totals.length) {
      const larger = new Float64Array(Math.max(place + 1, totals.length * 2))
      larger.set(totals)
      totals = larger
    }
    for (; made <= place; made++) {
      const tick = firstTick + made
      totals[made] = made === 0 || resets.has(tick) ? 0 : (totals[made - 1] as number) + (perSecond(tick * everyMs) * everyMs) / 1_000
    }
    return totals[place]
  }
}
