import * as z from 'zod/mini'

/**
 * The form of fermata.yaml. The JSON Schema that editors use is printed from it.
 * What one value must be stands here; what values must be to each other (a dependency exists, a split rises) stands in `check.ts`.
 */

export const serviceIdPattern = /^[a-z0-9][a-z0-9._-]{0,99}$/
export const namePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/
/** The grammar of the `duration` input of every capability. */
const durationPattern = /^(\d+(\.\d+)?(ms|s|m|h|d))+$/
/** RFC 1123 label: what a Kubernetes namespace may be called. */
const namespacePattern = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/
export const objectPattern = /^[A-Za-z]+\/[A-Za-z0-9.:_-]+$/

function about<T extends z.ZodMiniType>(schema: T, description: string): T {
  z.globalRegistry.add(schema, { description })
  return schema
}
const matching = (pattern: RegExp, expected: string) => z.string({ error: `expected ${expected}` }).check(z.regex(pattern, { error: `expected ${expected}` }))
const filled = (expected: string) => z.string({ error: `expected ${expected}` }).check(z.minLength(1, { error: `expected ${expected}` }))

export const durationText = () => matching(durationPattern, 'a duration such as 30s, 5m or 1h30m')
const paths = (description: string) => about(z.array(filled('a path inside of the repository')), description)
const strategy = () => z.enum(['rolling', 'blue_green', 'canary'])
const trafficSplit = () => z.array(z.number().check(z.gt(0, { error: 'expected a percentage above 0' }), z.lte(100, { error: 'expected a percentage up to 100' })))

const manifestObject = z.strictObject({
  path: about(filled('a path inside of the repository'), 'File, folder, kustomization or Helm chart.'),
  objects: z.optional(about(z.array(matching(objectPattern, 'Kind/name such as Deployment/cart')), 'Only these objects of it.')),
})

const migration = z.strictObject({
  image: z.optional(about(filled('an image'), 'Default: that of the first container of the service.')),
  command: z.optional(about(z.array(filled('a word of the command')).check(z.minLength(1, { error: 'expected at least one word' })), 'Run for each script; `$file` stands for its path. Default: psql for .sql, sh for .sh.')),
})

const analysis = z.strictObject({
  requests: about(matching(/\$pods[\s\S]*/, 'a PromQL expression with $pods in it'), 'PromQL: how many requests the pods had. `$pods` stands for their names as a regular expression, `$window` for the time since the last look.'),
  failures: about(matching(/\$pods[\s\S]*/, 'a PromQL expression with $pods in it'), 'PromQL: how many of them failed, likewise.'),
  hold: z.optional(about(durationText(), 'How long each share is watched. Default: 5m.')),
  interval: z.optional(about(durationText(), 'How often it is looked at. Default: 1m.')),
})

const service = z.strictObject({
  role: z.optional(about(z.enum(['service', 'datastore', 'load-generator']), 'What runs there. A load generator is never waited for.')),
  paths: z.optional(paths('Path prefixes whose change is a change of this service; `!` subtracts, the last match wins. Default: the folder named like the service. With [] it changes by its manifests alone.')),
  manifests: z.optional(about(z.array(z.union([filled('a path inside of the repository'), manifestObject])), 'Files, folders, kustomizations or Helm charts that define it.')),
  dependencies: z.optional(about(z.array(filled('the id of a service')), 'Services that must be ready before it starts.')),
  deployment_strategy: z.optional(about(strategy(), 'How a new revision takes over.')),
  traffic_split: z.optional(about(trafficSplit(), 'Percentages of a canary, rising, ending at 100.')),
  health_check: z.optional(about(matching(/^\/[^\s]*$/, 'a path that begins with / such as /health'), 'HTTP path that answers 2xx or 3xx when it is healthy.')),
  migration_scripts: z.optional(paths('Files that migrate its data before the new revision starts.')),
  migration: z.optional(about(migration, 'How the migration scripts are run.')),
  analysis: z.optional(about(analysis, 'How a new version that gets traffic is judged beside the old one.')),
  route: z.optional(about(matching(/^(HTTPRoute|VirtualService)\/[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/, 'HTTPRoute/name or VirtualService/name'), 'What shifts its traffic. Default: every HTTPRoute and VirtualService of its namespace that leads to it; without one, the number of pods.')),
  slos: z.optional(about(z.array(filled('the name of an SLO')), 'SLOs, by name, that hold it back when their budget is spent.')),
  timeout: z.optional(about(durationText(), 'For the whole service, from its first command until it has soaked.')),
  soak: z.optional(about(durationText(), 'How long it must stay ready before its dependents start.')),
})

const environment = z.strictObject({
  context: z.optional(about(filled('the name of a context'), 'Context of the kubeconfig.')),
  namespace: z.optional(about(matching(namespacePattern, 'the name of a namespace: lower-case letters, digits and hyphens, at most 63'), 'Namespace of the services.')),
  approval: z.optional(about(z.enum(['required', 'none']), 'Whether a person must approve the plan.')),
})

const shared = z.strictObject({
  paths: paths('Path prefixes that belong to no single service; `!` subtracts, the last match wins.'),
  affects: z.optional(about(z.union([z.enum(['all', 'by-content']), z.array(filled('the id of a service'))]), 'All services, these services, or what the changed content names. Default: all.')),
})

const slo = z.strictObject({
  sli: about(filled('a PromQL expression'), 'PromQL of the indicator.'),
  target: about(z.number().check(z.gt(0, { error: 'expected a number above 0' })), 'The objective, in the unit of the indicator: a ratio such as 0.999, or a limit such as 0.5 seconds.'),
  error_budget_window: about(durationText(), 'Window of the budget, such as 30d.'),
})

const defaultsOfServices = z.strictObject({
  deployment_strategy: z.optional(strategy()),
  traffic_split: z.optional(trafficSplit()),
  timeout: z.optional(durationText()),
  soak: z.optional(durationText()),
})

export const catalogSchema = z.strictObject({
  version: z.optional(about(z.literal(1), 'Version of this form.')),
  cycles: z.optional(about(z.enum(['unit', 'error']), 'Whether services that need each other go out as one unit (default) or are refused.')),
  environments: z.optional(about(z.record(matching(namePattern, 'a name of letters, digits, dots, underscores and hyphens'), z.nullable(environment)), 'Where services run, by name.')),
  defaults: z.optional(about(defaultsOfServices, 'For every service that does not say otherwise.')),
  services: z.optional(about(z.record(matching(serviceIdPattern, 'an id of lower-case letters, digits, dots, underscores and hyphens, at most 100'), z.nullable(service)), 'Services by id.')),
  shared: z.optional(about(z.array(shared), 'Paths that touch several services.')),
  slos: z.optional(about(z.record(matching(namePattern, 'a name of letters, digits, dots, underscores and hyphens'), slo), 'Service level objectives by name.')),
})

export type CatalogText = z.infer<typeof catalogSchema>
export type ServiceText = NonNullable<NonNullable<CatalogText['services']>[string]>
export type SharedText = NonNullable<CatalogText['shared']>[number]

/** Keys that a mapping at a path may have, for telling what an unknown one was meant to be. */
export function keysAt(path: readonly PropertyKey[]): readonly string[] {
  const [section, , field] = path
  if (section === undefined) return Object.keys(catalogSchema.shape)
  switch (section) {
    case 'defaults':
      return Object.keys(defaultsOfServices.shape)
    case 'services':
      return Object.keys((field === undefined ? service : field === 'analysis' ? analysis : field === 'migration' ? migration : manifestObject).shape)
    case 'environments':
      return Object.keys(environment.shape)
    case 'shared':
      return Object.keys(shared.shape)
    case 'slos':
      return Object.keys(slo.shape)
    default:
      return []
  }
}

/** JSON Schema 2020-12 of fermata.yaml, for editors and other tools. */
export function catalogJsonSchema(): Readonly<Record<string, unknown>> {
  return { title: 'fermata.yaml', description: 'Services with their dependencies, paths, strategies and SLOs.', ...z.toJSONSchema(catalogSchema, { io: 'input' }) }
}
