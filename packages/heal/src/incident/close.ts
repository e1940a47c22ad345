import type { Forge, Log } from '@fermata/ports'
import type { Reason } from '@fermata/verdict'
import type { Ledger } from '../ladder/ledger.ts'
import { ledgerOf, type Practice } from '../practice.ts'
import { openIncident } from './incident.ts'
import { commentOf } from './text.ts'

/** Closes incidents whose alert is over, and forgets them. Answers with what could not be told. */
export async function closeIncidents(service: string, over: readonly { readonly key: string; readonly number: number; readonly alert: string }[], { journals, forge, log, runUrl }: Pick<Practice, 'journals' | 'runUrl'> & { readonly forge: Forge; readonly log: Pick<Log, 'warning'> }): Promise<readonly Reason[]> {
  const troubles: Reason[] = []
  for (const { key, number, alert } of over) {
    const incident = await openIncident(forge, { service, key, known: number, title: '', body: '' }, log)
    await incident.close(commentOf(`${alert} does not fire any more.`, runUrl))
    troubles.push(...incident.troubles)
  }
  if (over.length > 0) await journals.change(ledgerOf(service), (page) => page && { entry: withoutIncidents(page.entry, over.map(({ key }) => key)) })
  return troubles
}

export function withoutIncidents(ledger: Ledger, keys: readonly string[]): Ledger {
  return { ...ledger, incidents: Object.fromEntries(Object.entries(ledger.incidents).filter(([key]) => !keys.includes(key))) }
}
