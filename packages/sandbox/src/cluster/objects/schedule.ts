import type { Cause } from '../api/status.ts'
import { invalidField, requiredField } from './rules.ts'

/** A moment's fields, in the order of a cron line: minute, hour, day of month, month, day of week (UTC). */
const ranges = [[0, 59], [0, 23], [1, 31], [1, 12], [0, 7]] as const

const macros: Readonly<Record<string, string>> = { '@yearly': '0 0 1 1 *', '@annually': '0 0 1 1 *', '@monthly': '0 0 1 * *', '@weekly': '0 0 * * 0', '@daily': '0 0 * * *', '@midnight': '0 0 * * *', '@hourly': '0 * * * *' }

interface Field { readonly values: ReadonlySet<number>; readonly any: boolean }

function readField(text: string, [least, most]: readonly [number, number]): Field | undefined {
  const values = new Set<number>()
  for (const part of text.split(',')) {
    const match = /^(\*|\?|\d+)(?:-(\d+))?(?:\/(\d+))?$/.exec(part)
    if (match === null) return undefined
    const [, from = '', to, every] = match
    const any = from === '*' || from === '?'
    const first = any ? least : Number(from)
    const last = any ? most : to !== undefined ? Number(to) : every !== undefined ? most : first
    if (first < least || last > most || first > last || Number(every ?? 1) < 1) return undefined
    for (let value = first; value <= last; value += Number(every ?? 1)) values.add(value)
  }
  return { values, any: /^[*?]/.test(text) }
}

function readSchedule(text: string): readonly Field[] | undefined {
  const parts = (macros[text] ?? text).trim().split(/\s+/)
  if (parts.length !== ranges.length) return undefined
  const fields = parts.map((part, index) => readField(part, ranges[index] ?? [0, 0]))
  return fields.every((field) => field !== undefined) ? fields : undefined
}

export function validateSchedule(schedule: unknown): readonly Cause[] {
  if (typeof schedule !== 'string' || schedule === '') return [requiredField('spec.schedule')]
  const parts = (macros[schedule] ?? schedule).trim().split(/\s+/)
  if (parts.length !== ranges.length) return [invalidField('spec.schedule', schedule, `expected exactly 5 fields, found ${parts.length}: [${parts.join(' ')}]`)]
  return readSchedule(schedule) === undefined ? [invalidField('spec.schedule', schedule, 'failed to parse the schedule')] : []
}

const minute = 60_000
const longestSearch = 366 * 24 * 60

/** The first moment after `from` that a cron line names, in milliseconds, UTC; undefined when there is none within a year. */
export function nextRun(schedule: string, from: number): number | undefined {
  const fields = readSchedule(schedule)
  if (fields === undefined) return undefined
  const [minutes, hours, days, months, weekdays] = fields as [Field, Field, Field, Field, Field]
  const start = Math.floor(from / minute) * minute + minute
  for (let step = 0; step < longestSearch; step++) {
    const at = new Date(start + step * minute)
    const day = days.values.has(at.getUTCDate())
    const weekday = weekdays.values.has(at.getUTCDay()) || (at.getUTCDay() === 0 && weekdays.values.has(7))
    const fits = days.any || weekdays.any ? day && weekday : day || weekday
    if (minutes.values.has(at.getUTCMinutes()) && hours.values.has(at.getUTCHours()) && months.values.has(at.getUTCMonth() + 1) && fits) return at.getTime()
  }
  return undefined
}
