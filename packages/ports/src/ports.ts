import type { Alerts, AlertsWish } from './alerts.ts'
import type { Cluster, ClusterWish } from './cluster.ts'
import type { Exec } from './exec.ts'
import type { Files } from './files.ts'
import type { Forge } from './forge.ts'
import type { Git } from './git.ts'
import type { Http } from './http.ts'
import type { Invocation } from './invocation.ts'
import type { Log } from './log.ts'
import type { Metrics, MetricsWish } from './metrics.ts'
import type { PolicyEngine } from './policy-engine.ts'
import type { Clock, Random } from './time.ts'

/** The world, as a use case sees it. A use case names the ports that it takes: `Pick<Ports, 'git' | 'clock'>`. */
export interface Ports {
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly files: Files
  readonly exec: Exec
  readonly invocation: Invocation
  readonly git: Git
  readonly forge: Forge
  /**
   * Connects to a cluster. A function, since which one it is stands in the catalog: `environments.production.context`.
   * Rejects with an EnvironmentError or ConfigurationError that says which kubeconfig, context or credential is wrong.
   */
  readonly cluster: (wish: ClusterWish) => Promise<Cluster>
  /** Connects to a metrics server, by the address that inputs or catalog give. Asks it nothing yet. Rejects with a ConfigurationError for an address that is none. */
  readonly metrics: (wish: MetricsWish) => Promise<Metrics>
  /** Connects to an Alertmanager, likewise. */
  readonly alerts: (wish: AlertsWish) => Promise<Alerts>
  readonly http: Http
  /** Evaluates policies, in this process. */
  readonly policyEngine: PolicyEngine
  /** Aborted when somebody asks the run to stop. From then on there are 7.5 seconds to leave a safe state. */
  readonly signal: AbortSignal
  /** Kept for the `post:` step of the same action, also when the run is killed. */
  readonly keep: (name: string, value: string) => void
}
