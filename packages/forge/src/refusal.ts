import type { Instant } from '@fermata/ports'
import { type Reason, reasonsFrom } from '@fermata/verdict'
import { forgeCodes } from './codes.ts'
import { type Failure, type Limit, limitBehind } from './patience.ts'

export const because = reasonsFrom(forgeCodes)

/** A request, as its error message shows it. */
export interface Asked {
  /** `GET /repos/shop/shop/pulls/7`, without query. */
  readonly what: string
  /** Host and port. */
  readonly server: string
  /** The permission of the token that it needs: `contents: read`. */
  readonly needs: string
  /** False for a request that must not be sent twice. */
  readonly repeatable: boolean
}

/** The reason for the person who must act, from a failure that no further attempt would cure. */
export function refusal(asked: Asked, failure: Failure, attempts: number, now: Instant): Reason {
  const limit = limitBehind(failure, now)
  if (limit !== undefined) return limited(asked, limit, now)
  if (failure.kind === 'unanswered') return unreachable(asked, failure.says, attempts)
  const says = `${asked.what} was answered with ${failure.status}: ${failure.says}.`
  switch (failure.status) {
    case 401:
      return because('FM-FORGE-BAD-TOKEN', { says, remedy: `Pass a valid token with ${asked.needs} in the input github-token.` })
    case 403:
      return because('FM-FORGE-FORBIDDEN', { says, remedy: `The token needs \`${asked.needs}\`${inServersWords(failure.headers)}: add it to \`permissions:\` of the job, or pass a token that has it in the input github-token.` })
    case 404:
      if (/no common ancestor/i.test(failure.says)) return because('FM-FORGE-NO-COMMON-ANCESTOR', { says })
      return because('FM-FORGE-NOT-FOUND', { says, remedy: `Check the name. GitHub answers the same when the token lacks \`${asked.needs}\`: look at \`permissions:\` of the job and at the input github-token.` })
    default:
      return failure.status >= 500 ? unreachable(asked, `${failure.status}: ${failure.says}`, attempts) : because('FM-FORGE-REFUSED', { says })
  }
}

/** GitHub names what would have sufficed: `x-accepted-github-permissions: contents=read`. */
function inServersWords(headers: Readonly<Record<string, string>>): string {
  const accepted = headers['x-accepted-github-permissions']
  return accepted === undefined || accepted === '' ? '' : ` (GitHub accepts ${accepted})`
}

function limited(asked: Asked, limit: Limit, now: Instant): Reason {
  const until = limit.kind === 'primary' ? limit.resetsAt : now + limit.waitMs
  const when = until === undefined ? 'an unknown time' : new Date(until).toISOString()
  const says = limit.kind === 'primary' ? `${asked.what}: the request limit of the token is used up until ${when}.` : `${asked.what}: GitHub asks for a pause until ${when}, because too much was asked in a short time.`
  return because('FM-FORGE-RATE-LIMITED', { says, remedy: `Run again after ${when}, or use a token with a limit of its own.` })
}

function unreachable(asked: Asked, why: string, attempts: number): Reason {
  const tried = asked.repeatable ? `after ${attempts} ${attempts === 1 ? 'attempt' : 'attempts'}` : 'and it is not repeated, because it may have been carried out'
  return because('FM-FORGE-UNREACHABLE', { says: `${asked.what} got no usable answer from ${asked.server} ${tried} (${why}).` })
}
