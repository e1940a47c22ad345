import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, rmdirSync } from 'node:fs'
import { join } from 'node:path'
import { abilities, namespaces } from '../test/node/abilities.ts'

/**
 * Runs test/node: a real kubelet with containerd, in namespaces of its own. Network, mounts and processes end with the first process in
 * them, and that one with this process, however it ends; what is global is kept from it, and the control groups that it made are removed
 * here, or at the next start.
 */
const root = join(import.meta.dirname, '..')
const machine = abilities()
if (typeof machine === 'string') {
  console.error(`The node lane is skipped: ${machine}.`)
  process.exit(0)
}
const built = spawnSync(process.execPath, [join(root, 'scripts/tools.ts'), 'etcd', 'kubernetes', 'kubelet', 'pod'], { stdio: 'inherit' })
if (built.status !== 0) process.exit(built.status ?? 1)
removeGroups((owner) => !existsSync(`/proc/${owner}`))

/** Kubelet sets these for the whole machine. It gets files of its own to write to. */
const sysctls = ['vm/overcommit_memory', 'vm/panic_on_oom', 'kernel/panic', 'kernel/panic_on_oops', 'kernel/keys/root_maxkeys', 'kernel/keys/root_maxbytes']
const group = `fermata-node-${process.pid}`
const inside = [
  'set -e',
  // Some of its places cannot be chosen: what it writes there is gone with the namespace.
  'for place in /run /var/lib /var/log; do mount -t tmpfs tmpfs $place; done',
  'mkdir -p /run/netns /run/containerd /run/node /run/sysctl /run/tmp /var/lib/kubelet /var/log/pods',
  'export TMPDIR=/run/tmp',
  ...sysctls.flatMap((name) => [`cp /proc/sys/${name} /run/sysctl/${name.replaceAll('/', '-')}`, `mount --bind /run/sysctl/${name.replaceAll('/', '-')} /proc/sys/${name}`]),
  `${machine.ip} link set lo up`,
  'set +e',
  // Stays as the first process, for those whose parents have ended.
  `"${process.execPath}" --experimental-vm-modules --disable-warning=ExperimentalWarning node_modules/jest/bin/jest.js --config jest.node.config.mjs --runInBand "$@"`,
  'exit $?',
].join('\n')
const done = spawnSync('setpriv', ['--pdeathsig', 'KILL', 'unshare', ...namespaces, 'bash', '-c', inside, 'bash', ...process.argv.slice(2)], { cwd: root, stdio: 'inherit', env: { ...process.env, FERMATA_NODE_GROUP: group } })
removeGroups((owner) => owner === process.pid)
process.exit(done.status ?? 1)

/** Those of this run, or of one that was killed: empty since their processes have ended. */
function removeGroups(ofWhom: (owner: number) => boolean): void {
  const hierarchies = ['.', ...readdirSync('/sys/fs/cgroup')].map((name) => join('/sys/fs/cgroup', name)).filter(isGroup)
  for (const hierarchy of hierarchies) for (const name of readdirSync(hierarchy)) {
    const owner = /^fermata-node-(\d+)$/.exec(name)?.[1]
    if (owner !== undefined && ofWhom(Number(owner))) removeGroup(join(hierarchy, name))
  }
}

/** From the leaves on. */
function removeGroup(path: string): void {
  for (const entry of readdirSync(path, { withFileTypes: true })) if (entry.isDirectory()) removeGroup(join(path, entry.name))
  rmdirSync(path)
}

function isGroup(path: string): boolean {
  try {
    readFileSync(join(path, 'cgroup.procs'))
    return true
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return false
    throw error
  }
}
