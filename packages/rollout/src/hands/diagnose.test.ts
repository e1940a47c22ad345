import { expect, test } from '@jest/globals'
import { type Cluster, type Clock, ClusterError, type LogOptions } from '@fermata/ports'
import { inCluster } from '@fermata/verdict'
import type { Cause } from '../readiness/assessment.ts'
import { diagnose } from './diagnose.ts'

const cause: Cause = { code: 'FM-DEPLOY-CRASH-LOOP', says: 'cart: pod cart-1 (server) crashes', where: inCluster('Pod', 'shop', 'cart-1', 'server'), log: { namespace: 'shop', pod: 'cart-1', container: 'server', previous: true } }
const waits: Clock = { now: () => 0, sleep: (_, signal) => new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason as Error))) }
const at: Clock = { now: () => 0, sleep: () => Promise.resolve() }
const logging = (logs: (options: LogOptions) => Promise<string>): Cluster => ({ logs: (_namespace: string, _pod: string, options: LogOptions) => logs(options) }) as unknown as Cluster

test('the last line of the log is in the reason, and all that was read is evidence', async () => {
  const found = await diagnose(logging(async () => 'starting\nPROVIDER_KEY is not set\n'), waits, 'cart', cause)
  expect(found.because).toMatchObject({ code: 'FM-DEPLOY-CRASH-LOOP', service: 'cart', message: 'cart: pod cart-1 (server) crashes. Its last words: PROVIDER_KEY is not set', evidence: ['log-cart-cart-1-server'] })
  expect(found.evidence).toMatchObject([{ id: 'log-cart-cart-1-server', source: 'kubernetes', query: 'logs shop/cart-1 -c server --previous --tail 20', result: 'starting\nPROVIDER_KEY is not set\n' }])
})

test('where the container that ran before is gone, the present one is asked', async () => {
  const found = await diagnose(logging(async ({ previous }) => {
    if (previous === true) throw new ClusterError('invalid', 'previous terminated container "server" in pod "cart-1" not found')
    return 'now'
  }), waits, 'cart', cause)
  expect(found.because.message).toContain('Its last words: now')
})

test.each<[string, Cluster, Clock]>([
  ['may not be read', logging(() => Promise.reject(new ClusterError('forbidden', 'get pods/log was refused'))), waits],
  ['does not come in time', logging(() => new Promise(() => undefined)), at],
])('a log that %s is said to be missing, and nothing waits for it', async (_, cluster, clock) => {
  const found = await diagnose(cluster, clock, 'cart', cause)
  expect(found.because.message).toBe('cart: pod cart-1 (server) crashes. Its log could not be read.')
  expect(found.evidence[0]?.warnings).toHaveLength(1)
})

test('a cause without a log needs none', async () => {
  const { log: _, ...silent } = cause
  expect(await diagnose(logging(() => Promise.reject(new Error('nobody asks'))), waits, 'cart', silent)).toMatchObject({ evidence: [], because: { message: 'cart: pod cart-1 (server) crashes.' } })
})
