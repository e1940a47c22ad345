import { type AnyEntry, journalsIn, type Journals } from '@fermata/custody'
import type { Cluster, ObjectRef } from '@fermata/ports'
import type { Victim } from '../faults/fault.ts'

/** How far an experiment had come. */
export type Phase = 'begun' | 'injecting' | 'in effect' | 'lifting' | 'ended'

/** What lies in the cluster about one experiment: enough to undo it without the experiment itself. */
export interface ChaosEntry extends AnyEntry {
  readonly schema: 'fermata/chaos@1'
  readonly id: string
  readonly title: string
  readonly fault: string
  readonly phase: Phase
  /** What it is leased by. */
  readonly lease: string
  readonly victims: readonly Victim[]
  /** What the fault creates, and what its undoing removes. */
  readonly temporary: readonly ObjectRef[]
  /** When the cluster removes it by itself, at the latest. */
  readonly expiresAt?: string
  readonly endedAt?: string
  readonly rollback?: Rollback
  readonly runUrl?: string
}

/** `proven`: it was looked at and is gone. `expired`: the cluster has removed it by its fuse. `unproven`: nobody knows. */
export type Rollback = 'proven' | 'expired' | 'unproven'

export function chaosJournals(cluster: Cluster, namespace: string): Journals<ChaosEntry> {
  return journalsIn<ChaosEntry>(cluster, namespace, 'fermata/chaos@1')
}
