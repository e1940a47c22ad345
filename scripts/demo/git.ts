import { spawnSync } from 'node:child_process'

/** Git as the demo needs it: no hooks, no signing, no configuration of the person at the keyboard. */
export function git(folder: string, ...args: readonly string[]): string {
  const done = spawnSync('git', ['-c', 'user.name=Fermata demo', '-c', 'user.email=demo@fermata.invalid', '-c', 'commit.gpgsign=false', '-c', 'init.defaultBranch=main', ...args], {
    cwd: folder,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' },
  })
  if (done.status !== 0) throw new Error(`git ${args.join(' ')}: ${done.error?.message ?? done.stderr}`)
  return done.stdout.trim()
}

export function commitAll(folder: string, message: string): string {
  git(folder, 'add', '--all')
  git(folder, 'commit', '--quiet', '--message', message)
  return git(folder, 'rev-parse', 'HEAD')
}
