/** A set of labels: sorted by name, without empty values. Equal sets have equal keys. */
export interface LabelSet {
  readonly key: string
  readonly entries: readonly (readonly [name: string, value: string])[]
}

export const metricName = '__name__'

/** What describes the metric as a whole, and no longer holds once its values have been changed. */
const metadata: readonly string[] = [metricName, '__type__', '__unit__']

export function labelSet(labels: Iterable<readonly [string, string]>): LabelSet {
  const entries = [...labels].filter(([, value]) => value !== '').toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  return { entries, key: entries.map(([name, value]) => `${name}\u0001${value}`).join('\u0002') }
}

export const noLabels = labelSet([])

/** The value of a label; empty where the set does not have it. */
export function valueOf(labels: LabelSet, name: string): string {
  return labels.entries.find(([known]) => known === name)?.[1] ?? ''
}

export function without(labels: LabelSet, names: readonly string[]): LabelSet {
  return labels.entries.some(([name]) => names.includes(name)) ? labelSet(labels.entries.filter(([name]) => !names.includes(name))) : labels
}

export function only(labels: LabelSet, names: readonly string[]): LabelSet {
  return labelSet(labels.entries.filter(([name]) => names.includes(name)))
}

/** With another value; an empty one removes the label. */
export function withLabel(labels: LabelSet, name: string, value: string): LabelSet {
  return labelSet([...labels.entries.filter(([known]) => known !== name), [name, value]])
}

export function withoutName(labels: LabelSet): LabelSet {
  return without(labels, metadata)
}

/** The order of range results: label by label, name before value. */
export function compareLabels(a: LabelSet, b: LabelSet): number {
  for (const [index, [name, value]] of a.entries.entries()) {
    const other = b.entries[index]
    if (other === undefined) return 1
    if (name !== other[0]) return name < other[0] ? -1 : 1
    if (value !== other[1]) return value < other[1] ? -1 : 1
  }
  return a.entries.length - b.entries.length
}

/** As error messages show it: `{__name__="up", job="cart"}`. */
export function labelsText(labels: LabelSet): string {
  return `{${labels.entries.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(', ')}}`
}

export function recordOf(labels: LabelSet): Readonly<Record<string, string>> {
  return Object.fromEntries(labels.entries)
}
