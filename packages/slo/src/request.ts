import { capability, choice, duration, json, list, path, secret, url, type Request } from '@fermata/capability'
import * as z from 'zod/mini'
import { changeClasses } from './change.ts'

const override = z.strictObject({
  because: z.string().check(z.minLength(1)),
  by: z.optional(z.string().check(z.minLength(1))),
  until: z.optional(z.iso.datetime({ offset: true })),
})

export const sloCheck = capability({
  name: 'slo-check',
  purpose: 'Holds a change back while its services have no error budget to spend, or burn it too fast.',
  inputs: {
    'prometheus-url': url({ required: true, about: 'Base address of a server that answers PromQL, with its path prefix: Prometheus, Thanos, Mimir, VictoriaMetrics.', example: 'https://prometheus.example' }),
    'prometheus-token': secret({ about: 'Sent to it as bearer token.', example: '${{ secrets.PROMETHEUS_TOKEN }}' }),
    slos: path({ about: 'File with objectives under `slos:`, in the form of the catalog. Default: the catalog.', example: 'slos.yaml' }),
    services: list({ about: 'Only the objectives of these services. Default: every objective.', example: 'cart, frontend' }),
    'change-class': choice(['auto', ...changeClasses], { default: 'auto', about: 'What kind of change wants to pass. A feature is held back; fix, security and rollback pass by policy. auto goes by labels and titles of the event, and what it does not recognise is a feature.' }),
    override: json(override, { about: "JSON: a person's decision that a feature passes although the budget holds it back. `by` is the actor of the run where it is left out; after `until` it has no effect.", example: '{"because": "INC-42: the launch is approved", "until": "2026-12-01T00:00:00Z"}' }),
    retention: duration({ about: 'How long the server remembers, where it does not say so itself.', example: '365d' }),
  },
  outputs: {
    budget: 'JSON: id of each objective to the share of its error budget that is left; below 0 when more than all is spent, null when it is not known.',
    'freeze-until': 'When a feature may go out again if nothing more fails (ISO 8601); empty when nothing is frozen or nobody can tell.',
    worst: 'Id of the objective with the least budget left, one that is not known before all others.',
  },
  needs: ['metrics'],
  commands: [{ path: ['slo', 'check'], brief: 'Ask whether the error budgets allow a change', example: 'fermata slo check --prometheus-url http://localhost:9090 --services cart' }],
  branding: { icon: 'activity', color: 'purple' },
  permissions: { 'contents: read': 'to read the catalog' },
})

export type SloCheckRequest = Request<typeof sloCheck>
