import type { components, operations } from '@octokit/openapi-types'

/** GitHub's own description of its answers. Every builder in this folder is compiled against it. */
export type GitHubShapes = components['schemas']

/** The body that GitHub describes for an operation. */
export type BodyOf<O extends keyof operations> = operations[O] extends { readonly requestBody: { readonly content: { readonly 'application/json': infer B } } }
  ? B
  : operations[O] extends { readonly requestBody?: { readonly content: { readonly 'application/json': infer B } } }
    ? B
    : never

/** Where the stand-in is reached. */
export interface Site {
  /** `http://127.0.0.1:4711`, without a slash at the end. */
  readonly api: string
  /** Addresses for people. Nobody lives there. */
  readonly html: string
}

/** ISO 8601 without milliseconds, as GitHub writes it. */
export function stamp(at: number): string {
  return new Date(at).toISOString().replace(/\.\d+Z$/, 'Z')
}

export function nodeId(kind: string, id: number | string): string {
  return Buffer.from(`${kind}:${id}`).toString('base64url')
}

/** A number that stays the same for the same name (FNV-1a, 32 bit). */
export function numberFor(name: string): number {
  let hash = 0x811c9dc5
  for (const byte of Buffer.from(name)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0
  return hash + 1
}
