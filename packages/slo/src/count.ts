import type { Instant, MetricSeries } from '@fermata/ports'
import type { Counters, Sides } from './counters.ts'
import { countedIn, restartedIn, restartsIn, samplesIn } from './expressions.ts'
import type { Selector } from './model.ts'
import { shown } from './promql/refused.ts'
import { exactly, selectorText } from './promql/selector.ts'
import { keyOfLabels, type Look, type Question } from './questions.ts'
import { restartsBetween, risenBetween } from './raw.ts'
import { firstTrouble, isTrouble, knownOf, numberFrom, refusedTrouble, trouble, type Trouble } from './trouble.ts'
import { mostRestarted, reach, slotsIn } from './windows.ts'

/** Events of a window. */
export interface Counted {
  readonly all: number
  readonly bad: number
}

/** What all counts of one objective have in common. */
export interface Counting {
  readonly sides: Sides
  /** Window of the budget, in milliseconds. */
  readonly window: number
  readonly at: Instant
  /** Every window that is counted, and the slots: boundaries between which samples are added up. */
  readonly boundaries: readonly Instant[]
  readonly look: Look
}

/** Events in a window that ends when the question is asked. */
export function countIn(window: number, counting: Counting): Counted | Trouble {
  const { sides, at } = counting
  const count = (counters: Counters): number | Trouble => {
    const apart = restartedSeries(counters, counting)
    if (isTrouble(apart)) return apart
    const question = { ask: 'value', expression: countedIn(counters.selector, window, { among: counters.among, restarted: apart.as }), at } as const
    const whole = numberFrom(question, counting.look, shown(selectorText(counters.selector)))
    return isTrouble(whole) ? whole : whole + fromSamples(apart.series, at - window, at)
  }
  const [part, all] = [sumOf(sides.part, count), sumOf(sides.all, count)]
  if (isTrouble(part)) return part
  return isTrouble(all) ? all : { all, bad: sides.counts === 'bad' ? part : all - part }
}

/** Events slot by slot over the window of the budget, oldest first; undefined where there was no sample. */
export function countSlots(counting: Counting): readonly (Counted | undefined)[] | Trouble {
  const { sides } = counting
  const [part, all] = [sides.part.map((counters) => slotsOf(counters, counting)), sides.all.map((counters) => slotsOf(counters, counting))]
  const wrong = firstTrouble([...part, ...all])
  if (wrong !== undefined) return wrong
  const signed = (lists: typeof part, counters: readonly Counters[], slot: number): number | undefined => {
    const values = lists.map((list) => (list as readonly (number | undefined)[])[slot])
    return values.some((value) => value === undefined) ? undefined : values.reduce<number>((sum, value, index) => sum + (counters[index] as Counters).sign * (value as number), 0)
  }
  return Array.from({ length: slotsIn(counting.window) }, (_, slot) => {
    const [some, every] = [signed(part, sides.part, slot), signed(all, sides.all, slot)]
    return some === undefined || every === undefined ? undefined : { all: every, bad: sides.counts === 'bad' ? some : every - some }
  })
}

/** Whether counts of this objective were taken from `increase`, because too many counters restarted. */
export function isStretched(counting: Counting): boolean {
  return [...counting.sides.part, ...counting.sides.all].some((counters) => {
    const apart = restartedSeries(counters, counting)
    return !isTrouble(apart) && apart.as === 'stretched'
  })
}

function sumOf(terms: readonly Counters[], count: (counters: Counters) => number | Trouble): number | Trouble {
  const values = terms.map(count)
  return firstTrouble(values) ?? values.reduce<number>((sum, value, index) => sum + (terms[index] as Counters).sign * (value as number), 0)
}

function slotsOf(counters: Counters, counting: Counting): readonly (number | undefined)[] | Trouble {
  const { window, at, look } = counting
  const apart = restartedSeries(counters, counting)
  if (isTrouble(apart)) return apart
  const length = window / slotsIn(window)
  const question: Question = { ask: 'course', expression: countedIn(counters.selector, length, { among: counters.among, restarted: apart.as }), from: at - window + length, to: at, stepMs: length }
  const answer = look(question)
  if (answer.is === 'refused') return refusedTrouble(question, look) as Trouble
  const [line, second] = answer.is === 'series' ? answer.series : []
  if (answer.is !== 'series' || second !== undefined) return trouble('FM-SLO-SEVERAL-SERIES', question, `Several series came for the course of ${shown(selectorText(counters.selector))} where one was asked for.`)
  if (line === undefined) return trouble('FM-SLO-NO-DATA', question, `There is no data for the course of ${shown(selectorText(counters.selector))}.`)
  if (line.samples.some(({ value }) => !Number.isFinite(value))) return trouble('FM-SLO-NAN', question, `The course of ${shown(selectorText(counters.selector))} has values that are no numbers.`)
  const byTime = new Map(line.samples.map((sample) => [sample.at, sample.value]))
  return Array.from({ length: slotsIn(window) }, (_, slot) => {
    const end = at - window + (slot + 1) * length
    const value = byTime.get(end)
    return value === undefined ? undefined : value + fromSamples(apart.series, end - length, end)
  })
}

/** What series that restarted in a window, or shortly before, have counted in it. Without a restart there, the server has counted them. */
function fromSamples(series: readonly MetricSeries[], after: Instant, until: Instant): number {
  return series.filter(({ samples }) => restartsBetween(samples, after - reach, until) > 0).reduce((sum, { samples }) => sum + risenBetween(samples, after, until), 0)
}

interface Restarted {
  readonly as: 'apart' | 'stretched'
  readonly series: readonly MetricSeries[]
}

/** The samples of the series that restarted in the window of the budget. How often they did is asked apart, so that a missing answer shows. */
function restartedSeries({ selector, among }: Counters, { window, at, boundaries, look }: Counting): Restarted | Trouble {
  const restarts = numberFrom({ ask: 'value', expression: restartsIn(selector, window, among), at }, look, `the restarts of ${shown(selectorText(selector))}`)
  if (isTrouble(restarts)) return restarts
  if (restarts === 0) return { as: 'apart', series: [] }
  const question = { ask: 'value', expression: restartedIn(selector, window), at } as const
  const answer = look(question)
  if (answer.is === 'refused') return refusedTrouble(question, look) as Trouble
  const named = answer.is === 'points' ? answer.points : []
  if (named.reduce((sum, { value }) => sum + value, 0) !== restarts) return trouble('FM-SLO-RESTARTS', question, `The counters of ${shown(selectorText(selector))} restarted ${restarts} times, and ${named.length} series account for another number.`)
  if (named.length > mostRestarted) return { as: 'stretched', series: [] }
  const found = named.map(({ labels, value }) => samplesOf(exactly(selector, labels), keyOfLabels(labels), value, { window, at, boundaries, look }))
  return firstTrouble(found) ?? { as: 'apart', series: knownOf(found) }
}

function samplesOf(selector: Selector, key: string, restarts: number, { window, at, boundaries, look }: Pick<Counting, 'window' | 'at' | 'boundaries' | 'look'>): MetricSeries | Trouble {
  const question: Question = { ask: 'value', expression: samplesIn(selector, window), at, boundaries }
  const answer = look(question)
  if (answer.is === 'refused') return refusedTrouble(question, look) as Trouble
  const series = answer.is === 'series' ? answer.series.find(({ labels }) => keyOfLabels(labels) === key) : undefined
  if (series === undefined || restartsBetween(series.samples, at - window - reach, at) !== restarts) return trouble('FM-SLO-RESTARTS', question, `The samples of ${shown(selectorText(selector))} do not show ${restarts} restarts.`)
  return series
}
