/** VirtualService and DestinationRule of Istio v1: https://istio.io/latest/docs/reference/config/networking/virtual-service/ */
import { RE2JS } from 're2js'
import type { IstioDestination, StringMatch, VirtualServiceMatch, VirtualServiceRule } from './objects.ts'
import type { Picture } from './picture.ts'
import { type Asked, type Backend, covers, type Decision, type Fault, milliseconds, type Refusal, refused, serviceNamed, unplayed } from './route.ts'

const playedMatches = ['uri', 'method', 'authority', 'headers', 'withoutHeaders', 'queryParams', 'sourceLabels', 'name', 'ignoreUriCase', 'scheme', 'port', 'gateways']
/** What changes nothing about who answers, or is not done on purpose: a request is passed on once, so that every error is seen. */
const playedRules = ['name', 'match', 'route', 'mirror', 'mirrorPercentage', 'fault', 'timeout', 'retries', 'headers', 'rewrite', 'corsPolicy']

/** The first rule that fits, of the oldest VirtualService for the host; undefined when there is none. */
export function byVirtualService(picture: Picture, asked: Asked): Decision | undefined {
  const found = picture.virtualServices.find(({ spec }) => (spec.hosts ?? []).some((host) => isFor(host, asked.host, picture.namespace)))
  if (found === undefined) return undefined
  const name = `VirtualService ${found.metadata.name}`
  for (const [index, rule] of (found.spec.http ?? []).entries()) {
    const where = `${name}, http[${index}]`
    const strange = [...Object.keys(rule).filter((field) => !playedRules.includes(field)), ...(rule.match ?? []).flatMap((match) => Object.keys(match).filter((field) => !playedMatches.includes(field)))]
    if (strange.length > 0) return unplayed(where, strange.join(', '))
    if (rule.match === undefined || rule.match.some((match) => fits(match, asked))) return decisionOf(where, rule, picture)
  }
  return refused(404, `${name} has no rule for ${asked.method} ${asked.path}`)
}

function isFor(name: string, host: string, namespace: string): boolean {
  const service = serviceNamed(host, namespace)
  return covers(name, host) || (service !== undefined && service === serviceNamed(name, namespace))
}

function fits(match: VirtualServiceMatch, asked: Asked): boolean {
  const all = (wanted: Readonly<Record<string, StringMatch>> | undefined, given: (name: string) => string | undefined): boolean => Object.entries(wanted ?? {}).every(([name, expected]) => fitsText(expected, given(name)))
  return (match.uri === undefined || fitsText(match.uri, asked.path))
    && (match.method === undefined || fitsText(match.method, asked.method))
    && (match.authority === undefined || fitsText(match.authority, asked.host))
    && all(match.headers, (name) => asked.headers[name.toLowerCase()])
    && Object.entries(match.withoutHeaders ?? {}).every(([name, unwanted]) => !fitsText(unwanted, asked.headers[name.toLowerCase()]))
    && all(match.queryParams, (name) => asked.query.get(name) ?? undefined)
    && Object.entries(match.sourceLabels ?? {}).every(([label, value]) => asked.sourceLabels?.[label] === value)
}

/** Without exact, prefix or regex it is enough that there is a value. */
function fitsText(expected: StringMatch, given: string | undefined): boolean {
  if (given === undefined) return false
  if ('exact' in expected) return given === expected.exact
  if ('prefix' in expected) return given.startsWith(expected.prefix)
  return 'regex' in expected ? RE2JS.matches(expected.regex, given) : true
}

function decisionOf(where: string, rule: VirtualServiceRule, picture: Picture): Decision {
  const routes = rule.route ?? []
  if (routes.length === 0) return unplayed(where, 'a rule without route')
  const backends: Backend[] = []
  for (const { destination, weight } of routes) {
    const backend = backendOf(where, destination, weight ?? (routes.length === 1 ? 100 : 0), picture)
    if ('at' in backend) return backend
    backends.push(backend)
  }
  const mirror = rule.mirror === undefined ? undefined : backendOf(where, rule.mirror, 1, picture)
  if (mirror !== undefined && 'at' in mirror) return mirror
  if (backends.every(({ weight }) => weight === 0)) return refused(503, `${where}: no destination has a weight above 0`)
  const timeout = rule.timeout === undefined ? undefined : milliseconds(rule.timeout)
  return {
    at: 'backends', rule: where, backends,
    mirrors: mirror === undefined ? [] : [{ backend: mirror, share: (rule.mirrorPercentage?.value ?? 100) / 100 }],
    ...(timeout !== undefined && timeout > 0 && { timeout }),
    ...(rule.fault !== undefined && { fault: faultOf(rule.fault) }),
  }
}

function backendOf(where: string, { host, subset }: IstioDestination, weight: number, picture: Picture): Backend | Refusal {
  const service = serviceNamed(host, picture.namespace)
  if (service === undefined) return unplayed(where, `the destination ${host} outside of the namespace ${picture.namespace}`)
  if (subset === undefined) return { service, weight }
  const known = picture.destinationRules.filter(({ spec }) => serviceNamed(spec.host, picture.namespace) === service).flatMap(({ spec }) => spec.subsets ?? []).find(({ name }) => name === subset)
  // Istio answers 503 for a cluster that it does not know.
  return known === undefined ? refused(503, `${where}: no DestinationRule of ${service} has the subset ${subset}`) : { service, weight, labels: known.labels ?? {} }
}

/** Istio's percentages default to all requests. */
function faultOf({ abort, delay }: NonNullable<VirtualServiceRule['fault']>): Fault {
  const held = delay?.fixedDelay === undefined ? undefined : milliseconds(delay.fixedDelay)
  return {
    ...(abort?.httpStatus !== undefined && { abort: { status: abort.httpStatus, share: (abort.percentage?.value ?? 100) / 100 } }),
    ...(held !== undefined && { delay: { milliseconds: held, share: (delay?.percentage?.value ?? 100) / 100 } }),
  }
}
