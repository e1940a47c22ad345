import * as z from 'zod/mini'
import { durationFrom } from '../prometheus/promql/literals.ts'
import type { Labels } from './labels.ts'
import { type LabelMatcher, matcherFrom, matchersText } from './matchers.ts'

/** The part of an alertmanager.yml that the stand-in does. */
export interface AlertmanagerConfig {
  readonly global?: { readonly resolve_timeout?: string }
  readonly route: RouteConfig
  readonly receivers: readonly ReceiverConfig[]
  readonly inhibit_rules?: readonly InhibitRuleConfig[]
}

export interface RouteConfig {
  readonly receiver?: string
  readonly group_by?: readonly string[]
  readonly group_wait?: string
  readonly group_interval?: string
  readonly repeat_interval?: string
  readonly matchers?: readonly string[]
  readonly continue?: boolean
  readonly routes?: readonly RouteConfig[]
}

export interface ReceiverConfig {
  readonly name: string
  readonly webhook_configs?: readonly WebhookConfig[]
}

export interface WebhookConfig {
  readonly url: string
  readonly send_resolved?: boolean
  readonly max_alerts?: number
}

export interface InhibitRuleConfig {
  readonly source_matchers: readonly string[]
  readonly target_matchers: readonly string[]
  readonly equal?: readonly string[]
}

export interface Route {
  readonly receiver: string
  /** `all`: every label is a group of its own. */
  readonly groupBy: readonly string[] | 'all'
  readonly groupWaitMs: number
  readonly groupIntervalMs: number
  readonly repeatIntervalMs: number
  readonly matchers: readonly LabelMatcher[]
  readonly goesOn: boolean
  readonly routes: readonly Route[]
  /** Matchers from the root to here: the first part of a group's key. */
  readonly key: string
}

export interface InhibitRule {
  readonly source: readonly LabelMatcher[]
  readonly target: readonly LabelMatcher[]
  readonly equal: readonly string[]
}

export interface Plan {
  readonly resolveTimeoutMs: number
  readonly route: Route
  readonly receivers: ReadonlyMap<string, readonly Required<WebhookConfig>[]>
  readonly inhibitRules: readonly InhibitRule[]
}

const texts = z.readonly(z.array(z.string()))
const routeShape: z.ZodMiniType<RouteConfig> = z.strictObject({
  receiver: z.optional(z.string()),
  group_by: z.optional(texts),
  group_wait: z.optional(z.string()),
  group_interval: z.optional(z.string()),
  repeat_interval: z.optional(z.string()),
  matchers: z.optional(texts),
  continue: z.optional(z.boolean()),
  get routes(): z.ZodMiniOptional<z.ZodMiniArray<typeof routeShape>> {
    return z.optional(z.array(routeShape))
  },
}) as z.ZodMiniType<RouteConfig>

const shape = z.strictObject({
  global: z.optional(z.strictObject({ resolve_timeout: z.optional(z.string()) })),
  route: routeShape,
  receivers: z.array(z.strictObject({ name: z.string(), webhook_configs: z.optional(z.array(z.strictObject({ url: z.string(), send_resolved: z.optional(z.boolean()), max_alerts: z.optional(z.number()) }))) })),
  inhibit_rules: z.optional(z.array(z.strictObject({ source_matchers: texts, target_matchers: texts, equal: z.optional(texts) }))),
})

/** @throws an Error for what is wrong, and for what Alertmanager knows and the stand-in does not: it never guesses */
export function planFrom(config: AlertmanagerConfig): Plan {
  const read = z.safeParse(shape, config)
  if (!read.success) throw new Error(`The sandbox's Alertmanager does not take this configuration: ${read.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ')}`)
  const receivers = new Map(config.receivers.map(({ name, webhook_configs = [] }) => [name, webhook_configs.map((webhook) => ({ send_resolved: true, max_alerts: 0, ...webhook }))]))
  if (config.route.receiver === undefined || config.route.matchers !== undefined) throw new Error('The root route needs a receiver, and takes no matchers.')
  const root = routeFrom({ ...config.route, receiver: config.route.receiver }, { receiver: config.route.receiver, groupBy: [], groupWaitMs: 30_000, groupIntervalMs: 300_000, repeatIntervalMs: 4 * 3_600_000 }, '')
  const unknown = receiversOf(root).filter((name) => !receivers.has(name))
  if (unknown.length > 0) throw new Error(`There is no receiver ${unknown.join(', ')}.`)
  return {
    resolveTimeoutMs: duration(config.global?.resolve_timeout, 300_000),
    route: root,
    receivers,
    inhibitRules: (config.inhibit_rules ?? []).map(({ source_matchers, target_matchers, equal = [] }) => ({ source: source_matchers.map(required), target: target_matchers.map(required), equal })),
  }
}

function required(text: string): LabelMatcher {
  const matcher = matcherFrom(text)
  if (matcher === undefined) throw new Error(`The matcher ${text} is none.`)
  return matcher
}

function duration(text: string | undefined, fallback: number): number {
  const milliseconds = text === undefined ? fallback : durationFrom(text)
  if (milliseconds === undefined) throw new Error(`The duration ${text} is none.`)
  return milliseconds
}

type Inherited = Pick<Route, 'receiver' | 'groupBy' | 'groupWaitMs' | 'groupIntervalMs' | 'repeatIntervalMs'>

function routeFrom(config: RouteConfig, above: Inherited, keyAbove: string): Route {
  const matchers = (config.matchers ?? []).map(required)
  const own: Inherited = {
    receiver: config.receiver ?? above.receiver,
    groupBy: config.group_by === undefined ? above.groupBy : config.group_by.includes('...') ? 'all' : config.group_by,
    groupWaitMs: duration(config.group_wait, above.groupWaitMs),
    groupIntervalMs: duration(config.group_interval, above.groupIntervalMs),
    repeatIntervalMs: duration(config.repeat_interval, above.repeatIntervalMs),
  }
  const key = `${keyAbove}${matchersText(matchers)}`
  return { ...own, matchers, goesOn: config.continue ?? false, routes: (config.routes ?? []).map((child) => routeFrom(child, own, `${key}/`)), key }
}

function receiversOf(route: Route): readonly string[] {
  return [route.receiver, ...route.routes.flatMap(receiversOf)]
}

/** Where an alert goes: the deepest routes that match, the first of each level unless it says `continue`. */
export function routesFor(node: Route, labels: Labels): readonly Route[] {
  if (!node.matchers.every(({ matches }) => matches(labels))) return []
  const found: Route[] = []
  for (const child of node.routes) {
    const below = routesFor(child, labels)
    found.push(...below)
    if (below.length > 0 && !child.goesOn) break
  }
  return found.length > 0 ? found : [node]
}
