import { notHere } from './errors.ts'

/** Functions of each value of a vector. */
export const elementFunctions: ReadonlyMap<string, (value: number) => number> = new Map<string, (value: number) => number>([
  ['abs', Math.abs],
  ['acos', Math.acos],
  ['acosh', Math.acosh],
  ['asin', Math.asin],
  ['asinh', Math.asinh],
  ['atan', Math.atan],
  ['atanh', Math.atanh],
  ['ceil', Math.ceil],
  ['cos', Math.cos],
  ['cosh', Math.cosh],
  ['deg', (value) => (value * 180) / Math.PI],
  ['exp', Math.exp],
  ['floor', Math.floor],
  ['ln', Math.log],
  ['log10', Math.log10],
  ['log2', Math.log2],
  ['rad', (value) => (value * Math.PI) / 180],
  ['sgn', (value) => (value < 0 ? -1 : value > 0 ? 1 : value)],
  ['sin', Math.sin],
  ['sinh', Math.sinh],
  ['sqrt', Math.sqrt],
  ['tan', Math.tan],
  ['tanh', Math.tanh],
])

/** Parts of a time in seconds since the epoch, in UTC. */
export const calendarFunctions: ReadonlyMap<string, (seconds: number) => number> = new Map<string, (seconds: number) => number>([
  ['days_in_month', of((date) => new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate())],
  ['day_of_month', of((date) => date.getUTCDate())],
  ['day_of_week', of((date) => date.getUTCDay())],
  ['day_of_year', of((date) => Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / 86_400_000) + 1)],
  ['hour', of((date) => date.getUTCHours())],
  ['minute', of((date) => date.getUTCMinutes())],
  ['month', of((date) => date.getUTCMonth() + 1)],
  ['year', of((date) => date.getUTCFullYear())],
])

function of(part: (date: Date) => number): (seconds: number) => number {
  return (seconds) => {
    const date = new Date(Math.trunc(seconds) * 1_000)
    if (Number.isNaN(date.getTime())) throw notHere(`the calendar at ${seconds} seconds`)
    return part(date)
  }
}

/** As in Go: an infinite bound wins over NaN. */
export function maximum(a: number, b: number): number {
  return a === Infinity || b === Infinity ? Infinity : Math.max(a, b)
}

export function minimum(a: number, b: number): number {
  return a === -Infinity || b === -Infinity ? -Infinity : Math.min(a, b)
}

/** To the nearest multiple, halves upwards. The inverse is used since it errs less. */
export function rounded(value: number, to: number): number {
  const inverse = 1 / to
  return Math.floor(value * inverse + 0.5) / inverse
}
