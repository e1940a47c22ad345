import { capability, choice, duration, integer, list, path, type Request, secret, text, url } from '@fermata/capability'
import { ladder } from './ladder/model.ts'

export const modes = ['heal', 'plan', 'sweep', 'receiver'] as const

export const selfHeal = capability({
  name: 'self-heal',
  purpose: 'Repairs a service when an alert fires: restart, scale, roll back, each only where it can help, each proven or undone, then a person is called.',
  inputs: {
    mode: choice(modes, { default: 'heal', about: 'heal acts; plan shows what heal would do and writes nothing; sweep takes back what killed runs have begun, and closes incidents of alerts that are over; receiver prints the configuration that lets Alertmanager start this, and checks a payload against the limits of GitHub.' }),
    event: path({ about: 'File of the alert: the event of a repository_dispatch, its client_payload, or what an Alertmanager webhook sends. Default: the event of this run.', example: 'alert.json' }),
    actions: list({ default: ladder.join(','), about: 'What may be done, in this order, until one helps: restart, scale, rollback. A label `automation` of the alert (`auto-rollback`) names the one to begin with.', example: 'restart, rollback' }),
    environment: text({ about: 'An environment of the catalog: it names context and namespace.', example: 'production' }),
    'alertmanager-url': url({ about: 'Where to ask whether the alert still fires. The dispatch is a hint; nothing is done on its word alone.', example: 'https://alertmanager.example' }),
    'alertmanager-token': secret({ about: 'Bearer token for Alertmanager.' }),
    'prometheus-url': url({ about: 'Where the error budgets of the service are read, to prove that it is well again. Without alertmanager-url it is also asked whether the alert still fires.', example: 'https://prometheus.example' }),
    'prometheus-token': secret({ about: 'Bearer token for Prometheus.' }),
    cooldown: duration({ default: '30m', about: 'How long nothing more is done to a service after something has healed it.' }),
    'max-actions': integer({ default: '3', about: 'How many actions a service may get within an hour, whatever fires. Then a person is called.' }),
    'step-timeout': duration({ default: '5m', about: 'How long an action has to prove that it helped. Then it is undone and the next one is tried.' }),
    'healthy-for': duration({ default: '1m', about: 'How long the alert must be silent and the workload ready until the service counts as healed.' }),
    'rollback-window': duration({ default: '1h', about: 'A rollback needs a cause: a rollout that began at most so long before the alert.' }),
    kubeconfig: text({ about: 'Path of a kubeconfig, or its text. Default: as kubectl does.' }),
    context: text({ about: 'Context of the kubeconfig. Default: that of the environment, then the current one.' }),
    namespace: text({ about: 'Namespace of the services. Default: that of the environment, then of the context.' }),
  },
  outputs: {
    taken: 'JSON list of what was done: service, action and whether it helped.',
    incident: 'Numbers of the issues that tell the incidents, separated by commas.',
    escalated: 'JSON list: services that need a person.',
    skipped: 'JSON, service or alert to the code of the reason why nothing was done.',
    config: 'Mode receiver: the configuration of Alertmanager.',
  },
  needs: ['cluster', 'forge', 'metrics', 'alerts'],
  commands: [
    { path: ['heal'], brief: 'Repair what an alert is about', fixed: { mode: 'heal' }, example: 'fermata heal --event alert.json --alertmanager-url http://127.0.0.1:9093' },
    { path: ['heal', 'plan'], brief: 'Show what heal would do, and change nothing', fixed: { mode: 'plan' }, example: 'fermata heal plan --event alert.json --alertmanager-url http://127.0.0.1:9093' },
    { path: ['heal', 'sweep'], brief: 'Take back what killed runs have begun', fixed: { mode: 'sweep' }, takes: ['environment', 'alertmanager-url', 'alertmanager-token', 'prometheus-url', 'prometheus-token', 'kubeconfig', 'context', 'namespace'], example: 'fermata heal sweep --environment production' },
    { path: ['heal', 'receiver'], brief: 'Print the Alertmanager configuration, and check a payload', fixed: { mode: 'receiver' }, takes: ['event'], prints: 'config', example: 'fermata heal receiver > alertmanager.yml' },
  ],
  branding: { icon: 'heart', color: 'red' },
  permissions: { 'contents: read': 'to read the catalog and the manifests', 'issues: write': 'to tell the incident in an issue' },
})

export type HealRequest = Request<typeof selfHeal>
