import { capability, type Request, secret, text, url } from '@fermata/capability'

export const doctor = capability({
  name: 'doctor',
  purpose: 'Looks at everything that a release leans on, says what is missing, and prints the least Role that would do. Changes nothing.',
  inputs: {
    environment: text({ about: 'An environment of the catalog: it names context and namespace.', example: 'staging' }),
    kubeconfig: text({ about: 'Path of a kubeconfig, or its text. Default: as kubectl does.' }),
    context: text({ about: 'Context of the kubeconfig. Default: that of the environment, then the current one.' }),
    namespace: text({ about: 'Namespace of objects that name none. Default: that of the environment, then of the context.' }),
    'prometheus-url': url({ about: 'Base address of the Prometheus HTTP API, to be looked at too.', example: 'http://prometheus:9090' }),
    'prometheus-token': secret({ about: 'Sent to it as bearer token.' }),
    'alertmanager-url': url({ about: 'Address of an Alertmanager, to be looked at too.', example: 'http://alertmanager:9093' }),
    'alertmanager-token': secret({ about: 'Sent to it as bearer token.' }),
  },
  outputs: { role: 'The least Role that a release of all services needs, as YAML. Empty where the manifests or the cluster could not be read.' },
  needs: ['cluster', 'metrics', 'alerts', 'forge', 'git'],
  commands: [{ path: ['doctor'], brief: 'Look at catalog, cluster, permissions, Prometheus and token, and say what is missing', example: 'fermata doctor --environment staging --prometheus-url http://prometheus:9090' }],
  branding: { icon: 'check-circle', color: 'green' },
  permissions: { 'contents: read': 'to read the catalog and the manifests' },
})

export type DoctorRequest = Request<typeof doctor>
