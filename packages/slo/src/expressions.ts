import type { Selector } from './model.ts'
import { durationText, selectorText } from './promql/selector.ts'
import { reach } from './windows.ts'

/**
 * What counters of a selector have counted in a window, without extrapolation: each rise belongs to the sample that first shows it,
 * so that windows side by side add up to the window over both.
 *
 * Of a series that did not restart this is its largest value less the last one before the window, or less its smallest one where there
 * was none before. Series that restarted in the window, or shortly before it, count nothing here: they are counted from their samples
 * (`raw.ts`), or, where they are too many, by `increase`.
 *
 * `rate` and `increase` are not exact: they stretch what they saw to the ends of the window, by an amount that differs from series to
 * series. An answer is empty only where the counters have no sample; where these may be absent, there must be one of `among`.
 */
export function countedIn(selector: Selector, window: number, { among, restarted }: { readonly among?: Selector | undefined; readonly restarted: 'apart' | 'stretched' }): string {
  const counters = selectorText(selector)
  const range = `${counters}[${durationText(window)}]`
  const before = `last_over_time(${counters}[${durationText(reach)}] offset ${durationText(window)})`
  const restarts = restartsOf(selector, window)
  const whole = `(max_over_time(${range}) - (${before} or min_over_time(${range}))) * (${restarts} == bool 0)`
  const sum = restarted === 'apart' ? `sum(${whole})` : `sum((increase(${range}) and ${restarts} > 0) or ${whole})`
  return among === undefined ? sum : `${sum} or ${noneOf(among, window)}`
}

/** 0 where there is any sample, and nothing where there is none. */
function noneOf(selector: Selector, window: number): string {
  return `0 * sum(count_over_time(${selectorText(selector)}[${durationText(window)}]))`
}

/** Also just before the window: what counts from zero again must not be compared with what was before. */
function restartsOf(selector: Selector, window: number): string {
  return `resets(${selectorText(selector)}[${durationText(window + reach)}])`
}

/** How often counters restarted; 0 is an answer, and no answer is none. */
export function restartsIn(selector: Selector, window: number, among: Selector | undefined): string {
  const sum = `sum(${restartsOf(selector, window)})`
  return among === undefined ? sum : `${sum} or ${noneOf(among, window)}`
}

/** Which of them restarted, and how often. */
export function restartedIn(selector: Selector, window: number): string {
  return `${restartsOf(selector, window)} > 0`
}

/** Samples as they were recorded, with those from which the first rise in the window is counted. */
export function samplesIn(selector: Selector, window: number): string {
  return `${selectorText(selector)}[${durationText(window + reach)}]`
}

/** In how many steps of the window any of the counters had a sample. */
export function pulsesIn(selector: Selector, window: number, step: number): string {
  return `count_over_time((count(count_over_time(${selectorText(selector)}[${durationText(step)}])))[${durationText(window)}:${durationText(step)}])`
}
