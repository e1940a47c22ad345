import type { Plan } from './plan.ts'

/** Where a default branch is usually found in a clone. `origin/HEAD` is what the remote says itself. */
const usual = ['refs/remotes/origin/HEAD', 'refs/remotes/origin/main', 'refs/remotes/origin/master', 'refs/heads/main', 'refs/heads/master']

/** A person at a terminal, another CI, or a head that the caller named: what it has beyond the default branch, in commits. */
export function planLocal(head = 'HEAD'): Plan {
  const found = { head, strategy: 'local-fork', why: 'that is where the work left the default branch' } as const
  return { kind: 'compare', candidates: [{ ...found, base: { by: 'known-fork', refs: usual } }, { ...found, base: { by: 'fork', branch: 'default' } }], branches: ['default'] }
}
