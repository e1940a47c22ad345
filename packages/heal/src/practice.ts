import type { Catalog } from '@fermata/catalog'
import type { Journals } from '@fermata/custody'
import type { Cluster, Files, Forge, Metrics, Ports } from '@fermata/ports'
import type { Monitoring } from './alert/live.ts'
import type { Ledger, Rules } from './ladder/ledger.ts'

/** Everything that a treatment needs and does not decide. */
export interface Practice {
  readonly catalog: Catalog
  readonly namespace: string
  readonly cluster: Cluster
  readonly files: Files
  readonly forge: Forge
  readonly monitoring: Monitoring
  readonly metrics: Metrics | undefined
  readonly journals: Journals<Ledger>
  readonly rules: Rules
  readonly healthyFor: number
  readonly rollbackWindow: number
  readonly dryRun: boolean
  /** Unique for this run. */
  readonly me: string
  readonly runUrl: string | undefined
  readonly ports: Pick<Ports, 'clock' | 'log' | 'signal'>
}

/** Seconds that a lease lasts without a renewal. */
export const leaseSeconds = 60
/** A ledger lies in `fermata-journal-heal-<service>`. */
export const ledgerOf = (service: string) => `heal-${service}`

/** Under this name a run keeps whom its leases name, so that its own post step need not wait for them to expire. */
export const holderKept = 'holder'

/** Names the run for people, and this process for leases: jobs of one matrix have the same run and attempt. */
export function holderOf({ invocation, random }: Pick<Ports, 'invocation' | 'random'>): string {
  return `heal-${invocation.runId}-${invocation.runAttempt}-${Math.floor(random.next() * 1e9).toString(36)}`
}
