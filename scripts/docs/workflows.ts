import type { OwnInput, Workflow } from './workflow.ts'

const runsOn: OwnInput = { about: 'Label of the runner of every job.', type: 'string', default: 'ubuntu-24.04' }
const minutes = (limit: number): OwnInput => ({ about: 'Minutes after which the job is stopped. What is under way is then undone.', type: 'number', default: limit })
const environment: OwnInput = { about: 'An environment of the catalog, and of the repository: its protection rules and its secrets hold.', type: 'string' }
const kubeconfig = 'Kubeconfig, as text, of who may write to the namespaces of the environment. A secret KUBECONFIG of the environment wins over it. Without one: what a hook has put in place.'


const reportName = (name: string): OwnInput => ({ about: 'Name of the artifact with report.json, report.html and what else the report has.', type: 'string', default: name })

/** Outputs of the only step, which a job of the same outputs hands on. */
function handedOn(job: string, outputs: Readonly<Record<string, string>>): Workflow['outputs'] {
  const all = { ...outputs, verdict: 'pass, warn, fail or inconclusive.', summary: 'One line: what happened.' }
  return Object.fromEntries(Object.entries(all).map(([name, about]) => [name, { about, value: `\${{ jobs.${job}.outputs.${name} }}` }]))
}

/** Every public workflow. What stands here is printed into its file, its reference page and the README. */
export const workflows: readonly Workflow[] = [
  {
    name: 'release',
    purpose: 'Finds the services that a change touches, and releases them to one environment in the order of their dependencies.',
    steps: {
      changes: { capability: 'detect-changed-services', fixed: {}, without: ['parallelism', 'matrix-limit'] },
      deploy: {
        capability: 'orchestrated-deploy',
        fixed: { mode: "${{ inputs.dry-run && 'plan' || 'apply' }}", services: '${{ inputs.services || needs.detect.outputs.services }}', kubeconfig: '${{ secrets.kubeconfig }}', 'record-deployment': "${{ inputs.since == 'last-deploy' }}" },
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
  {
    name: 'policy',
    purpose: 'Judges manifests by policies, and tells every finding on its line.',
    steps: { scan: { capability: 'policy-scan', fixed: {}, without: ['base'] } },
    inputs: { 'runs-on': runsOn, 'timeout-minutes': minutes(15), 'report-name': reportName('fermata-policy') },
    secrets: {},
    outputs: handedOn('scan', { failures: 'How many findings of deny and violation rules are not excepted.', warnings: 'How many findings of warn rules are not excepted.', excepted: 'How many findings are excepted.', score: 'Documents without a failure, in percent. Empty when nothing was judged.' }),
  },
  {
    name: 'slo-gate',
    purpose: 'Holds a change back while its services have no error budget to spend, or burn it too fast.',
    steps: { check: { capability: 'slo-check', fixed: {} } },
    inputs: { 'runs-on': runsOn, 'timeout-minutes': minutes(15), 'report-name': reportName('fermata-slo') },
    secrets: {},
    outputs: handedOn('gate', { budget: 'JSON: id of each objective to the share of its error budget that is left.', 'freeze-until': 'When a feature may go out again if nothing more fails; empty when nothing is frozen or nobody can tell.', worst: 'Id of the objective with the least budget left.' }),
  },
  {
    name: 'chaos',
    purpose: 'Carries out one experiment in an environment, and passes only when the service has recovered in time.',
    steps: { experiment: { capability: 'chaos-gate', fixed: { mode: "${{ inputs.dry-run && 'plan' || 'run' }}", kubeconfig: '${{ secrets.kubeconfig }}' } } },
    inputs: {
      environment,
      experiment: { about: 'File of the experiment, in our own form or that of Chaos Toolkit (YAML or JSON). Example: chaos/cart.yaml', type: 'string' },
      'dry-run': { about: 'Show exactly what would be touched, and touch nothing.', type: 'boolean', default: false },
      'runs-on': runsOn,
      'timeout-minutes': minutes(30),
      'report-name': reportName('fermata-chaos'),
    },
    secrets: { kubeconfig },
    outputs: handedOn('experiment', { 'recovery-seconds': 'Seconds until the service was good again.', 'failed-rate': 'Share of the requests that failed, from 0 to 1.', effect: 'proven or unproven: whether the fault did anything.', rollback: 'proven, expired or unproven: whether what was done is undone.' }),
  },
  {
    name: 'self-heal',
    purpose: 'Repairs a service when an alert fires: started by a repository_dispatch, each action proven or undone, then a person is called.',
    steps: {
      heal: {
        capability: 'self-heal',
        fixed: { mode: "${{ inputs.dry-run && 'plan' || 'heal' }}", kubeconfig: '${{ secrets.kubeconfig }}' },
        without: ['event'],
      },
    },
    inputs: {
      environment: { about: 'An environment of the catalog, and of the repository. One that waits for reviewers heals nothing until somebody looks.', type: 'string' },
      'dry-run': { about: 'Show what would be done, and change nothing.', type: 'boolean', default: false },
      'runs-on': runsOn,
      'timeout-minutes': minutes(60),
    },
    secrets: { kubeconfig },
    outputs: handedOn('heal', { taken: 'JSON list of what was done: service, action and whether it helped.', incident: 'Numbers of the issues that tell the incidents, separated by commas.', escalated: 'JSON list: services that need a person.', skipped: 'JSON, service or alert to the code of the reason why nothing was done.' }),
  },
  {
    name: 'sweep',
    purpose: 'Undoes what killed runs have left in an environment, and removes what nobody needs any more. For a schedule.',
    steps: {
      releases: { capability: 'orchestrated-deploy', fixed: { mode: 'sweep', kubeconfig: '${{ secrets.kubeconfig }}', 'report-dir': 'fermata-report/releases' }, without: ['services', 'images', 'plan', 'release', 'strategy', 'parallelism', 'timeout', 'on-failure', 'field-conflicts', 'prometheus-url', 'prometheus-token', 'record-deployment'], unneeded: ['deployments: write'] },
      experiments: { capability: 'chaos-gate', fixed: { mode: 'sweep', kubeconfig: '${{ secrets.kubeconfig }}', 'report-dir': 'fermata-report/experiments' }, without: ['experiment', 'recovery-sla', 'max-failed-rate', 'blast-radius', 'min-remaining', 'prometheus-url', 'prometheus-token'] },
      healing: { capability: 'self-heal', fixed: { mode: 'sweep', kubeconfig: '${{ secrets.kubeconfig }}', 'report-dir': 'fermata-report/healing' }, without: ['event', 'actions', 'cooldown', 'max-actions', 'step-timeout', 'healthy-for', 'rollback-window'] },
    },
    inputs: {
      environment,
      'dry-run': { about: 'Say what would be undone and removed of releases, and change nothing. What experiments and healing have left is not looked at then.', type: 'boolean', default: false },
      'alertmanager-url': { about: 'Where to ask whether the alerts of open incidents still fire. Without it, and without prometheus-url, incidents stay open. Example: https://alertmanager.example', type: 'string', default: '' },
      'prometheus-url': { about: 'Who is asked where there is no Alertmanager. Example: https://prometheus.example', type: 'string', default: '' },
      'runs-on': runsOn,
      'timeout-minutes': minutes(30),
    },
    secrets: { kubeconfig },
    outputs: {
      releases: { about: 'Verdict over what releases have left.', value: '${{ jobs.sweep.outputs.releases }}' },
      experiments: { about: 'Verdict over what experiments have left.', value: '${{ jobs.sweep.outputs.experiments }}' },
      healing: { about: 'Verdict over what healing has left.', value: '${{ jobs.sweep.outputs.healing }}' },
    },
  },
]
