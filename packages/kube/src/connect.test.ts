import http from 'node:http'
import net, { type AddressInfo } from 'node:net'
import { afterEach, expect, test } from '@jest/globals'
import { type SandboxCluster, startCluster, virtualClock } from '@fermata/sandbox'
import { connectTo, instantClock, kubeconfigFor, type Reply, type Stub, startStub, statusOf } from './testing/stub.ts'

const endings: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const end of endings.splice(0)) await end()
})

async function stubWith(replies: Readonly<Record<string, readonly Reply[]>>): Promise<Stub> {
  const stub = await startStub(replies)
  endings.push(() => stub.stop())
  return stub
}

async function sandboxed(): Promise<SandboxCluster> {
  const sandbox = await startCluster({ clock: virtualClock() })
  endings.push(() => sandbox.stop())
  return sandbox
}

/** A port on which nobody listens any more. */
async function closedPort(): Promise<number> {
  const server = net.createServer()
  await new Promise<void>((settle) => server.listen(0, '127.0.0.1', settle))
  const { port } = server.address() as AddressInfo
  await new Promise<void>((settle) => server.close(() => settle()))
  return port
}

test('an address where nobody listens is told after three attempts', async () => {
  const clock = instantClock()
  const refused = connectTo({ kubeconfig: kubeconfigFor(`https://127.0.0.1:${await closedPort()}`) }, { clock })
  await expect(refused).rejects.toMatchObject({ kind: 'unreachable', reason: { code: 'FM-KUBE-UNREACHABLE', message: expect.stringMatching(/\(context stub\) cannot be reached: connect ECONNREFUSED/) as unknown } })
  expect(clock.slept).toHaveLength(2)
})

test('a name that does not resolve is told as such', async () => {
  await expect(connectTo({ kubeconfig: kubeconfigFor('https://api.invalid:6443') })).rejects.toMatchObject({ kind: 'unreachable', reason: { message: expect.stringMatching(/its name does not resolve \((ENOTFOUND|EAI_AGAIN)\)/) as unknown } })
})

test('TLS where plain HTTP is spoken is told, and not repeated', async () => {
  const stub = await stubWith({})
  const clock = instantClock()
  await expect(connectTo({ kubeconfig: kubeconfigFor(stub.url.replace('http:', 'https:')) }, { clock })).rejects.toMatchObject({ kind: 'unreachable', reason: { message: expect.stringContaining('does not speak TLS') as unknown } })
  expect(clock.slept).toEqual([])
})

test('a server that accepts and never speaks ends with the time limit for connections', async () => {
  const server = net.createServer(() => undefined)
  await new Promise<void>((settle) => server.listen(0, '127.0.0.1', settle))
  const sockets: net.Socket[] = []
  server.on('connection', (socket) => sockets.push(socket))
  endings.push(() => new Promise((settle) => {
    for (const socket of sockets) socket.destroy()
    server.close(() => settle())
  }))
  const waited = connectTo({ kubeconfig: kubeconfigFor(`https://127.0.0.1:${(server.address() as AddressInfo).port}`) }, { patience: { connectMs: 20, answerMs: 10_000 } })
  await expect(waited).rejects.toMatchObject({ kind: 'timeout', reason: { message: expect.stringContaining('no connection within 0.02 s') as unknown } })
})

test.each<[string, Reply, string]>([
  ['a sign-in page', (_, response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<html>'), 'FM-KUBE-NOT-KUBERNETES'],
  ['JSON of somebody else', { json: { hello: 'world' } }, 'FM-KUBE-NOT-KUBERNETES'],
  ['a page that is not there', (_, response) => void response.writeHead(404).end('not here'), 'FM-KUBE-NOT-KUBERNETES'],
  ['a refusal', statusOf(401, 'Unauthorized', 'Unauthorized'), 'FM-KUBE-UNAUTHORIZED'],
])('%s at the address is no cluster', async (_, reply, code) => {
  const stub = await stubWith({ 'GET /version': [reply] })
  await expect(connectTo(stub)).rejects.toMatchObject({ reason: { code } })
})

test('who may not read the version is connected all the same', async () => {
  const stub = await stubWith({ 'GET /version': [statusOf(403, 'Forbidden', 'forbidden: User "ci" cannot get path "/version"')] })
  const cluster = await connectTo(stub)
  await expect(cluster.version()).rejects.toMatchObject({ kind: 'forbidden', reason: { remedy: 'Let ci read /version.' } })
})

test('a server below a path is asked below that path', async () => {
  const stub = await stubWith({ 'GET /k8s/clusters/c-1/version': [{ json: { gitVersion: 'v1.35.4' } }] })
  const cluster = await connectTo({ kubeconfig: kubeconfigFor(`${stub.url}/k8s/clusters/c-1/`) })
  expect(await cluster.version()).toBe('v1.35.4')
  expect(cluster.identity).toEqual({ server: `${stub.url}/k8s/clusters/c-1`, context: 'stub', namespace: 'shop' })
})

test('no credential goes over plain HTTP', async () => {
  const stub = await stubWith({})
  await connectTo({ kubeconfig: kubeconfigFor(stub.url, { token: 'secret', username: 'u', password: 'p' }) })
  expect(stub.headers.get('GET /version')).not.toHaveProperty('authorization')
  expect(stub.headers.get('GET /version')).toMatchObject({ 'user-agent': 'fermata' })
})

test.each<[string, (proxy: string, server: string) => { readonly cluster: Readonly<Record<string, unknown>>; readonly environment: Readonly<Record<string, string>> }, number]>([
  ['proxy-url', (proxy) => ({ cluster: { 'proxy-url': proxy }, environment: {} }), 1],
  ['HTTPS_PROXY', (proxy) => ({ cluster: {}, environment: { HTTPS_PROXY: proxy } }), 1],
  ['HTTPS_PROXY, which NO_PROXY excepts', (proxy) => ({ cluster: {}, environment: { HTTPS_PROXY: proxy, NO_PROXY: '127.0.0.1' } }), 0],
])('%s leads through a tunnel as it says', async (_, settings, tunnels) => {
  const sandbox = await sandboxed()
  let opened = 0
  const proxy = http.createServer().on('connect', (request, socket: net.Socket) => {
    opened++
    const [host, port] = (request.url ?? '').split(':')
    const onward = net.connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n')
      onward.pipe(socket).pipe(onward)
    })
    for (const end of [socket, onward]) end.on('error', () => undefined)
  })
  await new Promise<void>((settle) => proxy.listen(0, '127.0.0.1', settle))
  const { cluster: more, environment } = settings(`http://127.0.0.1:${(proxy.address() as AddressInfo).port}`, sandbox.url)
  const token = /token: "([^"]*)"/.exec(sandbox.kubeconfig())?.[1]
  const cluster = await connectTo({ kubeconfig: kubeconfigFor(sandbox.url, { token }, { 'certificate-authority-data': Buffer.from(sandbox.ca).toString('base64'), ...more }) }, { environment })
  expect(await cluster.version()).toMatch(/^v1\./)
  expect(opened).toBe(tunnels)
  cluster.close()
  proxy.closeAllConnections()
  await new Promise<void>((settle) => proxy.close(() => settle()))
})
