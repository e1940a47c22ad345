import type { ApiError } from './status.ts'
import { ApiError as Refusal, tooManyRequests } from './status.ts'
import type { Verb } from './route.ts'

/** What may be made to go wrong. */
export type Fault =
  | { readonly kind: 'too-many-requests'; readonly retryAfterSeconds: number }
  | { readonly kind: 'error'; readonly code?: number; readonly message?: string }
  | { readonly kind: 'conflict' }
  | { readonly kind: 'unauthorized' }
  /** The connection breaks before an answer. `after`: the request has been carried out all the same. */
  | { readonly kind: 'reset'; readonly when?: 'before' | 'after' }
  | { readonly kind: 'slow'; readonly milliseconds: number }
  /** The body ends in the middle, with the connection. */
  | { readonly kind: 'truncated' }

export interface RequestShape {
  readonly verb: Verb | 'path'
  readonly group: string
  readonly resource: string
  readonly subresource: string
  readonly namespace: string | undefined
  readonly name: string | undefined
  readonly user: string
}

export type Matching = Partial<RequestShape> | ((request: RequestShape) => boolean)

export interface OrderedFault {
  /** How many requests it has met. */
  count(): number
  remove(): void
}

export interface Faults {
  /** The next `times` matching requests meet the fault; without `times`, all of them. */
  order(matching: Matching, fault: Fault, times?: number): OrderedFault
  clear(): void
}

export interface FaultBook extends Faults {
  /** The fault that this request meets, if any; it is counted. */
  meet(request: RequestShape): Fault | undefined
}

export function createFaults(): FaultBook {
  interface Entry { readonly matching: Matching; readonly fault: Fault; left: number; met: number }
  let entries: Entry[] = []
  return {
    order(matching, fault, times = Infinity) {
      const entry: Entry = { matching, fault, left: times, met: 0 }
      entries.push(entry)
      return { count: () => entry.met, remove: () => { entries = entries.filter((other) => other !== entry) } }
    },
    clear: () => { entries = [] },
    meet(request) {
      const entry = entries.find((candidate) => candidate.left > 0 && matches(candidate.matching, request))
      if (entry === undefined) return undefined
      entry.left--
      entry.met++
      return entry.fault
    },
  }
}

function matches(matching: Matching, request: RequestShape): boolean {
  if (typeof matching === 'function') return matching(request)
  return (Object.keys(matching) as (keyof RequestShape)[]).every((field) => matching[field] === request[field])
}

/** The refusal that a fault amounts to, for those that are one. */
export function refusalOf(fault: Fault, request: RequestShape): ApiError | undefined {
  switch (fault.kind) {
    case 'too-many-requests': return tooManyRequests('The apiserver is overloaded, please try again later.', fault.retryAfterSeconds)
    case 'error': return new Refusal(fault.code ?? 500, fault.code === 503 ? 'ServiceUnavailable' : 'InternalError', fault.message ?? 'Internal error occurred: etcdserver: request timed out')
    case 'conflict': return new Refusal(409, 'Conflict', `Operation cannot be fulfilled on ${request.group === '' ? request.resource : `${request.resource}.${request.group}`} ${JSON.stringify(request.name ?? '')}: the object has been modified; please apply your changes to the latest version and try again`, { ...(request.name === undefined ? {} : { name: request.name }), ...(request.group === '' ? {} : { group: request.group }), kind: request.resource })
    case 'unauthorized': return new Refusal(401, 'Unauthorized', 'Unauthorized')
    case 'reset': case 'slow': case 'truncated': return undefined
  }
}
