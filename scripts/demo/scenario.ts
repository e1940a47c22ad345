import type { Report } from '@fermata/verdict'
import type { Teller } from './teller.ts'

/** Where a story is told: on the sandbox, or on real components. */
export const places = ['sandbox', 'real'] as const
export type Where = (typeof places)[number]

/** A story that the demo can tell. */
export interface Scenario {
  readonly about: string
  /** Whether any folder of manifests can play the company. */
  readonly takesFrom: boolean
  /** Loads it. Whoever asks for the list loads none. */
  readonly open: () => Promise<(wish: Wish) => Promise<Told>>
}

export const scenarios: Readonly<Record<string, Scenario>> = {
  story: {
    about: 'a change, its policies, its budget, a canary that is undone, a mended one that passes, a pod that is killed, an alert that heals itself',
    takesFrom: false,
    open: async () => (await import('./stories/story.ts')).tellStory,
  },
  release: {
    about: 'a change goes out, one of its services falls over, and what needed it is undone',
    takesFrom: true,
    open: async () => (await import('./stories/release.ts')).tellRelease,
  },
  cascade: {
    about: 'the catalog cannot be reached and takes the storefront with it; a version that bears it is released, and proven',
    takesFrom: false,
    open: async () => (await import('./stories/cascade.ts')).tellCascade,
  },
  'black-friday': {
    about: 'ten times the load, an autoscaler that needs a moment, a budget that is spent: the feature is refused by the freeze, the fix passes',
    takesFrom: false,
    open: async () => (await import('./stories/black-friday.ts')).tellBlackFriday,
  },
  crash: {
    about: 'the runner is killed while a canary has customers; the fuse takes the canary away, and the next run brings the release to its end',
    takesFrom: false,
    open: async () => (await import('./stories/crash.ts')).tellCrash,
  },
}

export interface Wish {
  readonly where: Where
  /** A folder of manifests in place of our shop. */
  readonly from: string | undefined
  /** Empty, and the checkout of the company. */
  readonly folder: string
  /** Where the reports are collected. */
  readonly out: string
  readonly teller: Teller
}

export interface Told {
  /** All chapters in one. */
  readonly report: Report
  /** What should hold, and does not. */
  readonly unmet: readonly string[]
  readonly requests: number
}
