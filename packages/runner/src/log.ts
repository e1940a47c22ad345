import { debug, info } from '@actions/core'
import type { Clock, Log } from '@fermata/ports'
import { encodeLog, lineProgress } from '@fermata/report'
import type { Secrets } from './secrets.ts'

/**
 * The log of a step. Warnings are lines here and not annotations: GitHub shows ten of a kind for a step,
 * and these places belong to the reasons of the report.
 */
export function actionLog(secrets: Secrets, colour: boolean, clock: Clock): Log {
  const safe = (text: string) => encodeLog(secrets.hideIn(text))
  const progress = lineProgress({ colour })
  // A timer that keeps nothing alive: the run ends when it ends.
  setInterval(() => progress.heartbeat(clock.now()).forEach((line) => info(secrets.hideIn(line))), 10_000).unref()
  return {
    debug: (message) => debug(safe(message)),
    info: (message) => info(safe(message)),
    warning: (message) => info(`${colour ? '\u001b[33mwarning\u001b[39m' : 'warning'} ${safe(message)}`),
    progress: (event) => progress.lines(event).forEach((line) => info(secrets.hideIn(line))),
  }
}
