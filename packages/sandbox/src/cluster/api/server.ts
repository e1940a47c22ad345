import { createServer } from 'node:https'
import type { Server as HttpsServer } from 'node:https'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Certificate } from '../tls/certificates.ts'
import type { Answer } from './answer.ts'
import { text } from './answer.ts'
import { largestBody, readBody } from './body.ts'
import type { Body } from './body.ts'
import { discoveryDocument, serverVersion } from './discovery.ts'
import { dispatch } from './dispatch.ts'
import type { Server } from './dispatch.ts'
import { identify } from './identity.ts'
import { refusalOf } from './faults.ts'
import type { Fault, FaultBook, RequestShape } from './faults.ts'
import type { RequestBook } from './journal.ts'
import { routeOf } from './route.ts'
import type { Route, Verb } from './route.ts'
import { ApiError, methodNotAllowed, notImplemented, pageNotFound, statusObject } from './status.ts'
import { anonymous, denied, deniedPath, mayDo } from './users.ts'
import type { User } from './users.ts'

export interface Listener {
  readonly url: string
  /** A request is being answered. Open watches do not count while they are silent. */
  busy(): boolean
  /** Breaks all connections, as a restart of the server does. */
  disconnect(): void
  stop(): Promise<void>
}

export interface Serving extends Server {
  readonly faults: FaultBook
  readonly requests: RequestBook
  readonly users: () => readonly User[]
}

export async function listen(serving: Serving, certificate: Certificate, port: number): Promise<Listener> {
  let open = 0
  const streams = new Set<ServerResponse>()
  const server: HttpsServer = createServer({ key: certificate.key, cert: certificate.certificate, keepAlive: true }, (request, response) => {
    open++
    let counted = true
    const settle = (): void => { if (counted) { counted = false; open-- } }
    response.on('close', settle)
    answerRequest(serving, request, response, streams, settle).catch((error: unknown) => { settle(); response.destroy(); if (!request.destroyed) process.emitWarning(error instanceof Error ? error : String(error)) })
  })
  server.keepAliveTimeout = 60_000
  await new Promise<void>((resolve, reject) => { server.once('error', reject); server.listen(port, '127.0.0.1', resolve) })
  const address = server.address() as AddressInfo
  return {
    url: `https://127.0.0.1:${address.port}`,
    busy: () => open > 0 || [...streams].some((stream) => stream.writableLength > 0),
    disconnect: () => server.closeAllConnections(),
    stop: () => new Promise((resolve) => { server.close(() => resolve()); server.closeAllConnections() }),
  }
}

async function answerRequest(serving: Serving, request: IncomingMessage, response: ServerResponse, streams: Set<ServerResponse>, settle: () => void): Promise<void> {
  const url = new URL(request.url ?? '/', 'https://sandbox')
  const route = routeOf(serving.core.kinds, request.method ?? 'GET', url)
  const body = await bytesOf(request)
  const user = asking(() => identify(serving.core, serving.users(), request))
  const shape = shapeOf(route, user)
  const fault = serving.faults.meet(shape)
  if (fault?.kind === 'slow') await serving.core.clock.sleep(fault.milliseconds)
  const note = (code: number): void => { serving.requests.add({ ...shape, at: serving.core.clock.now(), method: request.method ?? '', url: `${url.pathname}${url.search}`, code, dryRun: url.searchParams.getAll('dryRun').includes('All'), manager: url.searchParams.get('fieldManager') ?? '', userAgent: request.headers['user-agent'] ?? '' }) }
  if (fault?.kind === 'reset' && fault.when !== 'after') { note(0); request.socket.destroy(); return }
  const warnings: string[] = []
  const answer = guarded(fault, shape, () => answerFor(serving, route, user, request, url, body, (warning) => { warnings.push(warning) }))
  note(answer.kind === 'watch' ? 200 : answer.code)
  if (fault?.kind === 'reset') { request.socket.destroy(); return }
  for (const warning of warnings) response.appendHeader('Warning', `299 - ${JSON.stringify(warning)}`)
  send(answer, response, streams, settle, fault)
}

function guarded(fault: Fault | undefined, shape: RequestShape, answer: () => Answer): Answer {
  try {
    const refusal = fault === undefined ? undefined : refusalOf(fault, shape)
    if (refusal !== undefined) throw refusal
    return answer()
  } catch (error) {
    if (error instanceof ApiError) return failure(error)
    process.emitWarning(error instanceof Error ? error : String(error))
    return failure(new ApiError(500, 'InternalError', `the stand-in API server has a fault of its own: ${error instanceof Error ? error.message : String(error)}`))
  }
}

const failure = (error: ApiError): Answer => ({ kind: 'json', code: error.code, body: statusObject(error) })

function answerFor(serving: Serving, route: Route, user: User | ApiError, request: IncomingMessage, url: URL, body: Buffer, warn: (message: string) => void): Answer {
  if (user instanceof ApiError) throw user
  switch (route.at) {
    case 'nowhere': if (!mayDo(serving.core, user, route.asked)) throw denied(user, route.asked); if (route.group) throw pageNotFound(); return text('404 page not found\n', 404)
    case 'other-method': throw methodNotAllowed()
    case 'refused': throw notImplemented(route.what)
    case 'path': return answerPath(serving, route.path, user)
    case 'resource': {
      authorize(serving, route, user)
      const contentType = (request.headers['content-type'] ?? '').split(';')[0]?.trim() ?? ''
      return dispatch(serving, { route, query: url.searchParams, user, userAgent: request.headers['user-agent'] ?? '', contentType, body: parsed(body, contentType, route.verb), warn })
    }
  }
}

function authorize(serving: Serving, route: Extract<Route, { at: 'resource' }>, user: User): void {
  const resource = route.subresource === '' ? route.kind.resource : `${route.kind.resource}/${route.subresource}`
  const namespace = route.kind.type === 'core.v1.Namespace' ? route.name : route.namespace
  const asked = { verb: route.verb, group: route.kind.group, resource, namespace, name: route.name }
  if (route.kind.origin === 'virtual' && user.groups?.includes(anonymous) !== true) return
  if (!mayDo(serving.core, user, asked)) throw denied(user, asked)
}

function answerPath(serving: Serving, path: string, user: User): Answer {
  switch (path) {
    case '/version': return { kind: 'json', code: 200, body: serverVersion }
    case '/readyz': case '/livez': case '/healthz': return text('ok')
    default: {
      if (user.groups?.includes(anonymous) === true) throw deniedPath(user, 'get', path)
      const document = discoveryDocument(serving.core.kinds, path)
      if (document !== undefined) return typeof document === 'string' ? text(document) : { kind: 'json', code: 200, body: document }
      if (user.may !== 'all') throw deniedPath(user, 'get', path)
      if (/^\/api\/[^/]+$/.test(path) || (/^\/apis\/[^/]+\/[^/]+$/.test(path) && serving.core.kinds.all().some((kind) => kind.origin !== 'custom' && kind.group === path.split('/')[2]))) throw pageNotFound()
      return text('404 page not found\n', 404)
    }
  }
}

/** A refusal is part of the answer: it is journalled like any other. */
function asking(identified: () => User): User | ApiError {
  try { return identified() } catch (error) {
    if (error instanceof ApiError) return error
    throw error
  }
}

function shapeOf(route: Route, user: User | ApiError): RequestShape {
  const who = user instanceof ApiError ? '' : user.name
  switch (route.at) {
    case 'resource': return { verb: route.verb, group: route.kind.group, resource: route.kind.resource, subresource: route.subresource, namespace: route.namespace, name: route.name, user: who }
    case 'refused': return { verb: 'path', group: route.group, resource: route.resource, subresource: '', namespace: undefined, name: undefined, user: who }
    case 'path': case 'nowhere': case 'other-method': return { verb: 'path', group: '', resource: '', subresource: '', namespace: undefined, name: undefined, user: who }
  }
}

async function bytesOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size <= largestBody) chunks.push(chunk)
  }
  return size > largestBody ? Buffer.alloc(largestBody + 1) : Buffer.concat(chunks)
}

const documentTypes = ['', 'application/json', 'application/yaml']

function parsed(body: Buffer, contentType: string, verb: Verb): Body {
  if (body.length > largestBody) throw new ApiError(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${largestBody}`, {})
  if (body.length > 0 && /protobuf/.test(contentType)) throw new ApiError(415, 'UnsupportedMediaType', 'the body of the request was in an unknown format - accepted media types include: application/json')
  if (body.length > 0 && verb !== 'patch' && !documentTypes.includes(contentType)) throw new ApiError(415, 'UnsupportedMediaType', 'the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf')
  const read = readBody(body)
  if (read.kind === 'broken' && contentType === 'application/yaml') throw notImplemented('bodies in YAML that is no JSON')
  return read
}

function send(answer: Answer, response: ServerResponse, streams: Set<ServerResponse>, settle: () => void, fault: Fault | undefined): void {
  switch (answer.kind) {
    case 'text': response.writeHead(answer.code, { 'content-type': 'text/plain; charset=utf-8' }).end(answer.body); return
    case 'json': sendJson(answer, response, fault); return
    case 'watch': sendWatch(answer, response, streams, settle); return
  }
}

function sendJson(answer: Extract<Answer, { kind: 'json' }>, response: ServerResponse, fault: Fault | undefined): void {
  const body = Buffer.from(JSON.stringify(answer.body))
  const details = answer.body['details'] as { readonly retryAfterSeconds?: number } | undefined
  const retry = details?.retryAfterSeconds === undefined ? {} : { 'retry-after': String(details.retryAfterSeconds) }
  response.writeHead(answer.code, { 'content-type': 'application/json', 'content-length': body.length, 'cache-control': 'no-cache, private', ...retry })
  if (fault?.kind !== 'truncated') { response.end(body); return }
  response.write(body.subarray(0, Math.floor(body.length / 2)), () => { response.destroy() })
}

function sendWatch(answer: Extract<Answer, { kind: 'watch' }>, response: ServerResponse, streams: Set<ServerResponse>, settle: () => void): void {
  const events: string[] = []
  let begun = false
  const write = (line: string): void => { if (begun) response.write(line); else events.push(line) }
  let over = false
  const sink = { event: (event: object) => write(`${JSON.stringify(event)}\n`), end: () => { over = true; if (begun) response.end() } }
  let close = (): void => {}
  try { close = answer.open(sink) } catch (error) {
    if (!(error instanceof ApiError)) throw error
    sendJson({ kind: 'json', code: error.code, body: statusObject(error) }, response, undefined)
    return
  }
  response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-cache, private' })
  response.flushHeaders()
  begun = true
  for (const line of events) response.write(line)
  streams.add(response)
  settle()
  response.on('close', () => { streams.delete(response); close() })
  if (over) response.end()
}
