import { createForge } from '@fermata/forge'
import type { Forge } from '@fermata/ports'
import { gitHubRoutes, sandboxToken, type StandInGitHub, startGitHub } from '@fermata/sandbox'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { cases, type Raw, repository, story } from './cases.ts'
import { type Description, openDescription } from './description.ts'
import { type Exchange, type Recorder, startRecorder } from './recorder.ts'

/** What GitHub answers although it does not say so: a pull request outlives the fork that it came from. */
const undescribed = ['GET /repos/{owner}/{repo}/pulls/{pull_number} 200: /head/repo must be object {"type":"object"}']

/**
 * What our client asks of GitHub, and what the stand-in answers. Both sides are held against GitHub's description where it is there:
 * the same exchanges, once as requests and once as answers.
 * @param description path of the description, or undefined where this machine has none
 */
export function forgeContract(description: string | undefined): void {
  describe('forge contract', () => {
    let github: StandInGitHub
    let recorder: Recorder
    let forge: Forge
    let judge: Description | undefined
    const seen: Exchange[] = []
    beforeAll(async () => {
      judge = description === undefined ? undefined : openDescription(description)
      github = await startGitHub({ repositories: [story], tokens: { [sandboxToken]: 'everything', reader: { contents: 'read' } } })
      recorder = await startRecorder(github.url)
      forge = createForge({ token: sandboxToken, apiUrl: recorder.url, repository, clock: { now: () => Date.now(), sleep: async () => {} } })
    }, 60_000)
    afterAll(async () => {
      await recorder.close()
      await github.close()
    })

    const raw: Raw = async (what, body, token = sandboxToken) => {
      const [method = 'GET', path = ''] = what.split(' ')
      const response = await fetch(`${recorder.url}/repos/${repository}${path}`, { method, headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' }, ...(body !== undefined && { body: JSON.stringify(body) }) })
      await response.arrayBuffer()
      return response.status
    }

    test.each(cases)('$name', async ({ run }) => {
      await run(forge, raw)
      const exchanges = recorder.take()
      seen.push(...exchanges)
      expect(exchanges.length).toBeGreaterThan(0)
      expect(exchanges.filter(({ status }) => status === 501)).toEqual([])
    })

    const judged = description === undefined ? describe.skip : describe
    judged(description === undefined ? 'against the description of GitHub (skipped: it is not in .tools; see `npm run tools`)' : 'against the description of GitHub', () => {
      // A request that GitHub refuses with 422 was wrong on purpose.
      const meant = () => seen.filter(({ status }) => status !== 422)
      test('every request is one that GitHub describes', () => expect(meant().flatMap((each) => judge?.request(each))).toEqual([]))
      test('a request that is refused as invalid is invalid by the description, or names what is not there', () => expect(seen.filter((each) => each.status === 422 && judge?.request(each).length === 0 && !/\bref\b|commit/i.test(JSON.stringify(each.received)))).toEqual([]))
      test('every answer is one that GitHub describes', () => expect([...new Set(seen.flatMap((each) => judge?.answer(each)))]).toEqual(undescribed))
      test('everything that the stand-in serves was asked', () => expect(new Set(seen.map(({ method, path }) => judge?.operationOf(method, path))).size).toBe(gitHubRoutes.length))
      test('an answer that lacks any field that GitHub promises is found', () => {
        const broken = seen.flatMap((each) => (judge?.required(each) ?? []).map((field) => ({ field, each: without(each, field) }))).filter(({ each }) => each !== undefined)
        expect(broken.length).toBeGreaterThan(500)
        expect(broken.filter(({ each }) => judge?.answer(each as Exchange).length === 0).map(({ field, each }) => `${each?.method} ${each?.path}: ${field}`)).toEqual([])
      })
      test('as many requests as answers were judged', () => {
        process.stderr.write(`forge contract: ${cases.length} cases; ${seen.length} requests and ${seen.length} answers held against the description of GitHub\n`)
        expect(seen.length).toBeGreaterThanOrEqual(cases.length)
      })
    })
  })
}

/** The exchange without one field of its answer, or undefined where the answer has nothing to take it from. */
function without(exchange: Exchange, field: string): Exchange | undefined {
  const strip = (value: unknown): unknown => Object.fromEntries(Object.entries(value as object).filter(([key]) => key !== field))
  const { received } = exchange
  if (Array.isArray(received)) return received.length === 0 ? undefined : { ...exchange, received: received.map(strip) }
  return typeof received === 'object' && received !== null ? { ...exchange, received: strip(received) } : undefined
}
