/** How one real component comes to .tools. Everything is pinned: by go.sum, by the hashes of requirements.txt, or by the integrity here. */
export type Recipe = GoRecipe | PythonRecipe | NpmRecipe

/** Programs that are built from the modules that the go.mod of tools/<name> pins. */
export interface GoRecipe {
  readonly from: 'go'
  /** Folder below tools/, unless `pins` names another. */
  readonly name: string
  readonly pins?: string
  /** Only built when it is named. */
  readonly optional?: true
  /** Program to Go package. */
  readonly programs: Readonly<Record<string, string>>
  readonly ldflags?: string
  /** Folders of a module that the program needs beside it. */
  readonly files?: readonly { readonly module: string; readonly folder: string }[]
  /** Done in the module's folder before the build; must be repeatable. */
  readonly prepare?: 'vendor-without-web-ui'
}

/** A program inside of a wheel that tools/<name>/requirements.txt pins. */
export interface PythonRecipe {
  readonly from: 'python'
  readonly name: string
  readonly program: string
}

/** Files of a package that is too large to be a dependency of everybody who installs this repository. */
export interface NpmRecipe {
  readonly from: 'npm'
  readonly name: string
  readonly package: string
  /** Of the tarball, as npm writes it. */
  readonly integrity: string
  /** Path in the package to path below .tools/share/<name>. */
  readonly files: Readonly<Record<string, string>>
}

const kubernetes = '1.35.4'
const versionOf = (path: string) => `-X ${path}.gitVersion=v${kubernetes} -X ${path}.gitMajor=1 -X ${path}.gitMinor=35 -X ${path}.gitTreeState=clean`

/** In the order in which they are needed; what takes longest comes last. */
export const recipes: readonly Recipe[] = [
  { from: 'python', name: 'zizmor', program: 'zizmor' },
  // GitHub's description of its API, of the version that @octokit/openapi-types was printed from. Unpacked it has 402 MB.
  {
    from: 'npm',
    name: 'github-openapi',
    package: '@octokit/openapi@23.0.1',
    integrity: 'sha512-YV7d7W2vxt5o8oFpGYnCnXrvBwXj0v6KDdrVY/3HasIiD3iJ0isGVZart6NjpPxA7eIlA5wXc8ZVWQatvm1osw==',
    files: { 'generated/api.github.com.json': 'api.github.com.json' },
  },
  // The schema of SARIF 2.1.0 that GitHub names, from a package of its authors.
  {
    from: 'npm',
    name: 'sarif-schema',
    package: '@microsoft/jest-sarif@1.0.0-beta.0',
    integrity: 'sha512-A1fOhPd6Ic5iDk4F9YPw1qNB4XF+7+IviR7xl8r2F6QzQkx5cpY9LsGk2rExiFIEcBbjpVnSmwWGBukASkiQ9A==',
    files: { 'lib/schemas/sarif-2.1.0-rtm.5.json': 'sarif-2.1.0.json' },
  },
  { from: 'go', name: 'actionlint', programs: { actionlint: 'github.com/rhysd/actionlint/cmd/actionlint' } },
  { from: 'go', name: 'etcd', programs: { etcd: 'go.etcd.io/etcd/server/v3' } },
  { from: 'go', name: 'act', programs: { act: 'github.com/nektos/act' } },
  { from: 'go', name: 'opa', programs: { opa: 'github.com/open-policy-agent/opa' } },
  { from: 'go', name: 'conftest', programs: { conftest: 'github.com/open-policy-agent/conftest' } },
  // The module of Alertmanager lacks its web page, which `go build` wants to embed: vendor it and put an empty page there.
  { from: 'go', name: 'alertmanager', programs: { alertmanager: 'github.com/prometheus/alertmanager/cmd/alertmanager' }, prepare: 'vendor-without-web-ui' },
  { from: 'go', name: 'kwok', programs: { kwok: 'sigs.k8s.io/kwok/cmd/kwok' }, files: [{ module: 'sigs.k8s.io/kwok', folder: 'kustomize/stage' }] },
  { from: 'go', name: 'prometheus', programs: { prometheus: 'github.com/prometheus/prometheus/cmd/prometheus', promtool: 'github.com/prometheus/prometheus/cmd/promtool' } },
  {
    from: 'go',
    name: 'kubernetes',
    programs: {
      'kube-apiserver': 'k8s.io/kubernetes/cmd/kube-apiserver',
      'kube-controller-manager': 'k8s.io/kubernetes/cmd/kube-controller-manager',
      'kube-scheduler': 'k8s.io/kubernetes/cmd/kube-scheduler',
    },
    // Without these the API server calls itself v0.0.0 and clients refuse it.
    ldflags: [versionOf('k8s.io/component-base/version'), versionOf('k8s.io/client-go/pkg/version')].join(' '),
  },
  // The node lane: a real kubelet, and what runs in its containers.
  { from: 'go', name: 'kubelet', pins: 'kubernetes', optional: true, programs: { kubelet: 'k8s.io/kubernetes/cmd/kubelet' }, ldflags: versionOf('k8s.io/component-base/version') },
  { from: 'go', name: 'pod', optional: true, programs: { 'fermata-pod': '.' } },
]
