import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals'
import { type SandboxCluster, startCluster, virtualClock, type VirtualClock } from '@fermata/sandbox'
import { connectCluster } from './connect.ts'
import type { KubeCluster } from './cluster.ts'
import { acquireLease, type Acquired, type HeldLease } from './lease.ts'
import { half } from './testing/stub.ts'

let sandbox: SandboxCluster
let cluster: KubeCluster
let clock: VirtualClock
let service = ''
let count = 0

beforeAll(async () => {
  clock = virtualClock()
  sandbox = await startCluster({ clock, namespaces: ['shop'] })
  cluster = await connectCluster({ kubeconfig: sandbox.kubeconfig(), clock, random: half, environment: {} })
})
beforeEach(() => {
  service = `cart-${count++}`
  sandbox.faults.clear()
})
afterAll(async () => {
  cluster.close()
  await sandbox.stop()
})

const acquire = (holder: string) => acquireLease(cluster, clock, { namespace: 'shop', service, holder, seconds: 30 })
const ref = () => ({ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', namespace: 'shop', name: `fermata-${service}` })

function held(acquired: Acquired): HeldLease {
  if (acquired.kind !== 'held') throw new Error(`taken by ${acquired.by}`)
  return acquired.lease
}

test('one of many that try at once holds it, and the others see who', async () => {
  const results = await Promise.all(Array.from({ length: 8 }, (_, i) => acquire(`run-${i}`)))
  const winners = results.filter((result) => result.kind === 'held')
  expect(winners).toHaveLength(1)
  const others = new Set(results.filter((result) => result.kind === 'taken').map((result) => result.by))
  expect(others.size).toBe(1)
  expect(await cluster.get(ref())).toMatchObject({ spec: { holderIdentity: [...others][0] } })
})

test('the fence rises with every acquisition: after a release, after expiry, and by the same holder again', async () => {
  const first = held(await acquire('run-1'))
  expect(await first.release()).toBe(true)
  const second = held(await acquire('run-2'))
  await clock.advance(36_000)
  const third = held(await acquire('run-3'))
  const again = held(await acquire('run-3'))
  expect([first.fence, second.fence, third.fence, again.fence]).toEqual([1, 2, 3, 4])
})

test('a renewal keeps others out, and its end lets them in only after the allowance for other clocks', async () => {
  const mine = held(await acquire('run-1'))
  await clock.advance(29_000)
  expect(await mine.renew()).toBe(true)
  expect(mine.until()).toBe(clock.now() + 30_000)
  await clock.advance(29_000)
  expect(await acquire('run-2')).toEqual({ kind: 'taken', by: 'run-1', until: mine.until() })
  await clock.advance(5_999)
  expect(await acquire('run-2')).toMatchObject({ kind: 'taken' })
  await clock.advance(1)
  expect(await acquire('run-2')).toMatchObject({ kind: 'held' })
})

test('whoever lost it learns so, and can neither renew nor release what another holds', async () => {
  const zombie = held(await acquire('run-1'))
  await clock.advance(40_000)
  const heir = held(await acquire('run-2'))
  expect(await zombie.renew()).toBe(false)
  expect(await zombie.release()).toBe(false)
  expect(await heir.renew()).toBe(true)
})

test('a lease that was deleted is lost', async () => {
  const mine = held(await acquire('run-1'))
  await cluster.delete(ref())
  expect(await mine.renew()).toBe(false)
})

test('an answer that is lost does not lose the lease', async () => {
  sandbox.faults.order({ verb: 'create', resource: 'leases' }, { kind: 'reset', when: 'after' }, 1)
  const mine = held(await acquire('run-1'))
  sandbox.faults.order({ verb: 'update', resource: 'leases' }, { kind: 'reset', when: 'after' }, 1)
  expect(await mine.renew()).toBe(true)
  expect(await acquire('run-2')).toMatchObject({ kind: 'taken', by: 'run-1' })
})

test('what others wrote on it stays', async () => {
  const mine = held(await acquire('run-1'))
  await cluster.patch(ref(), 'merge', { metadata: { labels: { team: 'shop' } } })
  expect(await mine.renew()).toBe(true)
  expect((await cluster.get(ref()))?.metadata.labels).toEqual({ team: 'shop', 'app.kubernetes.io/managed-by': 'fermata' })
})
