import { setTimeout as wait } from 'node:timers/promises'
import { alertsContract } from '../contract/alerts/contract.ts'
import { startRealAlertmanager } from './alertmanager.ts'

alertsContract({
  name: 'Alertmanager',
  async start(config, { prefix } = {}) {
    const { url, stop } = await startRealAlertmanager(config, prefix)
    return { url, stop, now: () => Date.now(), pass: (milliseconds) => wait(milliseconds) }
  },
})
