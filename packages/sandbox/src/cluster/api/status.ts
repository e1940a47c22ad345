import type { JsonObject } from '../schema/lookup.ts'

export interface Cause {
  readonly reason: string
  readonly message: string
  readonly field?: string
}

export interface StatusDetails {
  readonly name?: string
  readonly group?: string
  readonly kind?: string
  readonly uid?: string
  readonly causes?: readonly Cause[]
  readonly retryAfterSeconds?: number
}

/** A refusal, as `meta/v1 Status` says it. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly code: number
  readonly reason: string
  readonly details: StatusDetails | undefined
  /** With which a list that is too old can be read on. */
  readonly continue: string | undefined
  constructor(code: number, reason: string, message: string, details?: StatusDetails, token?: string) {
    super(message)
    this.continue = token
    this.code = code
    this.reason = reason
    this.details = details
  }
}

/** Which resource an error is about. */
export interface Resource { readonly group: string; readonly resource: string }
export interface Kind { readonly group: string; readonly kind: string }

/** `deployments.apps`, `pods`. */
export const qualified = ({ group, resource }: Resource): string => (group === '' ? resource : `${resource}.${group}`)
const qualifiedKind = ({ group, kind }: Kind): string => (group === '' ? kind : `${kind}.${group}`)
const about = (resource: Resource, name: string): StatusDetails => ({ ...(name === '' ? {} : { name }), ...(resource.group === '' ? {} : { group: resource.group }), kind: resource.resource })

export function statusObject(error: ApiError): JsonObject {
  return { kind: 'Status', apiVersion: 'v1', metadata: error.continue === undefined ? {} : { continue: error.continue }, status: 'Failure', message: error.message, ...(error.reason === '' ? {} : { reason: error.reason }), ...(error.details === undefined ? {} : { details: error.details }), code: error.code }
}

/** What a delete answers when nothing of the object is left. */
export function deletedStatus(resource: Resource, name: string, uid: string): JsonObject {
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details: { ...about(resource, name), uid } }
}

export const notFound = (resource: Resource, name: string): ApiError => new ApiError(404, 'NotFound', `${qualified(resource)} ${JSON.stringify(name)} not found`, about(resource, name))
export const alreadyExists = (resource: Resource, name: string, leaving = false): ApiError => new ApiError(409, 'AlreadyExists', `${leaving ? 'object is being deleted: ' : ''}${qualified(resource)} ${JSON.stringify(name)} already exists`, about(resource, name))
export const conflict = (resource: Resource, name: string, because: string): ApiError => new ApiError(409, 'Conflict', `Operation cannot be fulfilled on ${qualified(resource)} ${JSON.stringify(name)}: ${because}`, about(resource, name))
export const stale = (resource: Resource, name: string): ApiError => conflict(resource, name, 'the object has been modified; please apply your changes to the latest version and try again')
/** An error that the real server has no status for. */
export const internal = (message: string): ApiError => new ApiError(500, '', message)
export const badRequest = (message: string): ApiError => new ApiError(400, 'BadRequest', message)
export const unauthorized = (): ApiError => new ApiError(401, 'Unauthorized', 'Unauthorized')
export const expired = (message: string, token?: string): ApiError => new ApiError(410, 'Expired', message, undefined, token)
export const methodNotAllowed = (): ApiError => new ApiError(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {})
export const pageNotFound = (): ApiError => new ApiError(404, 'NotFound', 'the server could not find the requested resource', {})

export function forbidden(resource: Resource, name: string, because: string, causes?: readonly Cause[]): ApiError {
  const message = name === '' ? `${qualified(resource)} is forbidden: ${because}` : `${qualified(resource)} ${JSON.stringify(name)} is forbidden: ${because}`
  return new ApiError(403, 'Forbidden', message, { ...about(resource, name), ...(causes === undefined ? {} : { causes }) })
}

/** 422. Details name the kind, not the resource, as the real server does. */
export function invalid(kind: Kind, name: string, causes: readonly Cause[]): ApiError {
  const lines = [...new Set(causes.map((cause) => `${cause.field}: ${cause.message}`))]
  const text = lines.length === 1 ? lines[0] : `[${lines.join(', ')}]`
  return new ApiError(422, 'Invalid', `${qualifiedKind(kind)} ${JSON.stringify(name)} is invalid: ${text}`, { ...(name === '' ? {} : { name }), ...(kind.group === '' ? {} : { group: kind.group }), kind: kind.kind, causes })
}

export function tooManyRequests(message: string, retryAfterSeconds: number, causes?: readonly Cause[]): ApiError {
  return new ApiError(429, 'TooManyRequests', message, { ...(causes === undefined ? {} : { causes }), ...(retryAfterSeconds === 0 ? {} : { retryAfterSeconds }) })
}

/** What the stand-in does not do, it says. Every one of these is counted. */
export const notImplemented = (what: string): ApiError => new ApiError(501, 'NotImplemented', `the stand-in API server does not do this: ${what}`)
