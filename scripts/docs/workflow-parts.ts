import { code, table } from './tables.ts'

/** What a caller must know of the jobs and hooks of a workflow, read from the workflow itself. */
export interface Parts {
  /** Names of the jobs, in their order. With the caller's job before it, each is the name of a check. */
  readonly jobs: readonly string[]
  readonly hooks: readonly Hook[]
}

export interface Hook {
  readonly name: string
  /** Also after a step that has failed. */
  readonly always: boolean
  /** Environment variables that it finds. */
  readonly told: readonly string[]
}

/** The steps of a workflow that are the caller's own, and its jobs. */
export function partsOf(yml: string): Parts {
  const [, jobs = ''] = yml.split(/^jobs:\n/m)
  const steps = jobs.split(/^ {6}- /m).filter((step) => step.includes('uses: ./.fermata/hooks/'))
  return {
    jobs: [...jobs.matchAll(/^ {4}name: (.+)$/gm)].map(([, name = '']) => name),
    hooks: steps.map((step) => ({
      name: /\.fermata\/hooks\/([a-z-]+)\/action\.yml/.exec(step)?.[1] ?? '',
      always: step.includes('!cancelled()'),
      told: [...step.matchAll(/^ {10}(FERMATA_[A-Z_]+):/gm)].map(([, name = '']) => name),
    })),
  }
}

export function partsText(workflow: string, { jobs, hooks }: Parts): readonly string[] {
  const checks = `Checks in the caller are named after the caller's job and the job here: ${jobs.map((job) => code(`<your job> / ${job}`)).join(', ')}. Make ${jobs.length === 1 ? 'it' : 'them'} required by that name.`
  if (hooks.length === 0) return ['## Checks', checks]
  return [
    '## Checks',
    checks,
    '## Hooks',
    `A hook is an action of your own repository at ${code('.fermata/hooks/<name>/action.yml')}. Where there is none, the step is skipped; one that fails fails the job. It runs in the job, with the job's permissions and the checkout.`,
    table(['Hook', 'When', 'What it finds in its environment'], hooks.map(({ name, always, told }) => [code(name), always ? `after ${workflow}, whatever became of it` : `before ${workflow}; what fails here stops it`, told.map(code).join(', ')])),
  ]
}
