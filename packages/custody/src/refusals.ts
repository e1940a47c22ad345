import { ClusterError } from '@fermata/ports'
import { EnvironmentError } from '@fermata/verdict'
import { because } from './codes.ts'

/** The rules that custody needs, as a Role says them. */
export const rules = {
  leases: 'get, list, create, update, delete on leases.coordination.k8s.io',
  fuse: 'get, list, create, patch, delete on jobs.batch',
  journal: 'get, list, create, update, delete on configmaps and secrets',
} as const

/** A no of the API server that a better Role would have turned into a yes is told as such; all else stays what it is. */
export function explained(error: unknown, rule: keyof typeof rules, namespace: string, consequence: string): unknown {
  if (!(error instanceof ClusterError) || error.kind !== 'forbidden') return error
  return new EnvironmentError(because('FM-CUSTODY-FORBIDDEN', { says: `${consequence}: ${error.reason.message}`, remedy: `Grant ${rules[rule]} in namespace ${namespace}.` }), { cause: error })
}
