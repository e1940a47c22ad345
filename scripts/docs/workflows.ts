import type { OwnInput, Workflow } from './workflow.ts'

const runsOn: OwnInput = { about: 'Label of the runner of every job.', type: 'string', default: 'ubuntu-24.04' }
const minutes = (limit: number): OwnInput => ({ about: 'Minutes after which the job is stopped. What is under way is then undone.', type: 'number', default: limit })
const environment: OwnInput = { about: 'An environment of the catalog, and of the repository: its protection rules and its secrets hold.', type: 'string' }
const kubeconfig = 'Kubeconfig, as text, of who may write to the namespaces of the environment. A secret KUBECONFIG of the environment wins over it. Without one: what a hook has put in place.'


/** Every public workflow. What stands here is printed into its file, its reference page and the README. */
export const workflows: readonly Workflow[] = [
  {
    name: 'release',
    purpose: 'Finds the services that a change touches, and releases them to one environment in the order of their dependencies.',
    steps: {
      changes: { capability: 'detect-changed-services', fixed: {}, without: ['parallelism', 'matrix-limit'] },
      deploy: {
        capability: 'orchestrated-deploy',
        fixed: { mode: "${{ inputs.dry-run && 'plan' || 'apply' }}", services: '${{ inputs.services || needs.detect.outputs.services }}', kubeconfig: '${{ secrets.kubeconfig }}' },
        without: ['plan', 'release', 'dry-run'],
      },
    },
    inputs: {
      environment,
      services: { about: 'Ids of the services to release, whatever has changed. Default: those that the change touches.', type: 'string', default: '' },
      'dry-run': { about: 'Show what would be done, and change nothing.', type: 'boolean', default: false },
      'runs-on': runsOn,
      'timeout-minutes': minutes(60),
    },
    secrets: { kubeconfig },
    outputs: {
      services: { about: 'JSON list: services that the change touches, in deploy order.', value: '${{ jobs.detect.outputs.services }}' },
      deployed: { about: 'JSON list: services that were changed and are ready.', value: '${{ jobs.release.outputs.deployed }}' },
      'rolled-back': { about: 'JSON list: services that were undone.', value: '${{ jobs.release.outputs.rolled-back }}' },
      release: { about: 'Id of the release, for rollback. Empty when nothing was to be released.', value: '${{ jobs.release.outputs.release }}' },
      verdict: { about: 'pass, warn, fail or inconclusive.', value: '${{ jobs.release.outputs.verdict || jobs.detect.outputs.verdict }}' },
      summary: { about: 'One line: what happened.', value: '${{ jobs.release.outputs.summary || jobs.detect.outputs.summary }}' },
    },
  },
]
