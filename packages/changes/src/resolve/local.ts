import type { Plan } from './plan.ts'

/** Where a default branch is usually found in a clone. `origin/HEAD` is what the remote says itself. */
const usual = ['refs/remotes/origin/HEAD', 'refs/remotes/origin/main', 'refs/remotes/origin/master', 'refs/heads/main', 'refs/heads/master']

/** A person at a terminal, or another CI: what HEAD has beyond the default branch, in commits. */
export function planLocal(head = 'HEAD'): Plan {
  return {
    kind: 'compare',
    candidates: usual.map((name) => ({ head, base: { by: 'merge-base', with: name }, strategy: 'local-fork', why: 'that is where the work left the default branch' })),
    branches: ['default'],
  }
}
