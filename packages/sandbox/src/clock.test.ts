import { describe, expect, test } from '@jest/globals'
import { createStory, realClock, startCluster, virtualClock } from './index.ts'
import { wire } from './cluster/testing/client.ts'
import { deployment } from './cluster/testing/fixture.ts'

describe('a virtual clock', () => {
  test('fires timers in the order of their time, then of their making', async () => {
    const clock = virtualClock({ start: 0 })
    const fired: string[] = []
    for (const [name, at] of [['c', 30], ['a', 10], ['b', 10]] as const) clock.after(at, () => { fired.push(`${name}@${clock.now()}`) })
    await clock.advance(20)
    expect(fired).toEqual(['a@10', 'b@10'])
    expect(clock.now()).toBe(20)
    await clock.advance(10)
    expect(fired).toEqual(['a@10', 'b@10', 'c@30'])
  })

  test('fires what a timer starts when it becomes due in the same stretch', async () => {
    const clock = virtualClock({ start: 0 })
    const moments: number[] = []
    const again = (): void => { moments.push(clock.now()); if (moments.length < 3) clock.after(5, again) }
    clock.after(5, again)
    await clock.advance(100)
    expect(moments).toEqual([5, 10, 15])
  })

  test('a sleep ends at its time, or with the reason of its signal', async () => {
    const clock = virtualClock({ start: 0 })
    const stop = new AbortController()
    const slept = clock.sleep(50).then(() => clock.now())
    const stopped = clock.sleep(50, stop.signal).catch((reason: unknown) => reason)
    stop.abort('enough')
    await clock.advance(60)
    expect(await slept).toBe(50)
    expect(await stopped).toBe('enough')
    expect(clock.pending()).toBe(0)
  })

  test('a forgotten timer does not fire', async () => {
    const clock = virtualClock()
    let fired = false
    clock.after(1, () => { fired = true })()
    await clock.advance(10)
    expect(fired).toBe(false)
  })

  test('that advances by itself jumps only for timers in the foreground', async () => {
    const clock = virtualClock({ start: 0 })
    let background = 0
    clock.after(1000, () => { background++ }, 'background')
    const stop = clock.autoAdvance()
    await clock.sleep(500)
    expect([clock.now(), background]).toEqual([500, 0])
    await clock.sleep(1000)
    expect([clock.now(), background]).toEqual([1500, 1])
    stop()
  })

  test('that advances by itself stands still while somebody is busy', async () => {
    const clock = virtualClock({ start: 0 })
    let busy = true
    const stop = clock.autoAdvance({ busy: () => busy })
    const slept = clock.sleep(10)
    for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => { setImmediate(resolve) })
    expect(clock.now()).toBe(0)
    busy = false
    await slept
    expect(clock.now()).toBe(10)
    stop()
  })
})

test('a client in the same process sees ten minutes of a cluster pass, without waiting for them', async () => {
  const clock = virtualClock()
  const story = createStory().image('cart:1', { does: 'run', readyAfter: 600 })
  const cluster = await startCluster({ clock, story, namespaces: ['shop'], users: [{ name: 'admin', token: 'admin', may: 'all' }] })
  const client = wire(cluster, 'admin')
  const stop = clock.autoAdvance({ busy: cluster.busy })
  const started = clock.now()
  const path = '/apis/apps/v1/namespaces/shop/deployments'
  await client.send('POST', path, deployment('cart', 'cart:1', 1))
  const ready = async (): Promise<boolean> => ((await client.send('GET', `${path}/cart`)).body as { readonly status: { readonly readyReplicas?: number } }).status.readyReplicas === 1
  while (!await ready()) await clock.sleep(2000)
  const minutes = (clock.now() - started) / 60_000
  expect(minutes).toBeGreaterThan(10)
  expect(minutes).toBeLessThan(10.2)
  stop()
  client.close()
  await cluster.stop()
})

test('a real clock runs as fast as it is told to', () => {
  const clock = realClock({ speed: 1000 })
  const before = clock.now()
  const wall = Date.now()
  while (Date.now() < wall + 2);
  expect(clock.now() - before).toBeGreaterThanOrEqual(1000)
})
