import { capability, choice, integer, text, type Request } from '@fermata/capability'

/** What `detect-changed-services` takes and gives. */
export const detectChangedServices = capability({
  name: 'detect-changed-services',
  purpose: 'Says which services a change touches, directly or through what they depend on, in the order in which they can be deployed.',
  inputs: {
    since: text({ default: 'event', about: 'What to compare with: event (what the event of the run says), last-success (the newest successful run of this workflow on this branch), last-deploy (for each service its newest successful deployment to the environment), all (nothing: all services), or a branch, tag or commit.', example: 'last-deploy' }),
    environment: text({ about: 'The environment whose deployments count for since: last-deploy, and whose settings in the catalog count as a change of all services.', example: 'production' }),
    scope: choice(['direct', 'dependents'], { default: 'dependents', about: 'Whether services that depend on changed ones belong to the answer.' }),
    parallelism: integer({ default: '20', about: 'How many jobs run at a time, for the estimate of what waiting for whole waves costs. It changes no output.' }),
    'matrix-limit': integer({ default: '256', about: 'At most so many entries in the output matrix; GitHub takes 256. With more services the entries carry several each, in lists balanced by wave.' }),
    'on-unresolved': choice(['all', 'fail'], { default: 'all', about: 'What follows when it cannot be told what to compare, or what changed: all services are affected, or the step fails. Never an empty answer.' }),
    base: text({ about: 'The commit, tag or branch to compare with, whatever the event says.', example: 'v1.4.0' }),
    head: text({ about: 'The commit, tag or branch that is compared, whatever the event says.', example: 'HEAD' }),
  },
  outputs: {
    services: 'JSON list: ids of the affected services, in deploy order.',
    changed: 'JSON list: ids of the services that changed themselves.',
    removed: 'JSON list: ids of the services that the base has and the head has not.',
    any: 'true when there is at least one affected service, else false.',
    count: 'How many services are affected.',
    waves: 'JSON list of lists: the affected services in waves; each wave needs only those before it.',
    matrix: 'JSON {"include":[{"service":"cart","wave":0}]} for strategy.matrix. With more services than matrix-limit, entries are {"services":["cart","web"],"wave":0}, to be taken in their order.',
    base: 'The commit that was compared with. Empty when there is none, or one for each service.',
    head: 'The commit that was compared.',
    resolution: 'How the base was chosen: push-before, merge-parent, fork-of-default, previous-tag, last-deploy, all, unresolved, ...',
    details: 'Path of a JSON file with everything: changed paths, reasons for each service, bases.',
  },
  needs: ['git', 'forge'],
  commands: [
    { path: ['detect'], brief: 'Which services changed, and why', example: 'fermata detect --since origin/main' },
  ],
  branding: { icon: 'git-branch', color: 'blue' },
  permissions: {
    'contents: read': 'to read the commits, and to fetch those that a shallow clone lacks',
    'pull-requests: read': 'only for comments on pull requests, and where there is no checkout',
    'actions: read': 'only for since: last-success',
    'deployments: read': 'only for since: last-deploy',
  },
})

export type DetectRequest = Request<typeof detectChangedServices>
