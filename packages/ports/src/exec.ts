/** A program and its arguments. There is no shell. */
export interface Command {
  readonly file: string
  readonly args: readonly string[]
  readonly cwd?: string
  /** Added to the environment of the process. */
  readonly env?: Readonly<Record<string, string>>
  readonly input?: Uint8Array
}

export interface Finished {
  readonly code: number
  readonly stdout: Uint8Array
  readonly stderr: string
}

export interface Exec {
  /** Never rejects for an exit code; rejects with an EnvironmentError when the program cannot be started. */
  run(command: Command): Promise<Finished>
}
