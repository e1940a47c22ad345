/** How one real component is built from the modules that its go.mod pins. */
export interface Recipe {
  /** Folder below tools/. */
  readonly name: string
  /** Program to Go package. */
  readonly programs: Readonly<Record<string, string>>
  readonly ldflags?: string
  /** Folders of a module that the program needs beside it. */
  readonly files?: readonly { readonly module: string; readonly folder: string }[]
  /** Done in the module's folder before the build; must be repeatable. */
  readonly prepare?: 'vendor-without-web-ui'
}

const kubernetes = '1.35.4'
const versionOf = (path: string) => `-X ${path}.gitVersion=v${kubernetes} -X ${path}.gitMajor=1 -X ${path}.gitMinor=35 -X ${path}.gitTreeState=clean`

/** In the order in which they are needed; what takes longest comes last. */
export const recipes: readonly Recipe[] = [
  { name: 'actionlint', programs: { actionlint: 'github.com/rhysd/actionlint/cmd/actionlint' } },
  { name: 'etcd', programs: { etcd: 'go.etcd.io/etcd/server/v3' } },
  { name: 'act', programs: { act: 'github.com/nektos/act' } },
  // The module of Alertmanager lacks its web page, which `go build` wants to embed: vendor it and put an empty page there.
  { name: 'alertmanager', programs: { alertmanager: 'github.com/prometheus/alertmanager/cmd/alertmanager' }, prepare: 'vendor-without-web-ui' },
  { name: 'kwok', programs: { kwok: 'sigs.k8s.io/kwok/cmd/kwok' }, files: [{ module: 'sigs.k8s.io/kwok', folder: 'kustomize/stage' }] },
  { name: 'prometheus', programs: { prometheus: 'github.com/prometheus/prometheus/cmd/prometheus', promtool: 'github.com/prometheus/prometheus/cmd/promtool' } },
  {
    name: 'kubernetes',
    programs: {
      'kube-apiserver': 'k8s.io/kubernetes/cmd/kube-apiserver',
      'kube-controller-manager': 'k8s.io/kubernetes/cmd/kube-controller-manager',
      'kube-scheduler': 'k8s.io/kubernetes/cmd/kube-scheduler',
    },
    // Without these the API server calls itself v0.0.0 and clients refuse it.
    ldflags: [versionOf('k8s.io/component-base/version'), versionOf('k8s.io/client-go/pkg/version')].join(' '),
  },
]
