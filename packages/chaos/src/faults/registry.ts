import type { FaultKind } from './fault.ts'
import { networkPartition } from './network-partition.ts'
import { podKill } from './pod-kill.ts'

/** Every fault there is. A new one is a file beside this one, its test, and a line here. */
export const faultKinds: readonly FaultKind[] = [
  podKill,
  networkPartition,
]
