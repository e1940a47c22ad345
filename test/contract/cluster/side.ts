/** A cluster that runs, and who may talk to it. */
export interface World {
  readonly url: string
  /** PEM of the authority that the server is to be trusted by. */
  readonly ca: string
  readonly tokens: {
    /** In `system:masters`. */
    readonly admin: string
    /** User `nobody` in the group `visitors`: recognised, and allowed nothing. */
    readonly nobody: string
    /** Was good once. */
    readonly expired: string
  }
  /** The clock of the cluster. */
  now(): number
  /** Lets time pass: a wait on the real one, a step of the clock of the stand-in. */
  pass(milliseconds: number): Promise<void>
  /** Makes the server forget its history, as it does by itself every few minutes. */
  forget(): Promise<void>
  stop(): Promise<void>
}

/** One of the two that must be the same: the stand-in on a clock that is told, or the programs on the clock on the wall. */
export interface Side {
  readonly name: string
  start(): Promise<World>
}

/**
 * What pods do is told by the image of their first container, on both sides: the stand-in by its story, the real nodes by stages.
 * Any other image runs, and is ready within two seconds.
 */
export const images = { runs: 'contract.example/runs:1', alsoRuns: 'contract.example/runs:2', neverReady: 'contract.example/never-ready:1', completes: 'contract.example/completes:1', fails: 'contract.example/fails:1' } as const
