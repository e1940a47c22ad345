import { afterEach } from '@jest/globals'
import type { Clock, Forge } from '@fermata/ports'
import { type GitHubWish, type RepositoryStory, type StandInGitHub, sandboxToken, startGitHub } from '@fermata/sandbox'
import { EnvironmentError, type Reason } from '@fermata/verdict'
import { type ForgeWish, createForge } from '../index.ts'

export const noon = Date.UTC(2026, 9, 1, 12)

/** Time passes only by waiting, and every wait is noted. */
export function notedClock(): Clock & { readonly waits: number[] } {
  let now = noon
  const waits: number[] = []
  return {
    waits,
    now: () => now,
    async sleep(milliseconds, signal) {
      signal?.throwIfAborted()
      waits.push(milliseconds)
      now += milliseconds
    },
  }
}

/** A commit's name from a short word, always the same. */
export function sha(word: string): string {
  return Buffer.from(word).toString('hex').padEnd(40, '0').slice(0, 40)
}

export interface Scene {
  readonly forge: Forge
  readonly github: StandInGitHub
  readonly clock: ReturnType<typeof notedClock>
  /** Paths asked for, with their method, in order. */
  readonly asked: () => readonly string[]
}

const open: StandInGitHub[] = []
afterEach(async () => {
  for (const github of open.splice(0)) await github.close()
})

/** A stand-in with one repository, `shop/shop`, and a forge that talks to it. */
export async function withGitHub(story: Omit<RepositoryStory, 'name'> = {}, more: { readonly github?: Partial<GitHubWish>; readonly forge?: Partial<ForgeWish> } = {}): Promise<Scene> {
  const clock = notedClock()
  const github = await startGitHub({ clock, repositories: [{ name: 'shop/shop', ...story }], ...more.github })
  open.push(github)
  const forge = createForge({ token: sandboxToken, apiUrl: github.url, repository: 'shop/shop', clock, ...more.forge })
  return { forge, github, clock, asked: () => github.requests.map((request) => `${request.method} ${request.path}`) }
}

/** The reason of the EnvironmentError that a promise rejects with; anything else fails the test. */
export async function reasonOf(promise: Promise<unknown>): Promise<Reason> {
  try {
    await promise
  } catch (error) {
    if (error instanceof EnvironmentError) return error.reason
    throw error
  }
  throw new Error('It did not reject.')
}

export async function all<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const found: T[] = []
  for await (const item of items) found.push(item)
  return found
}
