import type { Indicator, Term } from '../model.ts'
import { shareText } from '../share-text.ts'
import { readCount, readSelector } from './count.ts'
import { isRefused, refused, type Refused, shown } from './refused.ts'
import { selectorText } from './selector.ts'
import { parsePromql, type Part } from './syntax.ts'

/** An indicator with its objective, and the sentence that says how it was read. */
export interface Read {
  readonly indicator: Indicator
  readonly objective: number
  readonly readAs: string
}

const forms = 'Write `good / all`, `1 - bad / all`, or histogram_quantile(q, rate(..._bucket[5m])) with the limit as target.'

/**
 * Finds the objective in an expression and its target.
 * `good / all` has the share that must be good as target, from 0.5; `bad / all` the share that may be bad, up to 0.1;
 * between them a share could mean either and must be written as `1 - bad / all`.
 */
export function readIndicator(sli: string, target: number): Read | Refused {
  const root = parsePromql(sli)
  if ('unexpected' in root) return { refused: `The expression ${shown(sli)} is no PromQL: ${root.unexpected} is unexpected at character ${root.at}.`, remedy: 'Correct the expression.' }
  if (root.name === 'FunctionCall' && root.parts[0]?.text === 'histogram_quantile') return readQuantile(root, target)
  if (root.name === 'BinaryExpr') {
    const [left, operator, right] = [root.parts[0] as Part, root.parts[1] as Part, root.parts.at(-1) as Part]
    if (operator.name === 'Div') return readRatio(root, undefined, target)
    if (operator.name === 'Sub' && root.parts.length === 3 && /^1(\.0)?$/.test(left.text) && right.name === 'BinaryExpr' && right.parts[1]?.name === 'Div') return readRatio(right, 'bad', target)
  }
  return refused(root, 'is no form of an objective that is understood', forms)
}

function readRatio(division: Part, inverted: 'bad' | undefined, target: number): Read | Refused {
  if (division.parts.length > 3) return refused(division, 'matches series one by one, and a budget counts all events', 'Write sum(...) / sum(...), without on, ignoring and group modifiers.')
  const part = readCount(division.parts[0] as Part)
  if (isRefused(part)) return part
  const all = readCount(division.parts[2] as Part)
  if (isRefused(all)) return all
  if (termsText(part) === termsText(all)) return refused(division, 'divides a count by itself, which is always 1', 'Choose good or bad events above the line.')
  const share = shareOf(inverted, target)
  if (isRefused(share)) return share
  return { indicator: { kind: 'ratio', counts: share.counts, part, all }, objective: share.objective, readAs: sentence(share.counts, part, all) }
}

function shareOf(inverted: 'bad' | undefined, target: number): { readonly counts: 'good' | 'bad'; readonly objective: number } | Refused {
  if (target >= 1) return { refused: target === 1 ? 'The target 1 leaves no budget: every failure breaks it.' : `The target ${target} is no share of events.`, remedy: target > 1 && target < 100 ? `Write ${Number((target / 100).toPrecision(12))} for ${target} %.` : 'Write a share below 1, such as 0.999.' }
  if (target >= 0.5) return { counts: inverted ?? 'good', objective: target }
  if (inverted === undefined && target <= 0.1) return { counts: 'bad', objective: 1 - target }
  return { refused: `The target ${target} could be the share that must be good or the share that may fail.`, remedy: 'Write 1 - bad / all with the share that must be good as target, from 0.5.' }
}

function readQuantile(call: Part, limit: number): Read | Refused {
  const [quantile, rates] = call.parts[1]?.parts ?? []
  const q = Number(quantile?.text)
  if (quantile === undefined || rates === undefined || !(q > 0 && q < 1)) return refused(call, 'asks for no quantile above 0 and below 1', forms)
  const counter = bucketsOf(rates)
  if (isRefused(counter)) return counter
  const buckets = readSelector(counter)
  if (buckets.metric?.endsWith('_bucket') !== true) return refused(counter, 'is no classic histogram, whose name ends in _bucket', 'Name the buckets of a classic histogram; native histograms are not read yet.')
  if (buckets.conditions.some(({ label }) => label === 'le')) return refused(counter, 'chooses among the buckets itself', 'Leave out the condition on le.')
  return { indicator: { kind: 'quantile', q, limit, buckets }, objective: q, readAs: `At least ${shareText(q)} of the observations of ${shown(selectorText(buckets))} are at most ${limit}: as events of the bucket whose bound is the limit.` }
}

/** The selector under `rate(...)`, which may be summed by `le`. */
function bucketsOf(part: Part): Part | Refused {
  if (part.name === 'AggregateExpr') {
    const grouping = part.parts.find(({ name }) => name === 'AggregateModifier')
    const [of] = part.parts.find(({ name }) => name === 'FunctionCallBody')?.parts ?? []
    const byBound = grouping?.parts[0]?.name === 'By' && grouping.parts[1]?.parts.map(({ text }) => text).join() === 'le'
    if (part.parts[0]?.text.toLowerCase() !== 'sum' || of === undefined || !byBound) return refused(part, 'is no sum by (le)', 'Write sum by (le) (rate(..._bucket[5m])); for one group choose it by its selector.')
    return bucketsOf(of)
  }
  const counter = part.parts[1]?.parts[0]
  const terms = readCount(part)
  if (isRefused(terms)) return terms
  return part.name === 'FunctionCall' && counter?.parts[0] !== undefined ? counter.parts[0] : refused(part, 'is no rate of buckets', forms)
}

function sentence(counts: 'good' | 'bad', part: readonly Term[], all: readonly Term[]): string {
  return `${counts === 'good' ? 'Good' : 'Bad'} events are ${termsText(part)}, all events are ${termsText(all)}; series of a selector are added up.`
}

/** Terms as a sentence shows them. */
export function termsText(terms: readonly Term[]): string {
  return terms.map(({ sign, selector }, index) => `${index === 0 ? (sign === 1 ? '' : 'minus ') : sign === 1 ? ' plus ' : ' minus '}${shown(selectorText(selector))}`).join('')
}
