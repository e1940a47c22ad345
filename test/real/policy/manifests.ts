import * as fc from 'fast-check'

const some = <T>(...values: readonly T[]) => fc.constantFrom(...values)

const securityContext = fc.record({
  runAsNonRoot: some<unknown>(true, false, null, 'true'),
  runAsUser: some(0, 1000),
  privileged: fc.boolean(),
  allowPrivilegeEscalation: fc.boolean(),
  procMount: some('Default', 'Unmasked'),
  capabilities: fc.record({ add: fc.array(some('NET_BIND_SERVICE', 'SYS_ADMIN', 'CHOWN'), { maxLength: 2 }), drop: some([], ['ALL'], ['NET_RAW']) }, { requiredKeys: [] }),
  seccompProfile: fc.record({ type: some('RuntimeDefault', 'Unconfined', 'Localhost') }, { requiredKeys: [] }),
  appArmorProfile: fc.record({ type: some('RuntimeDefault', 'Unconfined') }, { requiredKeys: [] }),
  seLinuxOptions: fc.record({ type: some('container_t', 'spc_t', 'container_engine_t', ''), user: some('u', ''), role: some('r', '') }, { requiredKeys: [] }),
  windowsOptions: fc.record({ hostProcess: fc.boolean() }),
}, { requiredKeys: [] })

const probe = fc.record({ httpGet: fc.record({ host: some('', 'metadata.internal'), port: some<unknown>(80, 'http') }, { requiredKeys: ['port'] }) })

const container = fc.record({
  name: some('server', 'proxy', '日本', 'a"b'),
  image: some('registry.example/cart:1.2.0', 'registry.example/cart:1.10.1', 'proxy:latest', 'proxy', ''),
  securityContext: fc.oneof(securityContext, fc.constant(null)),
  resources: fc.record({ limits: fc.record({ memory: some('1Gi', '512M', '0') }, { requiredKeys: [] }) }, { requiredKeys: [] }),
  ports: fc.array(fc.record({ containerPort: some(80, 8080), hostPort: some(0, 9), name: some('http') }, { requiredKeys: ['containerPort'] }), { maxLength: 2 }),
  livenessProbe: probe,
  lifecycle: fc.record({ preStop: probe }),
}, { requiredKeys: ['name', 'image'] })

const podSpec = fc.record({
  containers: fc.array(container, { minLength: 1, maxLength: 3 }),
  initContainers: fc.array(container, { maxLength: 1 }),
  securityContext: fc.record({ runAsNonRoot: fc.boolean(), sysctls: fc.array(fc.record({ name: some('kernel.msgmax', 'net.ipv4.tcp_rmem', 'net.ipv4.tcp_syncookies'), value: some('1') }), { maxLength: 2 }), seccompProfile: fc.record({ type: some('RuntimeDefault', 'Unconfined') }) }, { requiredKeys: [] }),
  hostNetwork: fc.boolean(),
  hostPID: fc.boolean(),
  hostUsers: fc.boolean(),
  os: fc.record({ name: some('linux', 'windows') }),
  volumes: fc.array(fc.oneof(fc.record({ name: some('v'), hostPath: some<unknown>({ path: '/' }, null) }), fc.record({ name: some('v'), emptyDir: some({}) }), fc.record({ name: some('v') }), fc.record({ name: some('v'), nfs: some({ server: 's', path: '/' }) })), { maxLength: 2 }),
}, { requiredKeys: ['containers'] })

const metadata = fc.record({
  name: some('cart', 'web-2', 'ünï'),
  labels: fc.dictionary(some<string>('team', 'tier', 'owner'), some('shop', 'legacy', 'front', 'x'), { maxKeys: 3 }),
  annotations: fc.dictionary(some<string>('service.beta.kubernetes.io/azure-load-balancer-internal', 'networking.gke.io/load-balancer-type', 'container.apparmor.security.beta.kubernetes.io/server'), some('true', 'false', 'Internal', 'unconfined', 'runtime/default'), { maxKeys: 2 }),
}, { requiredKeys: ['name'] })

const workload = fc.record({ kind: some('Deployment', 'StatefulSet', 'Rollout'), metadata, spec: fc.record({ replicas: some(0, 1, 3), template: fc.record({ metadata, spec: podSpec }, { requiredKeys: ['spec'] }) }, { requiredKeys: ['template'] }) })
const pod = fc.record({ kind: fc.constant('Pod'), metadata, spec: podSpec })
const service = fc.record({ kind: fc.constant('Service'), metadata, spec: fc.record({ type: some('LoadBalancer', 'ClusterIP'), hosts: fc.array(some('10.1.2.3', '192.168.0.1', 'no address'), { maxLength: 3 }) }, { requiredKeys: ['type'] }) })

/** Objects as people write them, and some that nobody would: the same ones for the same seed. */
export function generatedManifests(count: number, seed: number): readonly unknown[] {
  return fc.sample(fc.oneof({ weight: 5, arbitrary: workload }, { weight: 3, arbitrary: pod }, { weight: 2, arbitrary: service }, { weight: 1, arbitrary: fc.record({ kind: some<unknown>(7, null, []), spec: fc.jsonValue() }) }), { numRuns: count, seed })
}
