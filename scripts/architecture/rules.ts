/**
 * Which package may import which: the arrows of the house. A package that is not named here does not exist.
 * Tests may also import what stands in `tests`.
 */
export interface Room {
  readonly imports: readonly string[]
  readonly tests?: readonly string[]
  /** Adapters, the command line and scripts talk to the machine; domain packages only through ports. */
  readonly touchesMachine: boolean
}

export const rooms: Readonly<Record<string, Room>> = {
  verdict: { imports: [], touchesMachine: false },
  source: { imports: [], touchesMachine: false },
  capability: { imports: ['verdict'], touchesMachine: false },
  ports: { imports: ['verdict'], touchesMachine: false },
  manifests: { imports: ['verdict', 'source', 'ports'], touchesMachine: false },
  catalog: { imports: ['verdict', 'capability', 'ports', 'source', 'manifests'], touchesMachine: false },
  changes: { imports: ['verdict', 'capability', 'ports', 'source', 'catalog'], tests: ['git', 'forge', 'sandbox'], touchesMachine: false },
  custody: { imports: ['verdict', 'ports'], tests: ['kube', 'sandbox'], touchesMachine: false },
  judge: { imports: ['verdict'], touchesMachine: false },
  rollout: { imports: ['verdict', 'capability', 'ports', 'source', 'manifests', 'catalog', 'custody', 'judge'], tests: ['kube', 'prometheus', 'sandbox'], touchesMachine: false },
  slo: { imports: ['verdict', 'capability', 'ports', 'source', 'catalog', 'judge'], tests: ['prometheus', 'sandbox'], touchesMachine: false },
  policy: { imports: ['verdict', 'capability', 'ports', 'source', 'manifests', 'catalog'], tests: ['opa'], touchesMachine: false },
  chaos: { imports: ['verdict', 'capability', 'ports', 'source', 'manifests', 'catalog', 'custody', 'judge', 'slo'], tests: ['kube', 'prometheus', 'sandbox'], touchesMachine: false },
  heal: { imports: ['verdict', 'capability', 'ports', 'manifests', 'catalog', 'custody', 'slo'], tests: ['kube', 'source', 'prometheus', 'forge', 'sandbox'], touchesMachine: false },
  doctor: { imports: ['verdict', 'capability', 'ports', 'catalog', 'rollout'], tests: ['kube', 'prometheus', 'sandbox', 'source'], touchesMachine: false },
  report: { imports: ['verdict', 'ports'], touchesMachine: false },
  kube: { imports: ['verdict', 'ports', 'source'], tests: ['sandbox'], touchesMachine: true },
  git: { imports: ['verdict', 'ports'], touchesMachine: true },
  forge: { imports: ['verdict', 'ports'], tests: ['sandbox'], touchesMachine: true },
  prometheus: { imports: ['verdict', 'ports'], tests: ['sandbox'], touchesMachine: true },
  /** The policy engine: OPA, compiled to wasm. */
  opa: { imports: ['verdict', 'ports'], touchesMachine: true },
  /** Asks addresses as their users do. */
  probe: { imports: ['ports'], touchesMachine: true },
  runner: { imports: ['verdict', 'capability', 'ports', 'report'], touchesMachine: true },
  wiring: { imports: ['verdict', 'capability', 'ports', 'runner', 'kube', 'git', 'forge', 'prometheus', 'opa', 'probe'], touchesMachine: true },
  sandbox: { imports: ['verdict', 'ports', 'source'], touchesMachine: true },
  cli: { imports: ['verdict', 'capability', 'ports', 'report', 'runner', 'wiring', 'catalog', 'changes', 'rollout', 'slo', 'policy', 'chaos', 'heal', 'doctor', 'sandbox'], touchesMachine: true },
}

/** An action reads inputs, calls one use case and writes outputs: it needs the domain package, the runner and the wiring. */
export const actionImports: readonly string[] = ['runner', 'wiring', 'changes', 'rollout', 'slo', 'policy', 'chaos', 'heal']

/** One importer for each SDK, so that its version and its start-up cost have one owner. */
export const sdkOwners: Readonly<Record<string, string | readonly string[]>> = {
  '@kubernetes/client-node': 'kube',
  '@actions/core': 'runner',
  '@actions/exec': 'runner',
  '@actions/github': 'forge',
  /** Types only: the stand-in is compiled against GitHub's own description. */
  '@octokit/openapi-types': 'sandbox',
  '@octokit/': 'forge',
  /** The grammar of PromQL and its types: the stand-in evaluates what slo reads, so both must read the same language. 80 kB in dist, shared, loaded late. */
  '@prometheus-io/lezer-promql': ['sandbox', 'slo'],
  '@lezer/common': ['sandbox', 'slo'],
  re2js: 'sandbox',
  'js-yaml': 'source',
  '@stricli/core': 'cli',
}

/** What only adapters, the runner, the command line, the sandbox and scripts may name. */
export const machineWords: readonly RegExp[] = [
  /\bprocess\s*\.\s*(env|exit|exitCode|argv|cwd|on|stdout|stderr|stdin)\b/,
  /\bconsole\s*\./,
  /\bDate\s*\.\s*now\b/,
  /\bnew Date\(\s*\)/,
  /\bMath\s*\.\s*random\b/,
  /\b(setTimeout|setInterval|setImmediate)\s*\(/,
  /\bfrom\s+'node:(fs|fs\/promises|child_process|http|https|net|tls|os|dns|worker_threads)'/,
  /\bfetch\s*\(/,
]
