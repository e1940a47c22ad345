import { describe, expect, test } from '@jest/globals'
import type { Http, ProbeAnswer } from '@fermata/ports'
import { virtualClock } from '@fermata/sandbox'
import type { Probe } from '../experiment/model.ts'
import { judgeAnswer } from './sample.ts'
import { startSampling } from './sampler.ts'

const probe: Probe = { name: 'cart', url: 'http://cart/', method: 'GET', headers: {}, body: undefined, timeoutMs: 1_000, verifyTls: true, expects: [{ is: 'success' }], latencyMs: undefined }
const answered = (status: number, body = '', ms = 5): ProbeAnswer => ({ kind: 'answered', status, headers: {}, body, cut: false, ms })

describe('sampling', () => {
  test('starts on time, whatever became of the former ones', async () => {
    const clock = virtualClock({ start: 0 })
    const starts: number[] = []
    const http: Http = {
      probe: async () => {
        starts.push(clock.now())
        const hangs = clock.now() >= 200 && clock.now() < 600
        await clock.sleep(hangs ? 1_000 : 5)
        return hangs ? { kind: 'failed', failure: 'timeout', says: 'no answer in 1000 ms', ms: 1_000 } : answered(200)
      },
    }
    const sampler = startSampling(http, clock, [probe], 100)
    await clock.advance(1_000)
    expect(starts).toEqual([0, 100, 200, 300, 400, 500, 600, 700, 800, 900, 1_000])
    // What is behind one that hangs is not known yet, in this order.
    expect(sampler.samples().map(({ at }) => at)).toEqual([0, 100])
    const stopped = sampler.stop()
    await clock.advance(2_000)
    expect((await stopped).map(({ good }) => (good ? '+' : '-')).join('')).toBe('++----+++++')
    expect(starts).toHaveLength(11)
  })

  test('a sample of several probes is good when all are, and says which was not', async () => {
    const clock = virtualClock({ start: 0 })
    const http: Http = { probe: async ({ url }) => answered(url.includes('db') ? 500 : 200) }
    const sampler = startSampling(http, clock, [probe, { ...probe, name: 'db', url: 'http://db/' }], 100)
    await clock.advance(50)
    await sampler.stop()
    expect(sampler.samples()).toEqual([expect.objectContaining({ good: false, says: 'db: HTTP 500' })])
  })

  test('no probe at all is no good sample', async () => {
    const clock = virtualClock({ start: 0 })
    const sampler = startSampling({ probe: () => Promise.reject(new Error('nobody asks')) }, clock, [], 100)
    await clock.advance(50)
    expect((await sampler.stop()).map(({ good }) => good)).toEqual([false])
  })
})

describe('an answer', () => {
  const judged = (expects: Probe['expects'], answer: ProbeAnswer, latencyMs?: number) => judgeAnswer({ ...probe, expects, latencyMs }, answer)
  test.each<[string, Probe['expects'], ProbeAnswer, boolean]>([
    ['200', [{ is: 'success' }], answered(200), true],
    ['302', [{ is: 'success' }], answered(302), true],
    ['404', [{ is: 'success' }], answered(404), false],
    ['404 that was asked for', [{ is: 'status', oneOf: [404] }], answered(404), true],
    ['200 where 204 was asked for', [{ is: 'status', oneOf: [204] }], answered(200), false],
    ['a body with the text', [{ is: 'success' }, { is: 'contains', text: 'ok' }], answered(200, 'all ok'), true],
    ['an empty body without it', [{ is: 'success' }, { is: 'contains', text: 'ok' }], answered(200), false],
    ['a number in its range', [{ is: 'range', of: 'body', low: 1, high: 2 }], answered(200, ' 1.5\n'), true],
    ['an empty body is no number', [{ is: 'range', of: 'body', low: 0, high: 2 }], answered(200), false],
    ['a body that is no number', [{ is: 'range', of: 'body', low: 0, high: 2 }], answered(200, 'NaN'), false],
    ['a status in its range', [{ is: 'range', of: 'status', low: 200, high: 299 }], answered(204), true],
    ['no answer', [{ is: 'success' }], { kind: 'failed', failure: 'refused', says: 'x', ms: 1 }, false],
    ['no status', [{ is: 'success' }], answered(0), false],
  ])('%s', (_, expects, answer, good) => {
    expect(judged(expects, answer).good).toBe(good)
  })

  test('that is too slow is bad', () => {
    expect(judged([{ is: 'success' }], answered(200, '', 300), 200)).toEqual({ good: false, says: 'slow: 300 ms' })
  })
})
