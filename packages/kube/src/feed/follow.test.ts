import type http from 'node:http'
import { afterEach, describe, expect, test } from '@jest/globals'
import type { Feed } from '@fermata/ports'
import { type SandboxCluster, startCluster, virtualClock } from '@fermata/sandbox'
import { connectCluster } from '../connect.ts'
import { connectTo, half, instantClock, listOf, object, type Reply, type Stub, startStub, statusOf } from '../testing/stub.ts'

const pods = { apiVersion: 'v1', kind: 'Pod' }
const path = '/api/v1/namespaces/shop/pods'
const running: (Stub | SandboxCluster)[] = []
const feeds: Feed[] = []

afterEach(async () => {
  for (const feed of feeds.splice(0)) feed.close()
  for (const server of running.splice(0)) await server.stop()
})

async function started<T extends Stub | SandboxCluster>(server: Promise<T>): Promise<T> {
  const ready = await server
  running.push(ready)
  return ready
}

const names = (feed: Feed) => feed.objects(pods).map((pod) => pod.metadata.name).join(' ')

/** Waits for what must come, by the feed's own changes. */
async function until(feed: Feed, expected: string): Promise<void> {
  while (names(feed) !== expected) await feed.changed(1e9)
}

const event = (type: string, name: string, version: string) => `${JSON.stringify({ type, object: object('Pod', name, version) })}\n`
/** A watch that says these lines and then stays open. */
const says = (...lines: readonly string[]): Reply => (_, response) => {
  response.writeHead(200, { 'content-type': 'application/json' })
  response.flushHeaders()
  for (const line of lines) response.write(line)
}
const saysAndEnds = (...lines: readonly string[]): Reply => (_, response) => void response.writeHead(200).end(lines.join(''))
const saysAndBreaks = (...lines: readonly string[]): Reply => (_, response) => {
  response.writeHead(200)
  response.write(lines.join(''), () => setImmediate(() => response.destroy()))
}

const lists = (...replies: readonly Reply[]) => ({ [`GET ${path}?limit=500`]: replies })

/** A stub whose watches are answered in order; the versions that they began from are kept. */
async function feedFrom(list: readonly Reply[], watches: readonly Reply[], clock = instantClock()) {
  const left = [...watches]
  const from: (string | null)[] = []
  const watch: Reply = (request: http.IncomingMessage, response: http.ServerResponse) => {
    from.push(new URL(request.url ?? '', 'http://x').searchParams.get('resourceVersion'))
    const reply = left.length > 1 ? left.shift() : left[0]
    if (typeof reply === 'function') return reply(request, response)
    response.writeHead(reply?.status ?? 200).end(JSON.stringify(reply?.json))
  }
  const stub = await started(startStub({ ...lists(...list), [`GET ${path}`]: [watch] }))
  const cluster = await connectTo(stub, { clock })
  const feed = await cluster.follow([pods], 'shop')
  feeds.push(feed)
  return { feed, from, stub, cluster }
}

const one = listOf([object('Pod', 'a', '3')], '5')

describe('a feed', () => {
  test('knows everything when it begins', async () => {
    const { feed } = await feedFrom([one], [says()])
    expect(names(feed)).toBe('a')
    expect(feed.objects(pods)[0]).toMatchObject(pods)
  })

  test('hears what is added, changed and deleted', async () => {
    const { feed } = await feedFrom([one], [says(event('ADDED', 'b', '6'), event('MODIFIED', 'a', '7'), event('DELETED', 'b', '8'), event('ADDED', 'c', '9'))])
    await until(feed, 'a c')
    expect(feed.objects(pods)[0]?.metadata.resourceVersion).toBe('7')
  })

  test('goes on where a watch ended, by its last bookmark', async () => {
    const { feed, from } = await feedFrom([one], [saysAndEnds(event('BOOKMARK', '', '17')), says(event('ADDED', 'b', '18'))])
    await until(feed, 'a b')
    expect(from).toEqual(['5', '17'])
  })

  test.each<[string, Reply]>([
    ['its version expires in the middle of a watch', saysAndEnds(event('ADDED', 'x', '6'), `${JSON.stringify({ type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired' } })}\n`)],
    ['its version expired before the watch', statusOf(410, 'Expired', 'too old resource version')],
    ['a line is no JSON', says('<html>\n')],
    ['a line is half an event', saysAndBreaks(event('ADDED', 'x', '6').slice(0, 20))],
    ['the connection breaks', saysAndBreaks(event('ADDED', 'x', '6'))],
    ['the connection is refused', (request) => request.socket.destroy()],
    ['the server has a bad moment', statusOf(500, 'InternalError', 'etcd')],
  ])('lists again when %s, and believes the list', async (_, watch) => {
    const { feed, from } = await feedFrom([one, listOf([object('Pod', 'after', '30')], '30')], [watch, says()])
    await until(feed, 'after')
    await settled(() => from.length === 2)
    expect(from[1]).toBe('30')
  })

  test('lists again when it hears nothing for so long that even bookmarks must have stopped', async () => {
    const clock = virtualClock()
    const stub = await started(startStub({ ...lists(one, listOf([object('Pod', 'after', '30')], '30')), [`GET ${path}`]: [says()] }))
    const cluster = await connectTo(stub, { clock })
    const feed = await cluster.follow([pods], 'shop')
    feeds.push(feed)
    await settled(() => stub.seen.some((line) => line.includes('watch=true')))
    await clock.advance(74_000)
    expect(names(feed)).toBe('a')
    const before = feed.confirmedAt()
    await clock.advance(1_000)
    await until(feed, 'after')
    expect(feed.confirmedAt()).toBe(before + 75_000)
  })

  test('lists again when watch after watch ends without a word, as proxies end them', async () => {
    const { feed, from } = await feedFrom([one, listOf([object('Pod', 'after', '30')], '30')], [saysAndEnds()])
    const before = feed.confirmedAt()
    await until(feed, 'after')
    expect([from[0], from[1], feed.confirmedAt() - before >= 15_000]).toEqual(['5', '5', true])
  })

  test.each<[string, Reply]>([
    ['is forbidden', statusOf(403, 'Forbidden', 'pods is forbidden: User "x" cannot watch resource "pods"')],
    ['never works', statusOf(500, 'InternalError', 'no watches today')],
  ])('polls when watching %s', async (_, watch) => {
    const clock = instantClock()
    const { feed, from } = await feedFrom([one, one, one, one, one, one, listOf([object('Pod', 'b', '9')], '9')], [watch], clock)
    await until(feed, 'b')
    expect(from.length).toBeLessThanOrEqual(3)
    expect(clock.slept.filter((milliseconds) => milliseconds >= 2000).slice(0, 3)).toEqual([2000, 2500, 3125])
  })

  test('tells when the cluster can no longer be asked', async () => {
    const { feed } = await feedFrom([one, statusOf(403, 'Forbidden', 'pods is forbidden: User "x" cannot list resource "pods"')], [statusOf(410, 'Expired', 'gone')])
    const told = (async () => {
      for (;;) await feed.changed(1e9)
    })()
    await expect(told).rejects.toMatchObject({ name: 'ClusterError', kind: 'forbidden' })
    expect(names(feed)).toBe('a')
  })

  test('does not begin without its first list', async () => {
    const stub = await started(startStub(lists(statusOf(403, 'Forbidden', 'pods is forbidden: User "x" cannot list resource "pods"'))))
    await expect((await connectTo(stub)).follow([pods], 'shop')).rejects.toMatchObject({ kind: 'forbidden' })
  })

  test('wakes for a change that came while nobody waited, and once', async () => {
    const clock = virtualClock()
    let say: ((line: string) => void) | undefined
    const stub = await started(startStub({ ...lists(one), [`GET ${path}`]: [(_, response) => { response.flushHeaders(); say = (line) => response.write(line) }] }))
    const feed = await (await connectTo(stub, { clock })).follow([pods], 'shop')
    feeds.push(feed)
    await settled(() => say !== undefined)
    say?.(event('ADDED', 'b', '6'))
    await settled(() => names(feed) === 'a b')
    await feed.changed(1e9)
    let woken = false
    const second = feed.changed(3_000).then(() => (woken = true))
    await clock.advance(2_999)
    expect(woken).toBe(false)
    await clock.advance(1)
    await second
  })

  test.each<[string, (feed: Feed, stop: AbortController) => void]>([
    ['its signal', (_, stop) => stop.abort(new Error('enough'))],
    ['being closed', (feed) => feed.close()],
  ])('ends by %s, and leaves no request behind', async (_, end) => {
    let open = 0
    const stop = new AbortController()
    const stub = await started(startStub({ ...lists(one), [`GET ${path}`]: [(_request, response) => { open++; response.flushHeaders(); response.on('close', () => open--) }] }))
    const feed = await (await connectTo(stub, { clock: virtualClock() })).follow([pods], 'shop', stop.signal)
    await settled(() => open === 1)
    const waiting = feed.changed(1e9)
    end(feed, stop)
    await expect(waiting).rejects.toThrow()
    await settled(() => open === 0)
  })
})

test('a feed of the sandbox stays true through lost connections and forgotten history', async () => {
  const clock = virtualClock()
  const sandbox = await started(startCluster({ clock, namespaces: ['shop'] }))
  const stopTime = clock.autoAdvance({ busy: sandbox.busy })
  const cluster = await connectCluster({ kubeconfig: sandbox.kubeconfig({ namespace: 'shop' }), clock, random: half, environment: {} })
  const maps = { apiVersion: 'v1', kind: 'ConfigMap' }
  const feed = await cluster.follow([maps], 'shop')
  feeds.push(feed)
  const rounds = (from: Feed) => from.objects(maps).map((map) => map.metadata.name).filter((each) => each.startsWith('round')).join()
  for (let round = 0; round < 6; round++) {
    const name = `round-${round}`
    await cluster.create({ ...maps, metadata: { name, namespace: 'shop' } })
    if (round % 2 === 1) sandbox.disconnect()
    if (round % 3 === 2) sandbox.compact()
    if (round > 0) await cluster.delete({ ...maps, namespace: 'shop', name: `round-${round - 1}` })
    while (rounds(feed) !== name) await feed.changed(60_000)
  }
  stopTime()
  cluster.close()
})

test('a quiet feed hears its bookmarks and asks for nothing', async () => {
  const clock = virtualClock()
  const sandbox = await started(startCluster({ clock, namespaces: ['shop', 'busy'] }))
  const cluster = await connectCluster({ kubeconfig: sandbox.kubeconfig(), clock, random: half, environment: {} })
  const feed = await cluster.follow([pods], 'shop')
  feeds.push(feed)
  await settled(() => cluster.requests().some(({ verb }) => verb === 'watch') && !sandbox.busy())
  // A server tells how far it has come once anything of the kind has changed, also in another namespace.
  await cluster.create({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'other', namespace: 'busy' }, spec: { containers: [{ name: 'main', image: 'shop/other:1' }] } })
  for (let minute = 0; minute < 6; minute++) {
    const before = feed.confirmedAt()
    await clock.advance(60_000)
    await settled(() => feed.confirmedAt() > before)
  }
  expect(cluster.requests().filter(({ verb, resource }) => resource === 'pods' && verb !== 'create')).toEqual([{ verb: 'list', resource: 'pods', count: 1 }, { verb: 'watch', resource: 'pods', count: 1 }])
  cluster.close()
})

async function settled(done: () => boolean): Promise<void> {
  while (!done()) await new Promise((next) => setImmediate(next))
}
