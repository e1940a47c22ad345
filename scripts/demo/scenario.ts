import type { Report } from '@fermata/verdict'
import type { Where } from './place.ts'
import type { Teller } from './teller.ts'

/** A story that the demo can tell. */
export interface Scenario {
  readonly about: string
  /** Whether any folder of manifests can play the company. */
  readonly takesFrom: boolean
  play(wish: Wish): Promise<Told>
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
