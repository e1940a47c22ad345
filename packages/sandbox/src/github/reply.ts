import type { GitHubShapes } from './answers/shape.ts'

export interface Reply {
  readonly status: number
  /** Undefined: no body, as with 204. */
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

const documentation = 'https://docs.github.com/rest'

export function ok(body: unknown, headers: Readonly<Record<string, string>> = {}): Reply {
  return { status: 200, body, headers }
}

export function created(body: unknown): Reply {
  return { status: 201, body }
}

export const noContent: Reply = { status: 204 }

export function problem(status: number, message: string, headers: Readonly<Record<string, string>> = {}): Reply {
  const body: GitHubShapes['basic-error'] = { message, documentation_url: documentation, status: String(status) }
  return { status, body, headers }
}

export const notFound = problem(404, 'Not Found')

/** A field that GitHub does not accept. */
export function invalid(message: string, errors: NonNullable<GitHubShapes['validation-error']['errors']> = []): Reply {
  const body: GitHubShapes['validation-error'] & { readonly status: string } = { message, documentation_url: documentation, ...(errors.length > 0 && { errors }), status: '422' }
  return { status: 422, body }
}

/** Something that GitHub has and the stand-in has not. It never guesses. */
export function notHere(what: string): Reply {
  return { status: 501, body: { message: `The sandbox's GitHub does not do this: ${what}` } }
}
