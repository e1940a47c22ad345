/** HTTPRoute of Gateway API v1: https://gateway-api.sigs.k8s.io/reference/spec/ */
import { RE2JS } from 're2js'
import type { HttpRoute, HttpRouteFilter, HttpRouteMatch, HttpRouteRule, Match } from './objects.ts'
import type { Picture } from './picture.ts'
import { type Asked, type Backend, covers, type Decision, milliseconds, type Mirror, refused, serviceNamed, unplayed } from './route.ts'

interface Candidate { readonly route: HttpRoute; readonly index: number; readonly rule: HttpRouteRule; readonly rank: readonly number[] }

/** The best rule of all routes that answer for the host; undefined when none does. A host that has routes and no rule for the request gets 404. */
export function byHttpRoute(picture: Picture, asked: Asked): Decision | undefined {
  const routes = picture.httpRoutes.filter((route) => answersFor(route, picture, asked.host))
  if (routes.length === 0) return undefined
  const candidates = routes.flatMap((route) => (route.spec.rules ?? [{}]).flatMap((rule, index) => (rule.matches ?? [{}]).filter((match) => fits(match, asked)).map((match): Candidate => ({ route, index, rule, rank: rankOf(match) }))))
  // A stable sort: among equals, the oldest route and in it the first rule.
  const [best] = candidates.toSorted((a, b) => compare(a.rank, b.rank))
  return best === undefined ? refused(404, `No rule of ${routes.map(({ metadata }) => `HTTPRoute ${metadata.name}`).join(', ')} fits ${asked.method} ${asked.path}`) : decisionOf(best, picture)
}

/** A route without hostnames answers for the Services that it hangs on; one that hangs on a Gateway, for every name that is no Service. */
function answersFor({ spec }: HttpRoute, { services, namespace }: Picture, host: string): boolean {
  if (spec.hostnames !== undefined && spec.hostnames.length > 0) return spec.hostnames.some((name) => covers(name, host))
  const service = serviceNamed(host, namespace)
  const parents = spec.parentRefs ?? []
  if (parents.some(({ kind, name }) => kind === 'Service' && name === service)) return true
  return parents.some(({ kind }) => kind === undefined || kind === 'Gateway') && (service === undefined || !services.has(service))
}

function fits({ path, headers = [], queryParams = [], method }: HttpRouteMatch, asked: Asked): boolean {
  return fitsPath(path, asked.path)
    && (method === undefined || method === asked.method)
    && headers.every((match) => fitsValue(match, asked.headers[match.name.toLowerCase()]))
    && queryParams.every((match) => fitsValue(match, asked.query.get(match.name) ?? undefined))
}

function fitsPath(path: HttpRouteMatch['path'], asked: string): boolean {
  const value = path?.value ?? '/'
  switch (path?.type ?? 'PathPrefix') {
    case 'Exact': return asked === value
    case 'RegularExpression': return RE2JS.matches(value, asked)
    default: {
      const prefix = value.replace(/\/$/, '')
      return asked === prefix || asked.startsWith(`${prefix}/`)
    }
  }
}

function fitsValue({ type, value }: Match, given: string | undefined): boolean {
  if (given === undefined) return false
  return type === 'RegularExpression' ? RE2JS.matches(value, given) : given === value
}

/** The order of precedence of the specification: exact path, longest prefix, method, most headers, most query parameters. */
function rankOf({ path, headers = [], queryParams = [], method }: HttpRouteMatch): readonly number[] {
  return [path?.type === 'Exact' ? 1 : 0, (path?.value ?? '/').length, method === undefined ? 0 : 1, headers.length, queryParams.length]
}

function compare(a: readonly number[], b: readonly number[]): number {
  return a.map((part, index) => (b[index] ?? 0) - part).find((difference) => difference !== 0) ?? 0
}

function decisionOf({ route, index, rule }: Candidate, picture: Picture): Decision {
  const where = `HTTPRoute ${route.metadata.name}, rule ${index}`
  const refs = rule.backendRefs ?? []
  const strange = [...(rule.filters ?? []), ...refs.flatMap(({ filters = [] }) => filters)].find(({ type }) => ['RequestRedirect', 'ExtensionRef', 'CORS', 'ExternalAuth'].includes(type))
  if (strange !== undefined) return unplayed(where, `the filter ${strange.type}`)
  const foreign = refs.find(({ kind, group, namespace }) => (kind ?? 'Service') !== 'Service' || (group ?? '') !== '' || (namespace ?? picture.namespace) !== picture.namespace)
  if (foreign !== undefined) return unplayed(where, `a backend ${foreign.kind ?? 'Service'} ${foreign.namespace ?? ''}/${foreign.name}`)
  const backends = refs.map(({ name, weight = 1 }): Backend => ({ service: name, weight }))
  if (backends.every(({ weight }) => weight === 0)) return refused(500, `${where}: no backend has a weight above 0`)
  const timeout = rule.timeouts?.request ?? rule.timeouts?.backendRequest
  const limit = timeout === undefined ? undefined : milliseconds(timeout)
  return { at: 'backends', rule: where, backends, mirrors: (rule.filters ?? []).flatMap(mirrorOf), ...(limit !== undefined && limit > 0 && { timeout: limit }) }
}

function mirrorOf({ requestMirror }: HttpRouteFilter): readonly Mirror[] {
  if (requestMirror === undefined) return []
  const { backendRef, percent, fraction } = requestMirror
  const share = fraction === undefined ? (percent ?? 100) / 100 : fraction.numerator / (fraction.denominator ?? 100)
  return [{ backend: { service: backendRef.name, weight: 1 }, share }]
}
