import { afterAll, beforeAll, describe } from '@jest/globals'
import type { Clock, Cluster, KubeObject, ObjectRef } from '@fermata/ports'
import { fuseContract, otherFuses } from './fuse.ts'
import { journalContract } from './journal.ts'
import { leaseContract, otherHolders } from './lease.ts'
import type { Running, Side } from './side.ts'
import { sweepContract } from './sweep.ts'
import { fenceContract, warrantContract } from './warrant.ts'

/** What a test of the suite works with: two connections, as of two runs that know nothing of each other. */
export interface Stand {
  readonly clock: Clock
  readonly namespace: string
  readonly one: Cluster
  readonly other: Cluster
  readonly nobody: Cluster
  /** A name that no other test has. */
  readonly name: string
  pass(milliseconds: number): Promise<void>
  /** Lets time go by until something holds, for at most 40 s. */
  until(what: string, holds: () => Promise<boolean>): Promise<void>
  gone(ref: ObjectRef): Promise<void>
  settings(name: string, data: Readonly<Record<string, string>>): KubeObject
  settingsRef(name: string): ObjectRef
}

/** What custody promises, on any cluster that is one. */
export function custodyContract(side: Side): void {
  describe(`custody contract: ${side.name}`, () => {
    let running: Running | undefined
    let clusters: { readonly one: Cluster; readonly other: Cluster; readonly nobody: Cluster } | undefined
    let count = 0
    beforeAll(async () => {
      running = await side.start()
      clusters = { one: await running.connect(), other: await running.connect(), nobody: await running.connect('nobody') }
    }, 90_000)
    afterAll(() => running?.stop(), 30_000)

    const stand = (): Stand => {
      if (running === undefined || clusters === undefined) throw new Error('Nothing runs.')
      const { clock, namespace, pass } = running
      const { one } = clusters
      const until = async (what: string, holds: () => Promise<boolean>): Promise<void> => {
        for (let waited = 0; !(await holds()); waited += 500) {
          if (waited > 40_000) throw new Error(`After 40 s still not: ${what}.`)
          await pass(500)
        }
      }
      return {
        clock, namespace, pass, until, ...clusters,
        name: `t${(count += 1)}`,
        gone: (ref) => until(`${ref.kind} ${ref.name} is gone`, async () => (await one.get(ref)) === undefined),
        settings: (name, data) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace }, data }),
        settingsRef: (name) => ({ apiVersion: 'v1', kind: 'ConfigMap', namespace, name }),
      }
    }
    leaseContract(stand)
    otherHolders(stand)
    warrantContract(stand)
    fenceContract(stand)
    journalContract(stand)
    fuseContract(stand)
    otherFuses(stand)
    sweepContract(stand)
  })
}
