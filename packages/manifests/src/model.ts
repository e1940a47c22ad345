import type { KubeObject } from '@fermata/ports'
import type { Location, Problem } from '@fermata/verdict'
import type { FieldPath } from './pod-template.ts'

/** A file, a folder or a kustomization; with `objects` (`Deployment/cart`) only these of it. */
export interface ManifestSource {
  readonly path: string
  readonly objects?: readonly string[]
}

/** An object of a manifest, and where it is written. */
export interface PlacedObject {
  readonly object: KubeObject
  /** Where the object begins. */
  readonly where: Location
  /** Where a field is written, or what is nearest to it. Worked out when asked. */
  locate(path: FieldPath): Location
}

/** What was passed over on purpose, and why: nothing disappears without a word. */
export interface Ignored {
  readonly where: Location
  readonly because: string
}

/** What manifests say. Objects are in the order in which they are written. With problems, the objects are not all that was meant. */
export interface ManifestReading {
  readonly objects: readonly PlacedObject[]
  readonly problems: readonly Problem[]
  readonly ignored: readonly Ignored[]
}

/** In bytes of one file. The API server takes no object above 1.5 MB. */
export const largestManifest = 20_000_000
