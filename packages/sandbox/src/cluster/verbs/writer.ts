/** Who writes, and how the request asked for it. */
export interface Writer {
  readonly user: string
  /** Name under which managedFields keep what is written. */
  readonly manager: string
  readonly dryRun: boolean
  readonly fieldValidation: 'Ignore' | 'Warn' | 'Strict'
  /** The text of the object that was sent, where it came as one: what is given twice in it is a complaint, too. */
  readonly text?: string
  /** Collects what goes into Warning headers. */
  readonly warn: (message: string) => void
}

/** For the sandbox's own controllers. */
export const internalWriter = (manager: string): Writer => ({ user: `system:${manager}`, manager, dryRun: false, fieldValidation: 'Strict', warn: () => {} })
