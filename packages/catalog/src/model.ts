import type { Location } from '@fermata/verdict'

/** `^[a-z0-9][a-z0-9._-]{0,99}$`: safe in a shell, a file name, a label and an output. */
export type ServiceId = string

export type Strategy = 'rolling' | 'blue_green' | 'canary'

/** What runs there, as far as it matters for a release. A load generator is never a dependency that must be healthy. */
export type ServiceRole = 'service' | 'datastore' | 'load-generator'

/** A file, folder, kustomization or chart; with `objects` (`Deployment/cart`) only these of it. */
export interface ManifestSource {
  readonly path: string
  readonly objects?: readonly string[]
}

export interface Service {
  readonly id: ServiceId
  readonly role: ServiceRole
  /** Prefixes in order; a `!` line subtracts, the last match wins. */
  readonly paths: readonly string[]
  readonly manifests: readonly ManifestSource[]
  readonly dependencies: readonly ServiceId[]
  readonly strategy: Strategy
  /** Percentages in rising order, ending at 100. */
  readonly trafficSplit: readonly number[]
  readonly healthCheck: string | undefined
  readonly migrationScripts: readonly string[]
  readonly migration: Migration
  readonly analysis: Analysis | undefined
  /** `HTTPRoute/shop` or `VirtualService/shop`; undefined: found by itself. */
  readonly route: string | undefined
  readonly slos: readonly string[]
  /** Milliseconds for the whole service, from its first command until it has soaked. */
  readonly timeout: number
  /** Milliseconds that it must stay ready before its dependents start. */
  readonly soak: number
  /** Where it is defined. */
  readonly where: Location
}

/** How migration scripts are run. What is undefined follows from the scripts and the service. */
export interface Migration {
  /** Default: that of the service's first container. */
  readonly image: string | undefined
  /** Run for each script; `$file` is its path. Default: by the ending of the script. */
  readonly command: readonly string[] | undefined
}

/** How a new version is judged beside the old one, by two PromQL expressions with `$pods` and `$window` in them. */
export interface Analysis {
  /** How many requests the pods had in the window. */
  readonly requests: string
  /** How many of them failed. */
  readonly failures: string
  /** Milliseconds at each share. */
  readonly hold: number
  /** Milliseconds between two looks. */
  readonly interval: number
  readonly where: Location
}

export interface Environment {
  readonly name: string
  readonly context: string | undefined
  readonly namespace: string | undefined
  readonly approval: 'required' | 'none'
}

/** Paths that belong to nobody and touch several services. `all`, a list of ids, or decided by what changed inside of them. */
export interface SharedRule {
  readonly paths: readonly string[]
  readonly affects: 'all' | 'by-content' | readonly ServiceId[]
}

/** One objective as written; `@fermata/slo` gives it its meaning. */
export interface SloEntry {
  readonly id: string
  readonly sli: string
  readonly target: number
  /** Milliseconds. */
  readonly window: number
  readonly where: Location
}

export interface Catalog {
  /** The file that it was read from. */
  readonly file: string
  readonly services: ReadonlyMap<ServiceId, Service>
  readonly environments: ReadonlyMap<string, Environment>
  readonly shared: readonly SharedRule[]
  readonly slos: ReadonlyMap<string, SloEntry>
}
