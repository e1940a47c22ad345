import { afterEach, describe, expect, test } from '@jest/globals'
import http from 'node:http'
import net from 'node:net'
import type { AddressInfo } from 'node:net'
import { createHttp } from './create-http.ts'

const open: { close(): void }[] = []
afterEach(() => {
  for (const server of open.splice(0)) server.close()
})

async function listening(server: net.Server): Promise<string> {
  await new Promise<void>((settle) => server.listen(0, '127.0.0.1', settle))
  open.push({ close: () => server.close() })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const answering = (listener: http.RequestListener) => listening(http.createServer({ keepAlive: true }, listener))
const { probe } = createHttp()

describe('an answer', () => {
  test.each([200, 204, 302, 404, 500, 503])('%d is told as it is, and no redirect is followed', async (status) => {
    const asked: (string | undefined)[] = []
    const url = await answering((request, response) => {
      asked.push(request.url)
      response.writeHead(status, { location: '/elsewhere', 'x-pod': 'cart-1' })
      response.end(status === 204 ? undefined : 'hello')
    })
    expect(await probe({ url: `${url}/health`, timeoutMs: 5_000 })).toMatchObject({ kind: 'answered', status, cut: false, body: status === 204 ? '' : 'hello', headers: { 'x-pod': 'cart-1' } })
    expect(asked).toEqual(['/health'])
  })

  test('method, headers and body arrive', async () => {
    const url = await answering((request, response) => {
      const parts: Buffer[] = []
      request.on('data', (part: Buffer) => parts.push(part)).on('end', () => response.end(`${request.method} ${request.headers['x-a']} ${Buffer.concat(parts)}`))
    })
    expect(await probe({ url, method: 'POST', headers: { 'x-a': '1' }, body: 'grüezi', timeoutMs: 5_000 })).toMatchObject({ body: 'POST 1 grüezi' })
  })

  test('of any length is read to its end, and little of it is kept', async () => {
    const url = await answering((_, response) => void response.end('x'.repeat(300_000)))
    const answer = await probe({ url, timeoutMs: 5_000 })
    expect(answer).toMatchObject({ kind: 'answered', cut: true })
    expect(answer.kind === 'answered' ? answer.body.length : 0).toBe(64 * 1024)
  })

  test('each question has a connection of its own', async () => {
    let sockets = 0
    const server = http.createServer((_, response) => void response.end())
    server.on('connection', () => (sockets += 1))
    const url = await listening(server)
    for (let time = 0; time < 3; time++) await probe({ url, timeoutMs: 5_000 })
    expect(sockets).toBe(3)
  })
})

describe('no answer', () => {
  test('nobody listens', async () => {
    const server = net.createServer()
    const url = await listening(server)
    await new Promise((settle) => server.close(settle))
    expect(await probe({ url, timeoutMs: 5_000 })).toMatchObject({ kind: 'failed', failure: 'refused' })
  })

  test.each<[string, string, (socket: net.Socket) => void]>([
    ['a server that says nothing', 'timeout', () => undefined],
    ['a server that never ends its answer', 'timeout', (socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf')],
    ['a connection that is reset', 'broken', (socket) => socket.resetAndDestroy()],
    ['a connection that ends before the answer', 'broken', (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf')],
    ['something that is no HTTP', 'no-http', (socket) => socket.end('SSH-2.0-x\r\n\r\n')],
  ])('%s is %s', async (_, failure, serve) => {
    const sockets: net.Socket[] = []
    const url = await listening(net.createServer((socket) => {
      sockets.push(socket)
      socket.on('error', () => undefined).once('data', () => serve(socket))
    }))
    expect(await probe({ url, timeoutMs: 300 })).toMatchObject({ kind: 'failed', failure })
    for (const socket of sockets) socket.destroy()
  })

  test.each([
    ['http://name.invalid/', 'unresolved'],
    ['ftp://127.0.0.1/', 'no-http'],
    ['not a url', 'no-http'],
  ])('%s is %s', async (url, failure) => {
    expect(await probe({ url, timeoutMs: 5_000 })).toMatchObject({ kind: 'failed', failure })
  })

  test('a header that no request can carry is told and not thrown', async () => {
    expect(await probe({ url: 'http://127.0.0.1:9/', headers: { 'x-a': 'a\nb' }, timeoutMs: 1_000 })).toMatchObject({ kind: 'failed' })
  })

  test('nobody waits any longer', async () => {
    const url = await answering(() => undefined)
    const stop = new AbortController()
    const asked = probe({ url, timeoutMs: 60_000 }, stop.signal)
    stop.abort()
    expect(await asked).toMatchObject({ kind: 'failed', failure: 'cancelled' })
    expect(await probe({ url, timeoutMs: 60_000 }, stop.signal)).toMatchObject({ kind: 'failed', failure: 'cancelled' })
  })
})
