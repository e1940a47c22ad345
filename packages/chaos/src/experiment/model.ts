import type { Location } from '@fermata/verdict'
import type { Fault } from '../faults/fault.ts'

/** Whose pods are meant. */
export type TargetWish =
  | { readonly by: 'service'; readonly service: string }
  | { readonly by: 'workload'; readonly kind: string; readonly name: string }
  | { readonly by: 'selector'; readonly selector: string }

/** How many of the pods that are found. A share is rounded down, but never to none. */
export type Amount = { readonly count: number } | { readonly share: number }

/** What an answer must be to count as good. */
export type Expectation =
  | { readonly is: 'status'; readonly oneOf: readonly number[] }
  /** Any answer below 400. */
  | { readonly is: 'success' }
  /** Both ends belong to it. */
  | { readonly is: 'range'; readonly of: 'status' | 'body'; readonly low: number; readonly high: number }
  /** The text is in the answer's body. */
  | { readonly is: 'contains'; readonly text: string }

/** One question to one address. */
export interface Probe {
  readonly name: string
  readonly url: string
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
  readonly timeoutMs: number
  readonly verifyTls: boolean
  /** All must hold. */
  readonly expects: readonly Expectation[]
  /** An answer that took longer is bad. */
  readonly latencyMs: number | undefined
}

export interface Pace {
  readonly everyMs: number
  /** How long failed requests are counted. Undefined: long enough for the limit that is asked for. */
  readonly windowMs: number | undefined
  readonly consecutive: number
}

/** One experiment, whatever form it was written in. */
export interface Experiment {
  readonly title: string
  readonly file: string
  /** The dialect it was written in. */
  readonly form: string
  /** Contexts of the kubeconfig in which it may run; empty when it says nothing of it. */
  readonly contexts: readonly string[]
  readonly namespace: string | undefined
  readonly target: TargetWish
  readonly amount: Amount
  readonly fault: Fault
  /** What must be good before, and again afterwards. Never empty. */
  readonly steadyState: readonly Probe[]
  /** What must fail while the fault is in effect. Empty: the steady state itself tells. */
  readonly effect: readonly Probe[]
  readonly pace: Pace
  /** Parts of the experiment that are not carried out, in words. */
  readonly ignored: readonly string[]
  readonly where: Location
}
