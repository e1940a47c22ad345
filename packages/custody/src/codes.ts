import { reasonCodes, reasonsFrom } from '@fermata/verdict'

export const custodyCodes = reasonCodes({
  'FM-CUSTODY-LEASE-TAKEN': { severity: 'error', means: 'Another run holds the lease of a service, so this one may not write to it.', remedy: 'Wait until the other run has ended. A run that was killed lets go by itself within a minute.' },
  'FM-CUSTODY-LEASE-LOST': { severity: 'error', means: 'The lease of a service could not be renewed in time, or somebody else has taken it. Nothing more was written.', remedy: 'Look at what the run has left behind with `fermata status`.' },
  'FM-CUSTODY-LEASE-UNREADABLE': { severity: 'error', means: 'A Lease is held and does not say since when, so nobody can know whether its holder lives.', remedy: 'Delete it when its holder no longer runs.' },
  'FM-CUSTODY-FORBIDDEN': { severity: 'error', means: 'The identity of the kubeconfig may not keep what makes a run safe: its leases, its fuse or its journal.', remedy: 'Grant the rule that the message names.' },
  'FM-CUSTODY-FENCED': { severity: 'error', means: 'A later run has written the object: its fencing number is higher than ours. The write was refused.', remedy: 'Nothing has to be done here: the later run goes on.' },
  'FM-CUSTODY-FUSE-REFUSED': { severity: 'error', means: 'The cluster does not take the Job that would remove temporary objects if the run were killed.', remedy: 'Let admission accept a Job with parallelism 0 in this namespace; it starts no pod.' },
  'FM-CUSTODY-FUSE-BLOWN': { severity: 'error', means: 'The fuse was not renewed in time, so the cluster removes everything temporary that it owned.', remedy: 'Run it again.' },
  'FM-CUSTODY-JOURNAL-LOST': { severity: 'error', means: 'The journal in the cluster could not be written or read, so nothing more was done.', remedy: 'Check what the message names, then run `fermata status`.' },
  'FM-CUSTODY-JOURNAL-FULL': { severity: 'error', means: 'What would have to be remembered does not fit into a journal.', remedy: 'Do less at a time: fewer services, fewer objects.' },
  'FM-CUSTODY-SWEEP-LEFT': { severity: 'warning', means: 'Something that should have been swept could not be removed.', remedy: 'Correct what the message names, and sweep again.' },
})
export type CustodyCode = keyof typeof custodyCodes

export const because = reasonsFrom(custodyCodes)
