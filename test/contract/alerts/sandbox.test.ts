import { startAlertmanager, virtualClock } from '@fermata/sandbox'
import { alertsContract } from './contract.ts'

alertsContract({
  name: 'sandbox',
  async start(config, { prefix } = {}) {
    const clock = virtualClock()
    const alertmanager = await startAlertmanager({ config, clock, ...(prefix !== undefined && { prefix }) })
    return {
      url: alertmanager.url,
      now: () => clock.now(),
      async pass(milliseconds) {
        for (let passed = 0; passed < milliseconds; passed += 50) {
          await clock.advance(Math.min(50, milliseconds - passed))
          await alertmanager.quiet()
        }
      },
      stop: alertmanager.close,
    }
  },
})
