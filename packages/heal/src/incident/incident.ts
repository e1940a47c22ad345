import type { Forge, Log } from '@fermata/ports'
import { EnvironmentError, type Reason } from '@fermata/verdict'
import { because } from '../codes.ts'
import { incidentLabel, markOf } from './text.ts'

/** The record of an incident for people. That it cannot be kept is said, and never stops a repair. */
export interface Incident {
  readonly number: number | undefined
  tell(text: string): Promise<void>
  close(text: string): Promise<void>
  /** What could not be told. */
  readonly troubles: readonly Reason[]
}

/**
 * The one open issue of an incident: the one that is known, else the one that carries its mark, else a new one.
 * A run that was killed after it had made the issue and before it could say so is thereby made good.
 */
export async function openIncident(forge: Forge, wish: { readonly service: string; readonly key: string; readonly known: number | undefined; readonly title: string; readonly body: string }, log: Pick<Log, 'warning'>): Promise<Incident> {
  const troubles: Reason[] = []
  const attempt = async <T>(work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof EnvironmentError)) throw error
      log.warning(error.reason.message)
      if (troubles.length === 0) troubles.push(because('FM-HEAL-NO-INCIDENT', { says: `The incident of ${wish.service} could not be told: ${error.reason.message}`, service: wish.service }))
      return undefined
    }
  }
  const number = wish.known ?? (await attempt(async () => (await marked(forge, markOf(wish.service, wish.key))) ?? (await forge.createIssue({ title: wish.title, body: wish.body, labels: [incidentLabel] }))))
  return {
    number,
    troubles,
    tell: async (text) => void (number !== undefined && (await attempt(() => forge.comment(number, text)))),
    close: async (text) => {
      if (number === undefined) return
      await attempt(async () => {
        await forge.comment(number, text)
        await forge.closeIssue(number)
      })
    },
  }
}

async function marked(forge: Forge, mark: string): Promise<number | undefined> {
  for await (const { number, body } of forge.openIssues(incidentLabel)) if (body.includes(mark)) return number
  return undefined
}
