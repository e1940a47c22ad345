/** One line of `act --json`. Lines of a step have `raw_output`. */
export interface Line {
  readonly msg?: string
  readonly job?: string
  readonly stage?: 'Pre' | 'Main' | 'Post'
  readonly step?: string
  readonly stepID?: readonly string[]
  readonly stepResult?: string
  readonly jobResult?: string
  readonly raw_output?: boolean
  readonly command?: string
  readonly name?: string
  readonly arg?: string
  readonly content?: string
}

export interface ToldStep {
  readonly job: string
  readonly stage: 'Pre' | 'Main' | 'Post'
  readonly step: string
  readonly result: string
}

/** What became of a run. */
export interface ActEnd {
  /** `0`, or `1` when a job failed or was cancelled. */
  readonly code: string
  /** `release/detect` to `success`, `failure` or `cancelled`. A called workflow's jobs are named `caller/called/job`. */
  readonly jobs: Readonly<Record<string, string>>
  readonly steps: readonly ToldStep[]
  /** Outputs of a step by its id, whatever its job. */
  outputs(stepId: string): Readonly<Record<string, string>>
  /** Job summaries, in the order in which they were written. */
  readonly summaries: readonly string[]
  /** What steps have written. */
  readonly log: string
  /** All of it as it came, for an error message. */
  readonly everything: string
}

/** Lines that are none of act's JSON are those of act itself before it begins. */
export function readLines(text: string): readonly Line[] {
  return text.split('\n').flatMap((line) => {
    if (!line.startsWith('{') || !line.endsWith('}')) return []
    return [JSON.parse(line) as Line]
  })
}

export function toldBy(code: string, text: string): ActEnd {
  const lines = readLines(text)
  const job = (line: Line): string => (line.job ?? '').trimEnd()
  return {
    code,
    jobs: Object.fromEntries(lines.filter(({ jobResult }) => jobResult !== undefined).map((line) => [job(line), line.jobResult as string])),
    steps: lines.flatMap((line) => (line.stepResult !== undefined && line.stage !== undefined ? [{ job: job(line), stage: line.stage, step: line.step ?? '', result: line.stepResult }] : [])),
    outputs: (stepId) => Object.fromEntries(lines.filter(({ command, stepID }) => command === 'set-output' && stepID?.at(-1) === stepId).map(({ name = '', arg = '' }) => [name, arg])),
    summaries: lines.filter(({ command }) => command === 'summary').map(({ content = '' }) => content),
    log: lines.filter(({ raw_output: raw }) => raw === true).map(({ msg = '' }) => msg).join(''),
    everything: text,
  }
}
