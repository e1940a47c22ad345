import { boolean, capability, choice, duration, integer, json, list, path, secret, text, url } from '@fermata/capability'
import type { Request } from '@fermata/capability'
import * as z from 'zod/mini'
import { parallelism } from './defaults.ts'

/** What may be asked for. Further modes appear here on the day they work. */
export const modes = ['plan', 'apply', 'resume', 'rollback', 'abort', 'status', 'sweep'] as const
export type Mode = (typeof modes)[number]

export const orchestratedDeploy = capability({
  name: 'orchestrated-deploy',
  purpose: 'Releases many Kubernetes services like one: each as soon as its own dependencies are ready, and back in reverse order when one fails.',
  inputs: {
    mode: choice(modes, { default: 'plan', about: 'plan shows what apply would do and writes nothing; apply does it; resume goes on with a release that was left before it ended; rollback undoes a release from its journal; abort undoes one that was left; status shows releases and the health of the services; sweep undoes what killed runs left and removes what nobody needs, for a scheduled workflow.' }),
    environment: text({ about: 'An environment of the catalog: it names context and namespace.', example: 'staging' }),
    services: list({ about: 'Ids of the services to release. Default: every service of the catalog that has manifests.', example: 'cart, frontend' }),
    images: json(z.record(z.string(), z.string()), { about: 'JSON, service to image by digest. It replaces the image of the containers that use the same repository, or of the only container.', example: '{"cart":"registry.example/cart@sha256:..."}' }),
    plan: path({ about: 'File of a plan. Mode plan writes it; mode apply refuses to do anything else than it says.', example: 'plan.json' }),
    release: text({ about: 'Id of a release, for rollback; for status, to see one release only; for resume and abort, default: the newest that has not ended.', example: 'r20260823-101502-4f1c2a' }),
    kubeconfig: text({ about: 'Path of a kubeconfig, or its text. Default: as kubectl does.' }),
    context: text({ about: 'Context of the kubeconfig. Default: that of the environment, then the current one.' }),
    namespace: text({ about: 'Namespace of objects that name none, and of the journal. Default: that of the environment, then of the context.' }),
    strategy: choice(['catalog', 'rolling'], { default: 'catalog', about: 'rolling releases every service by a rolling update, whatever the catalog asks for.' }),
    parallelism: integer({ default: String(parallelism), about: 'How many services are worked on at a time.' }),
    timeout: duration({ about: 'How long one service may take until it is ready and has soaked. Default: its timeout in the catalog.', example: '10m' }),
    'on-failure': choice(['rollback', 'isolate', 'halt'], { default: 'rollback', about: 'rollback undoes the failed service and all changed ones that need it; isolate undoes only the failed one; halt starts nothing more and undoes nothing.' }),
    'field-conflicts': choice(['fail', 'force'], { default: 'fail', about: 'What to do when another field manager owns a field with another value. force takes the field over.' }),
    'prometheus-url': url({ about: 'Base address of the Prometheus HTTP API. Services with `analysis` in the catalog need it.', example: 'http://prometheus:9090' }),
    'prometheus-token': secret({ about: 'Sent to it as bearer token.', example: '${{ secrets.PROMETHEUS_TOKEN }}' }),
    'record-deployment': boolean({ default: 'false', about: 'Keep a GitHub Deployment of the environment that names the services that were released, and take it back when they are undone: what `since: last-deploy` of detect-changed-services goes by. Needs environment, github-token and a checkout of the repository.' }),
    'dry-run': boolean({ default: 'false', about: 'For sweep: say what would be undone and removed, and change nothing.' }),
  },
  outputs: {
    deployed: 'JSON list: services that were changed and are ready.',
    unchanged: 'JSON list: services that were as wanted already, and are ready.',
    'rolled-back': 'JSON list: services that were undone, in the order in which they were.',
    held: 'JSON list: services that were not started.',
    failed: 'JSON list: services that failed and were left as they are, or could not be undone.',
    plan: 'Path of the plan file.',
    'plan-hash': 'SHA-256 of the plan: the same plan and the same cluster give the same hash.',
    release: 'Id of the release, for rollback.',
  },
  needs: ['cluster', 'metrics', 'forge', 'git'],
  commands: [
    { path: ['plan'], brief: 'Show what a release would do, and change nothing', fixed: { mode: 'plan' }, takes: ['environment', 'services', 'images', 'plan', 'kubeconfig', 'context', 'namespace', 'strategy', 'parallelism', 'timeout', 'on-failure', 'field-conflicts', 'prometheus-url', 'prometheus-token'], example: 'fermata plan --environment staging --plan plan.json' },
    { path: ['deploy'], brief: 'Release services in the order of their dependencies', fixed: { mode: 'apply' }, takes: ['environment', 'services', 'images', 'plan', 'kubeconfig', 'context', 'namespace', 'strategy', 'parallelism', 'timeout', 'on-failure', 'field-conflicts', 'prometheus-url', 'prometheus-token', 'record-deployment', 'github-token'], example: 'fermata deploy --environment staging --services cart,frontend' },
    { path: ['resume'], brief: 'Go on with a release that was left before it ended', fixed: { mode: 'resume' }, takes: ['environment', 'release', 'kubeconfig', 'context', 'namespace', 'prometheus-url', 'prometheus-token', 'record-deployment', 'github-token'], example: 'fermata resume --environment staging' },
    { path: ['abort'], brief: 'Undo a release that was left before it ended', fixed: { mode: 'abort' }, takes: ['environment', 'release', 'kubeconfig', 'context', 'namespace', 'record-deployment', 'github-token'], example: 'fermata abort --environment staging' },
    { path: ['sweep'], brief: 'Undo what killed runs left, and remove what nobody needs any more', fixed: { mode: 'sweep' }, takes: ['environment', 'kubeconfig', 'context', 'namespace', 'dry-run'], example: 'fermata sweep --environment staging --dry-run true' },
    { path: ['status'], brief: 'Show releases and the health of the services', fixed: { mode: 'status' }, takes: ['environment', 'services', 'release', 'kubeconfig', 'context', 'namespace'], example: 'fermata status --environment staging' },
    { path: ['rollback'], brief: 'Undo a release in reverse order', fixed: { mode: 'rollback' }, takes: ['environment', 'release', 'kubeconfig', 'context', 'namespace', 'record-deployment', 'github-token'], example: 'fermata rollback --environment staging --release r20260823-101502-4f1c2a' },
  ],
  branding: { icon: 'layers', color: 'purple' },
  permissions: { 'contents: read': 'to read the catalog and the manifests', 'deployments: write': 'only for record-deployment: true' },
})

export type DeployRequest = Request<typeof orchestratedDeploy>
