import type { Story } from './samples.ts'

export interface SideWish {
  /** Path before `/api`. */
  readonly prefix?: string
  /** Only this user is let in, by basic authentication. */
  readonly guarded?: boolean
}

/** One of the two that must be the same: the stand-in, or the program. */
export interface Side {
  readonly name: string
  start(stories: readonly Story[], wish?: SideWish): Promise<{ readonly url: string; stop(): Promise<void> }>
}

export const visitor = { name: 'fermata', password: 'metrics' } as const
