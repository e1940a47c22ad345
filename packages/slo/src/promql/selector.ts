import type { Labels } from '@fermata/ports'
import type { Condition, Selector } from '../model.ts'

/** As a query names it. */
export function selectorText({ metric = '', conditions }: Selector): string {
  return conditions.length === 0 ? metric : `${metric}{${conditions.map(({ label, operator, value }) => `${label}${operator}${value}`).join(',')}}`
}

/** The counters of a selector that also meet this condition. */
export function narrowed(selector: Selector, condition: Condition): Selector {
  return { ...selector, conditions: [...selector.conditions, condition] }
}

/** One series of a selector, by all of its labels. A label with another name than a plain one is quoted. */
export function exactly({ metric, conditions }: Selector, labels: Labels): Selector {
  const name = conditions.filter(({ label }) => label === '__name__')
  const each = Object.entries(labels).filter(([label]) => label !== '__name__')
  return { metric, conditions: [...name, ...each.map(([label, value]): Condition => ({ label: /^[A-Za-z_][A-Za-z0-9_]*$/.test(label) ? label : JSON.stringify(label), operator: '=', value: JSON.stringify(value) }))] }
}

/** A duration as PromQL writes it, in the largest unit that fits. */
export function durationText(milliseconds: number): string {
  const [unit, size] = units.find(([, length]) => milliseconds % length === 0) ?? ['ms', 1]
  return `${milliseconds / size}${unit}`
}

const units = [['d', 86_400_000], ['h', 3_600_000], ['m', 60_000], ['s', 1_000], ['ms', 1]] as const
