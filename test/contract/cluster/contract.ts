import { afterAll, afterEach, beforeAll, describe, test } from '@jest/globals'
import { clientOf } from './client.ts'
import { type Given, givenIn } from './given.ts'
import { topics } from './topics.ts'
import type { Side, World } from './side.ts'

/** What a cluster must be for us: every behaviour of the API and of its controllers that we rely on. */
export function clusterContract(side: Side): void {
  describe(`cluster contract: ${side.name}`, () => {
    let running: { readonly world: World; readonly client: ReturnType<typeof clientOf> } | undefined
    let given: (Given & { over(): void }) | undefined
    let made = 0

    beforeAll(async () => {
      const world = await side.start()
      running = { world, client: clientOf(world) }
    }, 90_000)
    afterAll(async () => {
      running?.client.close()
      await running?.world.stop()
    }, 30_000)
    afterEach(() => given?.over())

    describe.each(topics)('$name', ({ cases }) => {
      test.each(cases)('$name', async ({ run }) => {
        if (running === undefined) throw new Error('Nothing runs.')
        made++
        given = await inNamespace(running, `case-${made}`)
        await run(given)
      }, 45_000)
    })
  })
}

/** A namespace of its own, with what the cluster puts into each. Pods are refused until it is there. */
async function inNamespace({ world, client }: { readonly world: World; readonly client: ReturnType<typeof clientOf> }, name: string): Promise<Given & { over(): void }> {
  const given = givenIn(world, client.as, name)
  await given.make('namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
  await given.becomes('serviceaccounts', 'default', () => true)
  await given.becomes('configmaps', 'kube-root-ca.crt', () => true)
  return given
}
