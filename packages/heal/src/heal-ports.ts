import type { Ports } from '@fermata/ports'

/** What healing needs of the world. */
export type HealPorts = Pick<Ports, 'alerts' | 'clock' | 'cluster' | 'files' | 'forge' | 'invocation' | 'keep' | 'log' | 'metrics' | 'random' | 'signal'>
