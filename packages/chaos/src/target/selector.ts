import { at, listAt, mapAt, textAt } from '@fermata/ports'


type Labels = Readonly<Record<string, string>>
type Selector = Readonly<Record<string, unknown>>

/** Whether a LabelSelector of the API selects these labels. An empty one selects everything; an operator that nobody knows selects nothing. */
export function selects(selector: Selector, labels: Labels): boolean {
  const wanted = Object.entries(mapAt(selector, 'matchLabels'))
  return wanted.every(([key, value]) => labels[key] === value) && listAt(selector, 'matchExpressions').every((expression) => holds(expression, labels))
}

function holds(expression: unknown, labels: Labels): boolean {
  const value = labels[textAt(expression, 'key') ?? '']
  const values = listAt(expression, 'values')
  switch (at(expression, 'operator')) {
    case 'In':
      return value !== undefined && values.includes(value)
    case 'NotIn':
      return value === undefined || !values.includes(value)
    case 'Exists':
      return value !== undefined
    case 'DoesNotExist':
      return value === undefined
    default:
      return false
  }
}

/** A LabelSelector in the words of a list request. */
export function selectorText(selector: Selector): string {
  const labels = Object.entries(mapAt(selector, 'matchLabels')).map(([key, value]) => `${key}=${String(value)}`)
  const expressions = listAt(selector, 'matchExpressions').map((expression) => {
    const key = textAt(expression, 'key') ?? ''
    const values = `(${listAt(expression, 'values').join(',')})`
    switch (at(expression, 'operator')) {
      case 'In':
        return `${key} in ${values}`
      case 'NotIn':
        return `${key} notin ${values}`
      case 'Exists':
        return key
      default:
        return `!${key}`
    }
  })
  return [...labels, ...expressions].join(',')
}

const name = String.raw`[A-Za-z0-9](?:[A-Za-z0-9._/-]*[A-Za-z0-9])?`
const part = new RegExp(String.raw`^(?:(${name})\s*==?\s*([A-Za-z0-9._-]*)|(${name})\s+(in|notin)\s+\(([^()]*)\)|(!?)(${name}))$`)

/**
 * The text of a label selector as kubectl takes it (`app=cart,tier in (a,b),!canary`) as a LabelSelector of the API, or what is wrong with it.
 * `!=` is refused: a LabelSelector says it as `notin`.
 */
export function parseSelector(text: string): Selector | { readonly problem: string } {
  const matchLabels: Record<string, string> = {}
  const matchExpressions: unknown[] = []
  for (const requirement of text.split(/,(?![^(]*\))/).map((one) => one.trim())) {
    const [, key, value, listed, operator, values, not, alone] = part.exec(requirement) ?? []
    if (key !== undefined && value !== undefined) matchLabels[key] = value
    else if (listed !== undefined) matchExpressions.push({ key: listed, operator: operator === 'in' ? 'In' : 'NotIn', values: (values ?? '').split(',').map((one) => one.trim()) })
    else if (alone !== undefined) matchExpressions.push({ key: alone, operator: not === '!' ? 'DoesNotExist' : 'Exists' })
    else return { problem: requirement === '' ? 'is empty, and would select everything' : `has the part ${JSON.stringify(requirement)}, which is none of key=value, key in (a,b), key notin (a,b), key and !key` }
  }
  return { ...(Object.keys(matchLabels).length > 0 && { matchLabels }), ...(matchExpressions.length > 0 && { matchExpressions }) }
}
