import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** What the node lane takes from the machine, by path. */
export interface Abilities {
  readonly containerd: string
  readonly ctr: string
  readonly runc: string
  /** Folder of the CNI plugins. */
  readonly cni: string
  readonly ip: string
}

/** Where distributions put them. */
const cniFolders = ['/opt/cni/bin', '/usr/lib/cni', '/usr/libexec/cni']

/**
 * What this machine lacks for a kubelet of its own, in one sentence; or what it has.
 * @param environment `CNI_BIN` names another folder of CNI plugins
 */
export function abilities(environment: Readonly<Record<string, string | undefined>> = process.env): Abilities | string {
  if (process.platform !== 'linux') return 'a kubelet needs Linux'
  if (process.getuid?.() !== 0) return 'containers need root'
  const folders = [...(environment['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin']
  const [containerd, ctr, runc, ip, unshare, setpriv] = ['containerd', 'ctr', 'runc', 'ip', 'unshare', 'setpriv'].map((name) => folders.map((folder) => join(folder, name)).find((path) => existsSync(path)))
  if (containerd === undefined || ctr === undefined || runc === undefined) return 'there is no containerd with ctr and runc on the PATH (on Debian: apt-get install containerd runc)'
  if (ip === undefined || unshare === undefined || setpriv === undefined) return 'ip, unshare or setpriv is not on the PATH (on Debian: apt-get install iproute2 util-linux)'
  const cni = [environment['CNI_BIN'] ?? '', ...cniFolders].find((folder) => ['bridge', 'host-local', 'loopback'].every((name) => existsSync(join(folder, name))))
  if (cni === undefined) return `there are no CNI plugins in ${cniFolders.join(', ')} or where CNI_BIN says (on Debian: apt-get install containernetworking-plugins)`
  const apart = spawnSync(unshare, [...namespaces, 'sh', '-c', `${ip} link add fermata-probe type bridge && mount -t tmpfs tmpfs /var/log && mkdir /var/log/a /var/log/b /var/log/c && mount -t overlay overlay -o lowerdir=/var/log/a,upperdir=/var/log/b,workdir=/var/log/c /var/log/a`], { encoding: 'utf8' })
  if (apart.status !== 0) return `this machine gives no namespaces, bridges or overlay mounts: ${apart.stderr.trim().split('\n').at(-1)}`
  if (!existsSync('/sys/fs/cgroup/memory') && !existsSync('/sys/fs/cgroup/cgroup.controllers')) return 'there are no control groups'
  return { containerd, ctr, runc, cni, ip }
}

/** Everything that a node makes and forgets lies in these, and goes with the last process that is in them. */
export const namespaces: readonly string[] = ['--mount', '--net', '--pid', '--ipc', '--uts', '--fork', '--kill-child', '--mount-proc', '--propagation', 'private']
