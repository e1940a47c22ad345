import { afterEach, describe, expect, jest, test } from '@jest/globals'
import { ClusterError, type Cluster } from '@fermata/ports'
import type { User } from '@fermata/sandbox'
import { deployCart, experimentText, healthy, type Serving, setStage, shop, type Stage } from './testing/stage.ts'

jest.setTimeout(60_000)

let stage: Stage
afterEach(() => stage.close())
const codes = (report: { readonly reasons: readonly { readonly code: string }[] }) => report.reasons.map(({ code }) => code)
const all = { 'blast-radius': '100%', 'min-remaining': '0' }
const kill = experimentText('{kind: pod-kill}')
const partition = experimentText('{kind: network-partition, duration: 5s}')

/** A cluster of which something is changed, on every connection. */
function changing(change: (cluster: Cluster) => Partial<Cluster>): (cluster: Cluster) => Cluster {
  const changed = (cluster: Cluster): Cluster => ({ ...cluster, ...change(cluster), under: (signal) => changed(cluster.under(signal)) })
  return changed
}

async function podNames({ kube }: Stage): Promise<readonly string[]> {
  return (await kube.list({ apiVersion: 'v1', kind: 'Pod' }, { namespace: shop })).items.map(({ metadata }) => metadata.uid as string)
}

interface Case {
  readonly what: string
  readonly code: string
  readonly verdict: 'fail' | 'inconclusive'
  readonly experiment?: string
  readonly inputs?: Readonly<Record<string, string>>
  readonly replicas?: number
  readonly serving?: Serving
  readonly between?: (cluster: Cluster) => Cluster
  /** Whether a fault was injected. */
  readonly injects?: true
}

const refusing = (kind: string, what: 'refused' | 'forbidden' | 'invalid') => changing((cluster) => ({ create: (object) => (object.kind === kind ? Promise.reject(new ClusterError(what, `create ${kind} was refused.`)) : cluster.create(object)) }))

const cases: readonly Case[] = [
  { what: 'the steady state does not hold before', code: 'FM-CHAOS-STEADY-STATE', verdict: 'inconclusive', serving: () => ({ ms: 5, status: 500 }) },
  { what: 'nobody answers before', code: 'FM-CHAOS-STEADY-STATE', verdict: 'inconclusive', serving: () => ({ ms: 1, status: 'refused' }) },
  { what: 'nothing matches: no such workload', code: 'FM-CHAOS-NO-TARGET', verdict: 'inconclusive', experiment: kill.replace('Deployment/cart', 'Deployment/crat') },
  { what: 'nothing matches: no such label', code: 'FM-CHAOS-NO-TARGET', verdict: 'inconclusive', experiment: kill.replace('workload: Deployment/cart', 'selector: app=crat') },
  { what: 'nothing matches: no pod is ready', code: 'FM-CHAOS-NO-TARGET', verdict: 'inconclusive', replicas: 0 },
  { what: 'nobody named the context', code: 'FM-CHAOS-CONTEXT', verdict: 'fail', inputs: { context: '' } },
  { what: 'the experiment names another context', code: 'FM-CHAOS-CONTEXT', verdict: 'fail', experiment: `${kill}contexts: [kind-staging]\n` },
  { what: 'the namespace is protected', code: 'FM-CHAOS-PROTECTED', verdict: 'fail', inputs: { 'protected-namespaces': 'shop' } },
  { what: 'more pods than may be hit', code: 'FM-CHAOS-BLAST-RADIUS', verdict: 'fail', experiment: experimentText('{kind: pod-kill, share: 100%}') },
  { what: 'too few pods would be left', code: 'FM-CHAOS-MIN-REMAINING', verdict: 'fail', inputs: { 'min-remaining': '3' } },
  { what: 'no fault shows: the pods that are deleted stay', code: 'FM-CHAOS-NO-EFFECT', verdict: 'inconclusive', injects: true, between: changing((cluster) => ({ delete: (ref, options) => (ref.kind === 'Pod' ? Promise.resolve(true) : cluster.delete(ref, options)) })) },
  { what: 'no fault shows: nothing enforces policies', code: 'FM-CHAOS-NO-EFFECT', verdict: 'inconclusive', injects: true, experiment: partition, inputs: all, serving: () => ({ ms: 5, status: 200 }) },
  { what: 'too few samples', code: 'FM-CHAOS-TOO-FEW-SAMPLES', verdict: 'inconclusive', injects: true, experiment: `${kill}sampling: {window: 5s}\n` },
  { what: 'injection is refused by admission', code: 'FM-CHAOS-INJECTION-FAILED', verdict: 'fail', experiment: partition, inputs: all, between: refusing('NetworkPolicy', 'refused') },
  { what: 'no fuse can be lit', code: 'FM-CHAOS-LOST', verdict: 'fail', experiment: partition, inputs: all, between: refusing('Job', 'refused') },
  { what: 'the pods have gone by themselves', code: 'FM-CHAOS-INJECTION-FAILED', verdict: 'fail', between: changing((cluster) => ({ delete: (ref, options) => (ref.kind === 'Pod' ? Promise.resolve(false) : cluster.delete(ref, options)) })) },
  { what: 'the share of failures is too close to the limit', code: 'FM-CHAOS-RATE-UNDECIDED', verdict: 'inconclusive', injects: true, serving: failingOnce(2) },
  { what: 'after its recovery it fails again and stays down', code: 'FM-CHAOS-NOT-RECOVERED', verdict: 'fail', injects: true, serving: downFrom(10_000) },
]

/** Good, but for so many requests after the first second. */
function failingOnce(count: number): Serving {
  let asked = 0
  return () => {
    asked += 1
    return asked > 60 && asked <= 60 + count ? { ms: 5, status: 500 } : { ms: 5, status: 200 }
  }
}

function downFrom(ms: number): Serving {
  return () => (stage.clock.now() - begun > ms ? { ms: 5, status: 500 } : { ms: 5, status: 200 })
}
let begun = 0

test.each(cases)('$what: $code', async ({ code, verdict, experiment = kill, inputs = {}, replicas = 3, serving = healthy, between, injects }) => {
  stage = await setStage()
  begun = Number.POSITIVE_INFINITY
  await deployCart(stage, replicas)
  stage.files.set('chaos.yaml', experiment)
  if (between !== undefined) stage.between = between
  stage.serving = serving
  const before = await podNames(stage)
  begun = stage.clock.now()
  const report = await stage.run(inputs)
  expect([report.verdict, report.reasons[0]?.code ?? codes(report)]).toEqual([verdict, code])
  for (const name of ['recovery-seconds', 'failed-rate', 'effect', 'rollback', 'journal']) expect(report.outputs).toHaveProperty(name)
  if (injects === undefined) expect([await podNames(stage), report.outputs['effect']]).toEqual([before, 'unproven'])
  // Whatever the caller wants `inconclusive` to be, it is not a proof.
  expect(codes(report)).not.toHaveLength(0)
})

describe('not permitted', () => {
  const allowed = (missing: string): User => {
    const rules: readonly (readonly [string, string, readonly string[]])[] = [
      ['', 'pods', ['get', 'list', 'delete']],
      ['', 'configmaps', ['get', 'list', 'create', 'update']],
      ['', 'secrets', ['get', 'list', 'create', 'update']],
      ['coordination.k8s.io', 'leases', ['get', 'list', 'create', 'update']],
      ['batch', 'jobs', ['get', 'list', 'create', 'patch', 'delete']],
      ['networking.k8s.io', 'networkpolicies', ['get', 'list', 'create', 'patch', 'delete']],
      ['apps', 'deployments', ['get']],
    ]
    return { name: 'robot', token: 'robot-token', may: rules.map(([group, resource, verbs]) => ({ groups: [group], resources: [resource], verbs: verbs.filter((verb) => `${verb} ${resource}` !== missing) })) }
  }

  test.each([
    ['delete pods', kill],
    ['list pods', kill],
    ['create leases', kill],
    ['create configmaps', kill],
    ['create jobs', partition],
    ['create networkpolicies', partition],
    ['delete networkpolicies', partition],
  ])('to %s: told before anything is done', async (missing, experiment) => {
    stage = await setStage({ users: [{ name: 'admin', token: 'admin-token', may: 'all' }, allowed(missing)] })
    await deployCart(stage, 3)
    stage.files.set('chaos.yaml', experiment)
    const before = await podNames(stage)
    const report = await stage.run(all, 'robot')
    expect([report.verdict, codes(report)]).toEqual(['fail', ['FM-CHAOS-FORBIDDEN']])
    expect(report.reasons[0]?.message).toContain(missing.split(' ').join(' '))
    expect(await podNames(stage)).toEqual(before)
    expect((await stage.kube.list({ apiVersion: 'v1', kind: 'ConfigMap' }, { namespace: shop, labelSelector: 'app.kubernetes.io/managed-by=fermata' })).items).toEqual([])
  })

  test('everything that it says it needs is enough', async () => {
    stage = await setStage({ users: [{ name: 'admin', token: 'admin-token', may: 'all' }, allowed('nothing')] })
    await deployCart(stage, 3)
    stage.files.set('chaos.yaml', partition)
    expect(await stage.run(all, 'robot')).toMatchObject({ verdict: 'pass' })
    stage.files.set('chaos.yaml', kill)
    expect(await stage.run(all, 'robot')).toMatchObject({ verdict: 'pass' })
  })
})

describe('a world that breaks', () => {
  test('a server that is down before: an error and no verdict', async () => {
    stage = await setStage()
    stage.files.set('chaos.yaml', kill)
    stage.between = changing(() => ({ may: () => Promise.reject(new ClusterError('unreachable', 'No connection.')) }))
    await expect(stage.run({})).rejects.toMatchObject({ kind: 'unreachable' })
  })

  test('a server that goes down while the fault is in effect: lost, not green, and the fuse does the rest', async () => {
    stage = await setStage()
    await deployCart(stage, 2)
    stage.files.set('chaos.yaml', partition)
    let down = false
    const no = () => Promise.reject(new ClusterError('unreachable', 'No connection.'))
    stage.between = changing((cluster) => ({
      get: (ref) => (down ? no() : cluster.get(ref)),
      list: (kind, where) => (down ? no() : cluster.list(kind, where)),
      replace: (object) => cluster.replace(object),
      delete: (ref, options) => {
        down = ref.kind === 'NetworkPolicy' || down
        return down ? no() : cluster.delete(ref, options)
      },
    }))
    const report = await stage.run(all)
    expect([report.verdict, report.outputs['rollback']]).toEqual(['fail', 'unproven'])
    expect(codes(report)).toEqual(expect.arrayContaining(['FM-CHAOS-UNDO-REFUSED', 'FM-CHAOS-UNDO-UNPROVEN']))
    await stage.pass(40_000)
    expect((await stage.kube.list({ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy' }, { namespace: shop })).items).toEqual([])
  })

  test('a list that cannot be had is no empty list', async () => {
    stage = await setStage()
    await deployCart(stage, 3)
    stage.files.set('chaos.yaml', kill)
    stage.between = changing((cluster) => ({ list: (kind, where) => (kind.kind === 'Pod' ? Promise.reject(new ClusterError('gone', 'The list was cut off.')) : cluster.list(kind, where)) }))
    await expect(stage.run({})).rejects.toMatchObject({ kind: 'gone' })
    await expect(stage.run({ mode: 'plan' })).rejects.toMatchObject({ kind: 'gone' })
  })

  test('another run holds the lease', async () => {
    stage = await setStage()
    await deployCart(stage, 3)
    stage.files.set('chaos.yaml', kill)
    const now = () => new Date(stage.clock.now()).toISOString().replace('Z', '000Z')
    const lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: 'fermata-cart', namespace: shop } }
    let written = await stage.kube.create({ ...lease, spec: { holderIdentity: 'release r1', leaseDurationSeconds: 30, leaseTransitions: 1, acquireTime: now(), renewTime: now() } })
    const running = stage.run({})
    await stage.pass(5_000)
    written = await stage.kube.replace({ ...written, spec: { ...(written['spec'] as object), renewTime: now() } })
    const report = await running
    expect([report.verdict, codes(report)]).toEqual(['inconclusive', ['FM-CHAOS-LEASE-TAKEN']])
    expect(report.summary).toContain('release r1')
  })

  test('asked to stop before anything was injected', async () => {
    stage = await setStage()
    await deployCart(stage, 3)
    stage.files.set('chaos.yaml', kill)
    const before = await podNames(stage)
    const running = stage.run({})
    await stage.pass(500)
    stage.stopRun()
    expect([(await running).verdict, codes(await running), await podNames(stage)]).toEqual(['fail', ['FM-CHAOS-CANCELLED'], before])
  })

  test('hostile text in an experiment is text', async () => {
    stage = await setStage()
    await deployCart(stage, 3)
    stage.files.set('chaos.yaml', kill.replace('title: The cart bears it', 'title: "::error::x ${{ github.token }} <script>\\u0007"'))
    const report = await stage.run({})
    expect(report.verdict).toBe('pass')
    expect(report.summary).not.toContain('::error')
  })
})

test('whichever answer of the cluster is empty, it never passes', async () => {
  stage = await setStage()
  await deployCart(stage, 2)
  const empty: readonly (readonly [string, (cluster: Cluster) => Partial<Cluster>])[] = [
    ['list', () => ({ list: () => Promise.resolve({ items: [], resourceVersion: '1' }) })],
    ['get', () => ({ get: () => Promise.resolve(undefined) })],
    ['may', () => ({ may: () => Promise.resolve(false) })],
    ['delete', () => ({ delete: () => Promise.resolve(false) })],
  ]
  for (const experiment of [kill, partition]) {
    for (const [what, change] of empty) {
      stage.files.set('chaos.yaml', experiment)
      stage.between = changing(change)
      const verdict = await stage.run(all).then((report) => report.verdict, () => 'thrown')
      expect([what, experiment === kill ? 'kill' : 'partition', verdict]).not.toEqual([what, expect.any(String), 'pass'])
      stage.between = (cluster) => cluster
      await stage.pass(60_000)
    }
  }
})

test('whichever answers of the service are empty, it never passes', async () => {
  stage = await setStage()
  await deployCart(stage, 2)
  stage.files.set('chaos.yaml', `${kill.replace('steady_state: [{url: "http://cart.example/health"}]', 'steady_state: [{url: "http://cart.example/health", contains: ok}]')}`)
  expect((await stage.run({})).verdict).toBe('inconclusive')
})
