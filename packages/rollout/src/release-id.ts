import type { Instant } from '@fermata/ports'

/** `r20260823-101502-4f1c2a`: sorts by time, and two releases of one second differ unless they are of the same plan. UTC. */
export function releaseId(at: Instant, planHash: string): string {
  const [date = '', time = ''] = new Date(at).toISOString().split('T')
  return `r${date.replaceAll('-', '')}-${time.slice(0, 8).replaceAll(':', '')}-${planHash.slice(0, 6)}`
}

/** When a release began, as its id says. NaN for what is no id of a release. */
export function releaseTime(id: string): Instant {
  const [, year, month, day, hour, minute, second] = /^r(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)-/.exec(id) ?? []
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
}
