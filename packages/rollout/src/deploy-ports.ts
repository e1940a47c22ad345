import type { Forge, Git, Ports } from '@fermata/ports'

/** What a release needs of the world. */
export type DeployPorts = Pick<Ports, 'cluster' | 'clock' | 'files' | 'invocation' | 'keep' | 'log' | 'metrics' | 'random' | 'signal'> & {
  /** Asked only where a record is wanted. */
  readonly forge: Pick<Forge, 'createDeployment' | 'setDeploymentState' | 'successfulDeployments'>
  readonly git: Pick<Git, 'resolve'>
}
