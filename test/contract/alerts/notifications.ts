import { expect, test } from '@jest/globals'
import { is, post, type Posted } from './api.ts'
import type { Inbox, Message } from './inbox.ts'
import { type Running, until } from './side.ts'

const iso = (at: number): string => new Date(at).toISOString()

interface Speech {
  readonly open: () => { readonly running: Running; readonly inbox: Inbox }
  readonly raise: (...posted: readonly Posted[]) => Promise<void>
  readonly told: (path: string) => readonly Message[]
  /** Waits until so many messages have come. */
  readonly many: (path: string, count: number) => Promise<void>
  readonly reasons: (path: string) => readonly string[]
  /** The report that an alert has ended. */
  readonly resolved: (labels: Posted['labels']) => Posted
}

/** Whom it tells, of what, and when. Each case has an Alertmanager of its own. */
export function notificationContract(open: Speech['open']): void {
  const told: Speech['told'] = (path) => open().inbox.messages.filter((message) => message.path === path)
  const speech: Speech = {
    open,
    told,
    raise: async (...posted) => expect(await post(open().running, '/alerts', posted)).toMatchObject({ status: 200 }),
    many: (path, count) => until(open().running, `${count} messages to ${path}`, () => told(path).length >= count),
    reasons: (path) => told(path).map(({ body }) => body.notification_reason),
    resolved: (labels) => ({ labels, startsAt: iso(open().running.now() - 60_000), endsAt: iso(open().running.now() - 1) }),
  }
  groupCases(speech)
  courseCases(speech)
  mutingCases(speech)
}

/** What comes together, and what it looks like. */
function groupCases({ open, raise, told, many }: Speech): void {
  test('the body of a webhook', async () => {
    // A start that is over by more than the wait of the group would be told at once, alone.
    const now = Math.ceil(open().running.now() / 1_000) * 1_000 + 1_000
    await raise(
      { labels: { alertname: 'Down', service: 'web', job: 'b' }, annotations: { summary: 'one', runbook: 'r' }, startsAt: iso(now - 250), generatorURL: 'http://p/1' },
      { labels: { alertname: 'Down', service: 'cart', job: 'a' }, annotations: { summary: 'two', runbook: 'r' }, startsAt: iso(now) },
    )
    await many('/default', 1)
    const [{ body, contentType }] = told('/default') as readonly [Message]
    expect(contentType).toMatch(/^application\/json/)
    expect({ ...body, externalURL: typeof body['externalURL'] }).toEqual({
      receiver: 'default',
      status: 'firing',
      alerts: [
        { status: 'firing', labels: { alertname: 'Down', service: 'cart', job: 'a' }, annotations: { summary: 'two', runbook: 'r' }, startsAt: iso(now).replace('.000', ''), endsAt: '0001-01-01T00:00:00Z', generatorURL: '', fingerprint: 'bc7ad399288283a3' },
        { status: 'firing', labels: { alertname: 'Down', service: 'web', job: 'b' }, annotations: { summary: 'one', runbook: 'r' }, startsAt: iso(now - 250).replace('50Z', '5Z'), endsAt: '0001-01-01T00:00:00Z', generatorURL: 'http://p/1', fingerprint: '8466be5a4803db74' },
      ],
      notification_reason: 'first notification',
      groupLabels: { alertname: 'Down' },
      commonLabels: { alertname: 'Down' },
      commonAnnotations: { runbook: 'r' },
      routeLabels: {},
      externalURL: 'string',
      version: '4',
      groupKey: '{}:{alertname="Down"}',
      truncatedAlerts: 0,
    })
  })

  test('alerts of a group come together, those of others apart', async () => {
    await raise({ labels: { alertname: 'A', n: '1' } }, { labels: { alertname: 'A', n: '2' } }, { labels: { alertname: 'B' } }, { labels: { severity: 'page', service: 'cart', alertname: 'C' } })
    await many('/default', 2)
    await many('/page', 1)
    expect(told('/default').map(({ body }) => [body.groupKey, body.alerts.length]).toSorted()).toEqual([['{}:{alertname="A"}', 2], ['{}:{alertname="B"}', 1]])
    expect(told('/page').map(({ body }) => [body.groupKey, body.receiver, body['groupLabels']])).toEqual([['{}/{severity="page"}:{service="cart"}', 'page', { service: 'cart' }]])
  })

  test('a group of all labels', async () => {
    await raise({ labels: { alertname: 'A', each: 'yes', n: '1' } }, { labels: { alertname: 'A', each: 'yes', n: '2' } })
    await many('/each', 2)
    expect(told('/each').map(({ body }) => body.groupKey).toSorted()).toEqual(['{}/{each="yes"}:{alertname="A", each="yes", n="1"}', '{}/{each="yes"}:{alertname="A", each="yes", n="2"}'])
  })

  test('more alerts than a webhook takes are counted', async () => {
    await raise(...['1', '2', '3', '4'].map((n) => ({ labels: { alertname: 'A', few: 'yes', n } })))
    await many('/few', 1)
    expect(told('/few')[0]?.body).toMatchObject({ truncatedAlerts: 2, alerts: { length: 2 } })
  })

  test('groups are listed with their alerts', async () => {
    await raise({ labels: { alertname: 'A', n: '1' } }, { labels: { alertname: 'B' } })
    await many('/default', 2)
    const groups = (await (await fetch(`${open().running.url}/api/v2/alerts/groups`)).json()) as readonly { readonly labels: unknown; readonly receiver: unknown; readonly alerts: readonly unknown[] }[]
    expect(groups.map(({ labels, receiver, alerts }) => [labels, receiver, alerts.length])).toEqual([[{ alertname: 'A' }, { name: 'default' }, 1], [{ alertname: 'B' }, { name: 'default' }, 1]])
  })
}

/** What is told as time passes. */
function courseCases({ open, raise, told, many, reasons, resolved }: Speech): void {
  test('new, some resolved, all resolved, and first again', async () => {
    await raise({ labels: { alertname: 'A', n: '1' } })
    await many('/default', 1)
    await raise({ labels: { alertname: 'A', n: '2' } })
    await many('/default', 2)
    await raise(resolved({ alertname: 'A', n: '1' }))
    await many('/default', 3)
    await raise(resolved({ alertname: 'A', n: '2' }))
    await many('/default', 4)
    await raise({ labels: { alertname: 'A', n: '3' } })
    await many('/default', 5)
    expect(reasons('/default')).toEqual(['first notification', 'new alerts added', 'some alerts resolved', 'all alerts resolved', 'first notification'])
    expect(told('/default').map(({ body }) => [body.status, body.alerts.map(({ labels, status }) => `${labels['n']} ${status}`).join(', ')])).toEqual([
      ['firing', '1 firing'],
      ['firing', '1 firing, 2 firing'],
      ['firing', '1 resolved, 2 firing'],
      ['resolved', '2 resolved'],
      ['firing', '3 firing'],
    ])
    expect(told('/default')[2]?.body.alerts[0]?.endsAt).not.toBe('0001-01-01T00:00:00Z')
  })

  test('told again only when the repeat interval is over', async () => {
    await raise({ labels: { alertname: 'A' } })
    await many('/default', 1)
    const first = open().running.now()
    await many('/default', 2)
    const passed = open().running.now() - first
    expect([passed > 2_500, passed < 5_000]).toEqual([true, true])
    expect(reasons('/default')).toEqual(['first notification', 'repeat interval elapsed'])
  })

  test('of what has ended before it was told, nothing is told', async () => {
    await raise(resolved({ alertname: 'A' }), { labels: { alertname: 'B' } })
    await many('/default', 1)
    await open().running.pass(1_500)
    expect(told('/default').map(({ body }) => body.groupKey)).toEqual(['{}:{alertname="B"}'])
  })

  test('the end of an alert that nobody repeats is told', async () => {
    await raise({ labels: { alertname: 'A' }, endsAt: iso(open().running.now() + 1_500), startsAt: iso(open().running.now() - 1_000) })
    await many('/default', 2)
    expect(reasons('/default')).toEqual(['first notification', 'all alerts resolved'])
  })

  test('a webhook that wants no resolved ones gets none', async () => {
    await raise({ labels: { alertname: 'A', team: 'firing' } })
    await many('/firing', 1)
    await raise(resolved({ alertname: 'A', team: 'firing' }))
    await open().running.pass(2_500)
    expect(told('/firing').map(({ body }) => [body.receiver, body.status])).toEqual([['firing\\.only', 'firing']])
  })
}

/** What is not told, and what could not be. */
function mutingCases({ open, raise, told, many, reasons, resolved }: Speech): void {
  test('a silenced alert is told when its silence is over', async () => {
    const { running } = open()
    const silence = { matchers: [is('n', '1')], createdBy: 'fermata', comment: 'a test', startsAt: iso(running.now()), endsAt: iso(running.now() + 3_600_000) }
    const { silenceID } = JSON.parse((await post(running, '/silences', silence)).text) as { readonly silenceID: string }
    await raise({ labels: { alertname: 'A', n: '1' } }, { labels: { alertname: 'A', n: '2' } })
    await many('/default', 1)
    expect(told('/default')[0]?.body.alerts.map(({ labels }) => labels['n'])).toEqual(['2'])
    await fetch(`${running.url}/api/v2/silence/${silenceID}`, { method: 'DELETE' })
    await many('/default', 2)
    expect(told('/default')[1]?.body).toMatchObject({ notification_reason: 'new alerts added', alerts: { length: 2 } })
  })

  test('an inhibited alert is told when the other has ended', async () => {
    await raise({ labels: { alertname: 'Down', severity: 'page', service: 'cart' } }, { labels: { alertname: 'Slow', severity: 'ticket', service: 'cart' } }, { labels: { alertname: 'Slow', severity: 'ticket', service: 'web' } })
    await many('/default', 1)
    await many('/page', 1)
    expect(told('/default')[0]?.body.alerts.map(({ labels }) => labels['service'])).toEqual(['web'])
    await raise(resolved({ alertname: 'Down', severity: 'page', service: 'cart' }))
    await many('/default', 2)
    expect(told('/default')[1]?.body.alerts.map(({ labels }) => labels['service'])).toEqual(['cart', 'web'])
  })

  test('a failure is tried again, a refusal only at the next interval', async () => {
    const { inbox } = open()
    inbox.answers.push(503, 200)
    await raise({ labels: { alertname: 'A' } })
    await many('/default', 2)
    expect(reasons('/default')).toEqual(['first notification', 'first notification'])
    inbox.answers.push(422)
    await raise({ labels: { alertname: 'B' } })
    await until(open().running, 'B told twice', () => told('/default').filter(({ body }) => body.groupKey.includes('B')).length >= 2)
    expect(told('/default').filter(({ body }) => body.groupKey.includes('B')).map(({ body }) => body.notification_reason)).toEqual(['first notification', 'first notification'])
  })
}
