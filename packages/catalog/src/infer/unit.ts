import type { ManifestSource, ServiceId } from '../model.ts'

/** Where a guess comes from, for the comment in the file and the row in the report. */
export interface Origin {
  readonly file: string
  readonly line: number | undefined
  /** What stands there: `REDIS_ADDR=redis-cart:6379`. Text of the repository: encode it for its place. */
  readonly says: string
}

/** A value that may name an address: of an environment variable, a flag or an argument. */
export interface Setting {
  /** Name of the variable or flag; undefined for a plain argument. */
  readonly variable: string | undefined
  readonly value: string
  readonly file: string
  readonly line: number | undefined
}

/** A dependency that somebody wrote down as such, by a host name of the same compose file. */
export interface Declared {
  readonly host: string
  readonly origin: Origin
}

/** Something that runs, as its source describes it. */
export interface Unit {
  readonly id: ServiceId
  readonly origin: Origin
  readonly images: readonly string[]
  readonly ports: readonly number[]
  /** Whether the repository says how to build it. */
  readonly built: boolean
  readonly settings: readonly Setting[]
  readonly declared: readonly Declared[]
  readonly manifests: readonly ManifestSource[]
  /** Folders that its image is built from. */
  readonly buildFolders: readonly string[]
  readonly healthCheck: { readonly path: string; readonly origin: Origin } | undefined
}

/** A name by which units are reached. */
export interface HostEntry {
  readonly host: string
  /** Undefined where the manifest leaves it to the environment. */
  readonly namespace: string | undefined
  readonly units: readonly ServiceId[]
  readonly where: Origin
}

/** What one kind of source gives: units, their host names, and what has to be said about it. */
export interface Gathered {
  readonly units: readonly Unit[]
  readonly hosts: readonly HostEntry[]
}

/** `k8s/cart.yaml:44 REDIS_ADDR=redis-cart:6379` */
export function originText({ file, line, says }: Origin): string {
  return `${line === undefined ? file : `${file}:${line}`} ${says}`
}
