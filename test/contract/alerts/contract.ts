import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { type Inbox, openInbox } from './inbox.ts'
import { apiContract } from './api.ts'
import { notificationContract } from './notifications.ts'
import type { Running, Side } from './side.ts'

/** What an Alertmanager must be for us: what it keeps, and whom it tells when. */
export function alertsContract(side: Side): void {
  describe(`alerts contract: ${side.name}`, () => {
    let inbox: Inbox | undefined
    let running: Running | undefined
    const open = (): { readonly inbox: Inbox; readonly running: Running } => {
      if (inbox === undefined || running === undefined) throw new Error('Nothing runs.')
      return { inbox, running }
    }

    describe('the API', () => {
      beforeAll(async () => {
        inbox = await openInbox()
        running = await side.start(quiet(inbox.url))
      })
      afterAll(close)
      apiContract(open)
    })

    describe('notifications', () => {
      beforeEach(async () => {
        inbox = await openInbox()
        running = await side.start(quick(inbox.url))
      })
      afterEach(close)
      notificationContract(open)
    })

    test('a path prefix is part of the address', async () => {
      const prefixed = await side.start(quiet('http://127.0.0.1:9'), { prefix: '/alerts/here' })
      try {
        expect((await fetch(`${prefixed.url}/api/v2/status`)).status).toBe(200)
      } finally {
        await prefixed.stop()
      }
    })

    async function close(): Promise<void> {
      await running?.stop()
      await inbox?.close()
    }
  })
}

const routes = [
  { receiver: 'page', matchers: ['severity="page"'], continue: true, group_by: ['service'] },
  { receiver: 'everything', matchers: ['service=~"c.*|web"', 'team!=""'] },
] as const

const rules = [
  { source_matchers: ['severity="page"'], target_matchers: ['severity="ticket"'], equal: ['service'] },
  { source_matchers: ['kind=~"both"'], target_matchers: ['kind="both"'] },
] as const

/** Nobody is told anything for an hour. */
function quiet(url: string) {
  return {
    global: { resolve_timeout: '5m' },
    route: { receiver: 'default', group_by: ['alertname'], group_wait: '1h', group_interval: '1h', repeat_interval: '4h', routes },
    receivers: ['default', 'page', 'everything'].map((name) => ({ name, webhook_configs: [{ url: `${url}/${name}` }] })),
    inhibit_rules: rules,
  }
}

/** Everything within seconds. */
function quick(url: string) {
  return {
    global: { resolve_timeout: '5m' },
    route: {
      receiver: 'default',
      group_by: ['alertname'],
      group_wait: '400ms',
      group_interval: '1s',
      repeat_interval: '3s',
      routes: [
        { receiver: 'page', matchers: ['severity="page"'], group_by: ['service'] },
        { receiver: 'few', matchers: ['few="yes"'] },
        { receiver: 'firing.only', matchers: ['team="firing"'] },
        { receiver: 'each', matchers: ['each="yes"'], group_by: ['...'] },
      ],
    },
    receivers: [
      { name: 'default', webhook_configs: [{ url: `${url}/default` }] },
      { name: 'page', webhook_configs: [{ url: `${url}/page` }] },
      { name: 'few', webhook_configs: [{ url: `${url}/few`, max_alerts: 2 }] },
      { name: 'firing.only', webhook_configs: [{ url: `${url}/firing`, send_resolved: false }] },
      { name: 'each', webhook_configs: [{ url: `${url}/each` }] },
    ],
    inhibit_rules: rules,
  }
}
