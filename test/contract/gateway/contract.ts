import { afterAll, afterEach, beforeAll, describe, test } from '@jest/globals'
import { failing } from './failing.ts'
import { routing } from './routing.ts'
import { type GatewaySide, openScene, type Running, type Scene } from './scene.ts'

/** What must hold of the gateway whichever cluster it looks at. */
export function gatewayContract(side: GatewaySide): void {
  describe(`the gateway before ${side.name}`, () => {
    let running: Running
    let scene: Scene | undefined
    let count = 0
    beforeAll(async () => {
      running = await side.start()
    }, 90_000)
    afterAll(() => running.stop(), 30_000)
    afterEach(() => scene?.close())

    test.each([...routing, ...failing])('$name', async ({ run }) => {
      await run(async (wish) => {
        count++
        scene = await openScene(running, `gateway-${count}`, wish)
        return scene
      })
      // One case is ten thousand requests, on a machine that may be busy.
    }, 180_000)
  })
}
