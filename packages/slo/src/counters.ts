import type { Instant } from '@fermata/ports'
import type { Condition, Selector, Slo, Term } from './model.ts'
import { shown } from './promql/refused.ts'
import { narrowed, selectorText } from './promql/selector.ts'
import type { Look, Question } from './questions.ts'
import { isTrouble, knownOf, refusedTrouble, trouble, type Trouble } from './trouble.ts'

/** A term whose absence has a meaning: `among` are counters of which there must be some for these to have counted none. */
export interface Counters {
  readonly sign: Term['sign']
  readonly selector: Selector
  readonly among: Selector | undefined
}

/** What an objective counts. */
export interface Sides {
  readonly counts: 'good' | 'bad'
  readonly part: readonly Counters[]
  readonly all: readonly Counters[]
}

/**
 * The counters of an objective. Labels by which it tells events apart must exist, since a matcher on a label that nobody has finds
 * every event good; the limit of a quantile must be the bound of a bucket.
 */
export function countersOf({ indicator, window }: Slo, at: Instant, look: Look): Sides | Trouble {
  const since = { from: at - window, to: at }
  if (indicator.kind === 'quantile') return bucketsOf(indicator, since, look)
  const { counts, part, all } = indicator
  const [first] = all
  if (first === undefined) throw new Error('An objective without events was read.')
  const checked = part.map((term): Counters | Trouble => {
    const same = all.find(({ selector }) => selector.metric !== undefined && selector.metric === term.selector.metric)
    const wrong = same === undefined ? undefined : unknownLabel(term.selector, same.selector, since, look)
    return wrong ?? { sign: term.sign, selector: term.selector, among: same !== undefined ? same.selector : term.absentIsZero ? first.selector : undefined }
  })
  const wrong = checked.find(isTrouble)
  if (wrong !== undefined) return wrong
  return { counts, part: knownOf(checked), all: all.map(({ sign, selector, absentIsZero }) => ({ sign, selector, among: absentIsZero && selector !== first.selector ? first.selector : undefined })) }
}

/** A label that only one side names, and that no series of the other has. */
function unknownLabel(part: Selector, all: Selector, since: { readonly from: Instant; readonly to: Instant }, look: Look): Trouble | undefined {
  const written = new Set(all.conditions.map(conditionText))
  const labels = new Set(part.conditions.filter((condition) => !written.has(conditionText(condition))).map(({ label }) => label))
  const found = [...labels].map((label): Trouble | undefined => {
    const question: Question = { ask: 'labels', label, selector: selectorText(all), ...since }
    const answer = look(question)
    if (answer.is === 'labels' && answer.values.length > 0) return undefined
    return refusedTrouble(question, look) ?? trouble('FM-SLO-LABEL', question, `No series of ${shown(selectorText(all))} has the label ${label}, by which the indicator tells good events from bad ones.`)
  })
  return found.find((one) => one !== undefined)
}

function conditionText({ label, operator, value }: Condition): string {
  return `${label}${operator}${value}`
}

function bucketsOf({ buckets, limit }: Extract<Slo['indicator'], { readonly kind: 'quantile' }>, since: { readonly from: Instant; readonly to: Instant }, look: Look): Sides | Trouble {
  const question: Question = { ask: 'labels', label: 'le', selector: selectorText(buckets), ...since }
  const answer = look(question)
  if (answer.is !== 'labels') return refusedTrouble(question, look) ?? trouble('FM-SLO-SEVERAL-SERIES', question, `A ${answer.is} came where bounds of buckets were asked for.`)
  if (answer.values.length === 0) return trouble('FM-SLO-NO-DATA', question, `There are no buckets ${shown(selectorText(buckets))}.`)
  const fitting = answer.values.filter((value) => value !== '' && Number(value) === limit)
  if (fitting.length === 0) return trouble('FM-SLO-NO-BUCKET', question, `No bucket of ${shown(selectorText(buckets))} has the bound ${limit}; ${neighbours(answer.values, limit)}.`)
  const all = narrowed(buckets, { label: 'le', operator: '=', value: '"+Inf"' })
  return { counts: 'good', part: [{ sign: 1, selector: narrowed(buckets, boundIs(fitting)), among: all }], all: [{ sign: 1, selector: all, among: undefined }] }
}

/** Prometheus 3 writes 1 as 1.0; what was recorded before it is still `1`. */
function boundIs(values: readonly string[]): Condition {
  return values.length === 1 ? { label: 'le', operator: '=', value: JSON.stringify(values[0]) } : { label: 'le', operator: '=~', value: JSON.stringify(values.map((value) => value.replaceAll(/[.+]/g, '\\$&')).join('|')) }
}

function neighbours(values: readonly string[], limit: number): string {
  const bounds = values.map((value) => (value === '+Inf' ? Infinity : Number(value))).filter((bound) => !Number.isNaN(bound)).toSorted((a, b) => a - b)
  const [below, above] = [bounds.findLast((bound) => bound < limit), bounds.find((bound) => bound > limit && bound !== Infinity)]
  const near = [below, above].filter((bound) => bound !== undefined)
  return near.length === 0 ? 'the histogram has no bounds near it' : `the nearest ${near.length === 1 ? 'is' : 'are'} ${near.join(' and ')}`
}
