import type { Clock, Cluster } from '@fermata/ports'

/** A cluster that keeps leases, runs Jobs and collects garbage, for one suite. */
export interface Side {
  readonly name: string
  start(): Promise<Running>
}

export interface Running {
  readonly clock: Clock
  /** Of a namespace in which nothing else happens. */
  readonly namespace: string
  /** A connection of its own, as `admin`, or as `nobody`, who may do nothing. */
  connect(as?: 'admin' | 'nobody'): Promise<Cluster>
  /** Time goes by. */
  pass(milliseconds: number): Promise<void>
  stop(): Promise<void>
}
