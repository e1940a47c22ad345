import { capability, choice, duration, integer, list, path, percent, secret, text, url, type Request } from '@fermata/capability'

/** What may be asked for. Further modes and engines appear here on the day they work. */
export const modes = ['plan', 'run', 'sweep'] as const
export type Mode = (typeof modes)[number]

export const chaosGate = capability({
  name: 'chaos-gate',
  purpose: 'Hurts a service on purpose, measures how its users fare and how fast it recovers, and passes only what was proven.',
  inputs: {
    experiment: path({ about: 'File of the experiment, in our own form or that of Chaos Toolkit (YAML or JSON). Needed by plan and run.', example: 'chaos/cart.yaml' }),
    mode: choice(modes, { default: 'plan', about: 'plan shows exactly what would be touched and touches nothing; run carries it out; sweep removes what runs that were killed have left.' }),
    environment: text({ about: 'An environment of the catalog: it names context and namespace.', example: 'staging' }),
    kubeconfig: text({ about: 'Path of a kubeconfig, or its text. Default: as kubectl does.' }),
    context: text({ about: 'Context of the kubeconfig. Nothing is injected unless it is named here, by the environment, or by the experiment.' }),
    namespace: text({ about: 'Namespace of the target. Default: that of the experiment, then of the environment, then of the context.' }),
    'recovery-sla': duration({ default: '30s', about: 'How soon the service must be good again: after a fault of a moment from its effect on, after a fault that lasts from its end on.' }),
    'max-failed-rate': percent({ default: '1%', about: 'The share of requests that may fail while they are counted.' }),
    'blast-radius': text({ default: '50%', about: 'At most so many pods of the target: a share, a number, or both.', example: '2, 50%' }),
    'min-remaining': integer({ default: '1', about: 'So many ready pods must be left untouched.' }),
    'protected-namespaces': list({ default: 'kube-system, kube-public, kube-node-lease', about: 'Namespaces in which nothing is ever injected.' }),
    'prometheus-url': url({ about: 'Prometheus HTTP API. When it is given, a service whose error budget is spent is not hurt.', example: 'http://prometheus:9090' }),
    'prometheus-token': secret({ about: 'Bearer token for Prometheus.' }),
  },
  outputs: {
    'recovery-seconds': 'Seconds until the service was good again: the first good sample. 0 when no sample was bad; empty when it is not known.',
    'failed-rate': 'Share of the requests that failed, from 0 to 1; empty when none were counted.',
    effect: 'proven or unproven: whether the fault did anything.',
    rollback: 'proven: what was done is undone, and that was looked at; expired: the cluster removed it by its fuse; unproven: neither is known.',
    journal: 'Path of the journal, in the form of Chaos Toolkit with more in it.',
  },
  needs: ['cluster', 'http', 'metrics'],
  commands: [
    { path: ['chaos', 'plan'], brief: 'Show exactly what an experiment would touch', fixed: { mode: 'plan' }, example: 'fermata chaos plan --experiment chaos/cart.yaml --context kind-staging' },
    { path: ['chaos', 'run'], brief: 'Hurt a service on purpose and measure its recovery', fixed: { mode: 'run' }, example: 'fermata chaos run --experiment chaos/cart.yaml --context kind-staging' },
    { path: ['chaos', 'sweep'], brief: 'Remove what killed experiments have left', fixed: { mode: 'sweep' }, example: 'fermata chaos sweep --context kind-staging --namespace shop' },
  ],
  branding: { icon: 'zap', color: 'orange' },
  permissions: { 'contents: read': 'to read the experiment, the catalog and the manifests' },
})

export type ChaosRequest = Request<typeof chaosGate>
