import type { ServiceId } from '@fermata/catalog'
import type { ChangedPath } from './snapshot.ts'
import { shownName, shownText } from './display.ts'

/** One reason why a service counts as changed itself. */
export type Because =
  /** A path of its own. */
  | { readonly kind: 'path'; readonly path: string; readonly change: ChangedPath['kind'] }
  /** A path of a shared rule. `because` says what inside of it, where that was looked at. */
  | { readonly kind: 'shared'; readonly path: string; readonly because?: string }
  /** The base does not have it. */
  | { readonly kind: 'new' }
  /** Its entry in the catalog says something else, in these fields. */
  | { readonly kind: 'catalog'; readonly fields: readonly string[] }
  /** The environment that is released to lies elsewhere than before. */
  | { readonly kind: 'environment'; readonly environment: string }
  /** It was never deployed there. */
  | { readonly kind: 'never-deployed'; readonly environment: string }
  /** There is nothing to compare with. */
  | { readonly kind: 'everything'; readonly why: string }

/** A reason in a few words, plain text that is safe in any line. */
export function becauseText(because: Because): string {
  switch (because.kind) {
    case 'path':
      return `${shownName(because.path)} ${because.change}`
    case 'shared':
      return because.because === undefined ? `shared ${shownName(because.path)}` : `${shownName(because.path)}: ${shownText(because.because)}`
    case 'new':
      return 'new service'
    case 'catalog':
      return `its entry in the catalog: ${because.fields.join(', ')}`
    case 'environment':
      return `environment ${because.environment} has another context or namespace`
    case 'never-deployed':
      return `never deployed to ${because.environment}`
    case 'everything':
      return because.why
  }
}

/** Reasons by service, many of each. The first is the one that tables show. */
export interface Touched {
  readonly by: ReadonlyMap<ServiceId, readonly Because[]>
  /** Paths that belong to nobody. */
  readonly unowned: readonly string[]
  /** Files that were to be judged by content and could not, each with why. */
  readonly unclear: readonly { readonly path: string; readonly why: string }[]
}
