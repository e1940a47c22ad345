import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { bin, type Company, openCompany } from '../real/company.ts'
import { type ControlPlane, startControlPlane } from '../real/control-plane.ts'
import type { Abilities } from './abilities.ts'

/** Nobody listens there: what is not on the node cannot be had. */
export const registry = 'registry.invalid'

/** One node with a real kubelet and real containers, and its control plane. */
export interface RealNode {
  readonly plane: ControlPlane
  stop(): Promise<void>
}

/** Where containerd and kubelet keep what they mount: in the namespaces, so that nobody has to unmount anything. */
const kept = '/run/node'

/** The address of the node, and of its end of the bridge that pods are on. */
const address = '10.88.0.1'
const bridge = 'fermata0'

/**
 * Starts it. To be called inside of the namespaces that `scripts/test-node.ts` makes, once.
 * @param group control group below which everything of the node lies
 * @param images names of images to what their containers are started with
 * @throws when the node is not ready within 60 s, with the end of the log of whoever is late
 */
export async function startRealNode(machine: Abilities, group: string, images: Readonly<Record<string, readonly string[]>>): Promise<RealNode> {
  // The API server wants a way out, although there is nothing there.
  for (const args of [['link', 'add', bridge, 'type', 'bridge'], ['addr', 'add', `${address}/16`, 'dev', bridge], ['link', 'set', bridge, 'up'], ['route', 'add', 'default', 'dev', bridge]]) execFileSync(machine.ip, args)
  const cgroups = existsSync('/sys/fs/cgroup/cgroup.controllers') ? ['/sys/fs/cgroup'] : readdirSync('/sys/fs/cgroup').map((name) => join('/sys/fs/cgroup', name))
  for (const hierarchy of cgroups) mkdirSync(join(hierarchy, group), { recursive: true })
  // Processors are nobody's until they are given: a group without any takes no process.
  for (const hierarchy of cgroups) for (const name of ['cpuset.cpus', 'cpuset.mems']) if (existsSync(join(hierarchy, group, name))) writeFileSync(join(hierarchy, group, name), readFileSync(join(hierarchy, name)))
  const company = openCompany()
  try {
    const plane = await startControlPlane([], { nodes: 0 })
    const node = await startNode(company, plane, { machine, group, images })
    await node.ready()
    return {
      plane,
      stop: async () => {
        await plane.stop()
        await company.close()
      },
    }
  } catch (error) {
    await company.close()
    throw error
  }
}

interface NodeWish {
  readonly machine: Abilities
  readonly group: string
  readonly images: Readonly<Record<string, readonly string[]>>
}

async function startNode(company: Company, plane: ControlPlane, { machine, group, images }: NodeWish): Promise<{ ready(): Promise<void> }> {
  const file = (name: string, content: string): string => {
    const path = join(company.folder, name)
    mkdirSync(join(path, '..'), { recursive: true })
    writeFileSync(path, content)
    return path
  }
  const socket = '/run/containerd/containerd.sock'
  const ctr = (...args: readonly string[]) => spawnSync(machine.ctr, ['--address', socket, '--namespace', 'k8s.io', ...args], { encoding: 'utf8' })
  file('cni/10-fermata.conflist', JSON.stringify({ cniVersion: '0.4.0', name: 'fermata', plugins: [{ type: 'bridge', bridge, isGateway: true, ipam: { type: 'host-local', dataDir: `${kept}/addresses`, ranges: [[{ subnet: '10.88.0.0/16', rangeStart: '10.88.1.1' }]] } }] }))
  await company.start({ name: 'containerd', file: machine.containerd, args: ['--config', file('containerd.toml', containerdConfig(company.folder, socket, machine))], env: { PATH: `${join(machine.containerd, '..')}:${join(machine.runc, '..')}:${process.env['PATH']}` } })
  await until(company, 'containerd', () => ctr('version').status === 0)
  for (const [name, args] of Object.entries({ [`${registry}/pause:1`]: [], ...images })) {
    const imported = ctr('images', 'import', imageFile(company.folder, name, args))
    if (imported.status !== 0) throw new Error(`containerd does not take the image ${name}: ${imported.stderr}`)
  }
  writeFileSync(join(company.folder, 'kubeconfig'), plane.kubeconfig())
  const config = file('kubelet.json', JSON.stringify(kubeletConfig(socket, group)))
  await company.start({ name: 'kubelet', file: join(bin, 'kubelet'), args: [`--config=${config}`, `--kubeconfig=${join(company.folder, 'kubeconfig')}`, `--root-dir=${kept}/kubelet`, `--cert-dir=${kept}/certs`, `--node-ip=${address}`, '--hostname-override=real-node'], env: { PATH: process.env['PATH'] ?? '' } })
  return {
    ready: () => until(company, 'kubelet', async () => isReady(await plane.read('/api/v1/nodes/real-node'))),
  }
}

function isReady(text: string): boolean {
  const { status } = JSON.parse(text) as { readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] } | string }
  return typeof status === 'object' && status.conditions?.some((one) => one.type === 'Ready' && one.status === 'True') === true
}

/** Everything that can be set per kubelet is, and what could only be set for the whole machine is left alone. */
function kubeletConfig(socket: string, group: string): object {
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    address: '0.0.0.0',
    // Nobody but this test is in this network.
    authentication: { anonymous: { enabled: true }, webhook: { enabled: false } },
    authorization: { mode: 'AlwaysAllow' },
    containerRuntimeEndpoint: `unix://${socket}`,
    cgroupDriver: 'cgroupfs',
    cgroupRoot: `/${group}`,
    failCgroupV1: false,
    failSwapOn: false,
    makeIPTablesUtilChains: false,
    enforceNodeAllocatable: [],
    oomScoreAdj: 0,
    maxOpenFiles: 20_000,
    podLogsDir: '/var/log/pods',
    evictionHard: { 'memory.available': '0%', 'nodefs.available': '0%', 'imagefs.available': '0%', 'nodefs.inodesFree': '0%', 'imagefs.inodesFree': '0%' },
    imageGCHighThresholdPercent: 100,
    resolvConf: '',
    clusterDomain: 'cluster.local',
    syncFrequency: '5s',
    nodeStatusUpdateFrequency: '4s',
    shutdownGracePeriod: '0s',
    registerNode: true,
    serializeImagePulls: false,
  }
}

/** Version 2 is read by containerd 1.5 and later; 2.x translates it. */
function containerdConfig(folder: string, socket: string, { cni, runc }: Abilities): string {
  return `version = 2
root = "${kept}/containerd"
state = "${kept}/containerd-state"
[grpc]
  address = "${socket}"
[plugins."io.containerd.internal.v1.opt"]
  path = "${kept}/opt"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${registry}/pause:1"
  # Lowering a score needs a capability that containers of test machines often lack.
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "${cni}"
    conf_dir = "${folder}/cni"
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
      BinaryName = "${runc}"
`
}

/** An archive as `docker save` writes it: one layer with one program. */
function imageFile(folder: string, name: string, args: readonly string[]): string {
  const place = join(folder, 'images', createHash('sha256').update(name).digest('hex').slice(0, 12))
  const inside = join(place, 'layer')
  mkdirSync(inside, { recursive: true })
  cpSync(join(bin, 'fermata-pod'), join(inside, 'pod'))
  execFileSync('tar', ['-cf', join(place, 'layer.tar'), '-C', inside, 'pod'])
  const digest = createHash('sha256').update(readFileSync(join(place, 'layer.tar'))).digest('hex')
  const config = { architecture: process.arch === 'x64' ? 'amd64' : process.arch, os: 'linux', config: { Entrypoint: ['/pod', ...args] }, rootfs: { type: 'layers', diff_ids: [`sha256:${digest}`] } }
  writeFileSync(join(place, 'config.json'), JSON.stringify(config))
  writeFileSync(join(place, 'manifest.json'), JSON.stringify([{ Config: 'config.json', RepoTags: [name], Layers: ['layer.tar'] }]))
  execFileSync('tar', ['-cf', join(place, 'image.tar'), '-C', place, 'manifest.json', 'config.json', 'layer.tar'])
  return join(place, 'image.tar')
}

async function until(company: Company, program: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const begin = performance.now()
  while (!(await holds())) {
    if (performance.now() - begin > 60_000) throw new Error(`${program} is not ready after 60 s. The end of its log:\n${company.log(program)}`)
    await wait(100)
  }
}
