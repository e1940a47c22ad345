import { createAlerts } from '@fermata/prometheus'
import type { Clock, LabelMatcher, SilenceWish } from '@fermata/ports'
import { expect, test } from '@jest/globals'
import type { Inbox } from './inbox.ts'
import type { Running } from './side.ts'

const minute = 60_000

export const is = (name: string, value: string): LabelMatcher => ({ name, value, isRegex: false, isEqual: true })
export const isNot = (name: string, value: string): LabelMatcher => ({ name, value, isRegex: false, isEqual: false })
export const like = (name: string, value: string): LabelMatcher => ({ name, value, isRegex: true, isEqual: true })
export const unlike = (name: string, value: string): LabelMatcher => ({ name, value, isRegex: true, isEqual: false })

export interface Posted {
  readonly labels: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
  readonly startsAt?: string
  readonly endsAt?: string
  readonly generatorURL?: string
}

export async function post({ url }: Running, path: string, body: unknown): Promise<{ readonly status: number; readonly text: string }> {
  const answer = await fetch(`${url}/api/v2${path}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: typeof body === 'string' ? body : JSON.stringify(body) })
  return { status: answer.status, text: await answer.text() }
}

const iso = (at: number): string => new Date(at).toISOString()

/** Each case has alerts of its own, told apart by the label `case`. */
export function apiContract(open: () => { readonly running: Running; readonly inbox: Inbox }): void {
  const clock = (): Clock => ({ now: () => open().running.now(), sleep: () => Promise.reject(new Error('Nothing of this contract is to be repeated.')) })
  const alerts = () => createAlerts({ url: open().running.url, clock: clock() })
  const raise = async (...posted: readonly Posted[]): Promise<void> => expect(await post(open().running, '/alerts', posted)).toMatchObject({ status: 200 })
  const names = async (filter: Parameters<ReturnType<typeof alerts>['alerts']>[0]): Promise<readonly string[]> => (await alerts().alerts(filter)).map(({ labels }) => labels['alertname'] ?? '').toSorted()
  const rejected = (promise: Promise<unknown>) => promise.then(() => 'answered', (error: { readonly kind?: string; readonly status?: number }) => `${error.kind} ${error.status}`)

  for (const cases of [alertCases, intakeCases, filterCases, silenceCases, silenceRefusals]) cases({ open, alerts, raise, names, rejected })
}

interface Speech {
  readonly open: () => { readonly running: Running; readonly inbox: Inbox }
  readonly alerts: () => ReturnType<typeof createAlerts>
  readonly raise: (...posted: readonly Posted[]) => Promise<void>
  readonly names: (filter: Parameters<ReturnType<typeof createAlerts>['alerts']>[0]) => Promise<readonly string[]>
  readonly rejected: (promise: Promise<unknown>) => Promise<string>
}

function alertCases({ open, alerts, raise }: Speech): void {
  const only = (name: string) => alerts().alerts({ matchers: [is('case', name)] })
  test('an alert comes back with all that it was told with', async () => {
    const now = Math.floor(open().running.now() / 1_000) * 1_000
    await raise({ labels: { alertname: 'Down', case: 'all', service: 'cart', team: 'a', empty: '', ä: 'ö' }, annotations: { summary: 'It is "down"', runbook: 'https://runbooks.example' }, startsAt: iso(now - 5 * minute), endsAt: iso(now + 10 * minute), generatorURL: 'http://prometheus.example/graph' })
    const [alert] = await only('all')
    expect(alert).toMatchObject({
      fingerprint: 'e163b7ad1bc4a82c',
      labels: { alertname: 'Down', case: 'all', service: 'cart', team: 'a', ä: 'ö' },
      annotations: { summary: 'It is "down"', runbook: 'https://runbooks.example' },
      startsAt: now - 5 * minute,
      endsAt: now + 10 * minute,
      generatorUrl: 'http://prometheus.example/graph',
      state: 'active',
      silencedBy: [],
      inhibitedBy: [],
      mutedBy: [],
      receivers: ['everything'],
    })
    expect(Object.keys(alert?.labels ?? {})).not.toContain('empty')
  })
  test('without times it starts now and ends after the resolve timeout', async () => {
    const before = open().running.now()
    await raise({ labels: { alertname: 'Down', case: 'times' } })
    const [alert] = await only('times')
    expect((alert?.startsAt ?? 0) - before).toBeGreaterThanOrEqual(-1_000)
    expect((alert?.startsAt ?? 0) - before).toBeLessThan(10_000)
    expect((alert?.endsAt ?? 0) - (alert?.startsAt ?? 0)).toBe(5 * minute)
  })
  test('one that has ended is not listed', async () => {
    const now = open().running.now()
    await raise({ labels: { alertname: 'Over', case: 'over' }, startsAt: iso(now - 10 * minute), endsAt: iso(now - minute) })
    expect(await only('over')).toEqual([])
  })
  test('told again with an end, it is resolved; its start stays', async () => {
    const now = open().running.now()
    await raise({ labels: { alertname: 'A', case: 'again' }, startsAt: iso(now - 5 * minute) })
    await raise({ labels: { alertname: 'A', case: 'again' }, startsAt: iso(now - 3 * minute) })
    expect((await only('again'))[0]?.startsAt).toBe(now - 5 * minute)
    await raise({ labels: { alertname: 'A', case: 'again' }, startsAt: iso(now - 5 * minute), endsAt: iso(now - 1_000) })
    expect(await only('again')).toEqual([])
  })
  test('the later of two ends counts if it was told', async () => {
    const now = Math.floor(open().running.now() / 1_000) * 1_000
    await raise({ labels: { alertname: 'B', case: 'ends' }, startsAt: iso(now - minute), endsAt: iso(now + 20 * minute) })
    await raise({ labels: { alertname: 'B', case: 'ends' }, startsAt: iso(now - minute), endsAt: iso(now + 2 * minute) })
    expect((await only('ends'))[0]?.endsAt).toBe(now + 20 * minute)
  })
  test('the same labels are the same alert, and annotations are those told last', async () => {
    await raise({ labels: { alertname: 'C', case: 'same' }, annotations: { n: '1' } }, { labels: { case: 'same', alertname: 'C' }, annotations: { n: '2' } })
    expect((await only('same')).map(({ annotations }) => annotations)).toEqual([{ n: '2' }])
  })
}

function intakeCases({ open, alerts, raise, rejected }: Speech): void {
  const only = (name: string) => alerts().alerts({ matchers: [is('case', name)] })
  test('all receivers of an alert are named, in the order of the routes', async () => {
    await raise({ labels: { alertname: 'D', case: 'routes', severity: 'page', service: 'web', team: 'b' } }, { labels: { alertname: 'E', case: 'routes', severity: 'page', service: 'other' } }, { labels: { alertname: 'F', case: 'routes', service: 'web' } })
    expect(Object.fromEntries((await only('routes')).map(({ labels, receivers }) => [labels['alertname'], receivers]))).toEqual({ D: ['page', 'everything'], E: ['page'], F: ['default'] })
  })
  test.each([
    [400, [{ labels: {} }]],
    [400, [{ labels: { alertname: 'X' }, startsAt: '2026-01-01T00:00:00Z', endsAt: '2025-01-01T00:00:00Z' }]],
    [422, [{}]],
    [400, [{ labels: { alertname: 1 } }]],
    [400, [{ labels: { alertname: 'X' }, startsAt: 'yesterday' }]],
    [400, {}],
    [400, '{'],
  ])('%p for %j', async (status, body) => expect((await post(open().running, '/alerts', body)).status).toBe(status))
  test('right ones are taken beside wrong ones', async () => {
    expect((await post(open().running, '/alerts', [{ labels: {} }, { labels: { alertname: 'Right', case: 'beside' } }])).status).toBe(400)
    expect(await only('beside')).toHaveLength(1)
  })
  test('the status names no cluster', async () => expect(await alerts().status()).toMatchObject({ cluster: 'disabled' }))
  test('nothing elsewhere', async () => expect(await rejected(createAlerts({ url: `${open().running.url}/elsewhere`, clock: { now: () => 0, sleep: () => Promise.reject(new Error('never')) } }).alerts())).toBe('not-found 404'))
}

function filterCases({ open, alerts, raise, names, rejected }: Speech): void {
  const scene = [
    { labels: { alertname: 'Slow', case: 'filter', service: 'cart', severity: 'ticket' } },
    { labels: { alertname: 'Down', case: 'filter', service: 'cart', severity: 'page' } },
    { labels: { alertname: 'Full', case: 'filter', service: 'disk "a"\\b', severity: 'ticket' } },
    { labels: { alertname: 'Both1', case: 'filter', kind: 'both' } },
    { labels: { alertname: 'Both2', case: 'filter', kind: 'both' } },
  ]
  const here = is('case', 'filter')
  test('an inhibited alert is suppressed by the fingerprint of the other', async () => {
    await raise(...scene)
    const all = await alerts().alerts({ matchers: [here] })
    const of = (name: string) => all.find(({ labels }) => labels['alertname'] === name)
    expect(of('Slow')).toMatchObject({ state: 'suppressed', inhibitedBy: [of('Down')?.fingerprint] })
    expect(of('Down')).toMatchObject({ state: 'active', inhibitedBy: [] })
    expect(of('Full')).toMatchObject({ state: 'active', inhibitedBy: [] })
    expect(of('Both1')).toMatchObject({ state: 'active', inhibitedBy: [] })
  })
  test.each([
    ['equal', [is('service', 'cart')], ['Down', 'Slow']],
    ['not equal', [isNot('service', 'cart')], ['Both1', 'Both2', 'Full']],
    ['like, the whole value', [like('service', 'ca.')], []],
    ['like', [like('service', 'c.*|x')], ['Down', 'Slow']],
    ['unlike', [unlike('service', 'c.*')], ['Both1', 'Both2', 'Full']],
    ['several at once', [is('service', 'cart'), is('severity', 'page')], ['Down']],
    ['absent', [is('service', '')], ['Both1', 'Both2']],
    ['present', [isNot('service', '')], ['Down', 'Full', 'Slow']],
    ['quotes and backslashes', [is('service', 'disk "a"\\b')], ['Full']],
    ['nothing', [is('service', 'nosuch')], []],
  ] as const)('filter: %s', async (_, matchers, expected) => {
    await raise(...scene)
    expect(await names({ matchers: [here, ...matchers] })).toEqual(expected)
  })
  test.each([
    [{ inhibited: false }, ['Both1', 'Both2', 'Down', 'Full']],
    [{ active: false }, ['Slow']],
    [{ receiver: 'page' }, ['Down']],
    [{ receiver: 'pa' }, []],
    [{ receiver: 'default|page' }, ['Both1', 'Both2', 'Down', 'Full', 'Slow']],
    [{ silenced: false }, ['Both1', 'Both2', 'Down', 'Full', 'Slow']],
  ])('choice: %j', async (filter, expected) => {
    await raise(...scene)
    expect(await names({ matchers: [here], ...filter })).toEqual(expected)
  })
  test('a regular expression that is none', async () => expect(await rejected(alerts().alerts({ receiver: '(' }))).toBe('refused 400'))
  test.each(['x', '=b', 'a=~"("', 'a="b'])('the filter %p', async (filter) => expect((await fetch(`${open().running.url}/api/v2/alerts?filter=${encodeURIComponent(filter)}`)).status).toBe(400))
  test('a value with an equals sign', async () => expect(await (await fetch(`${open().running.url}/api/v2/alerts?filter=a=b=c`)).json()).toEqual([]))
  test('a filter without quotes', async () => expect(await (await fetch(`${open().running.url}/api/v2/alerts?filter=case=filter&filter=${encodeURIComponent('severity=~page|none')}`)).json()).toHaveLength(1))
}

function silenceWish(open: Speech['open'], name: string, over: Partial<SilenceWish> = {}): SilenceWish {
  const now = open().running.now()
  return { matchers: [is('case', name), like('service', 'a|b')], startsAt: now, endsAt: now + 30 * minute, createdBy: 'fermata', comment: 'a test', ...over }
}

function silenceCases({ open, alerts, raise, names }: Speech): void {
  const wish = (name: string) => silenceWish(open, name)
  const mine = async (name: string) => alerts().silences([is('case', name)])

  test('a silence suppresses what all of its matchers match, until it is expired', async () => {
    await raise({ labels: { alertname: 'S1', case: 'silence', service: 'a' } }, { labels: { alertname: 'S2', case: 'silence', service: 'c' } })
    const id = await alerts().silence(wish('silence'))
    expect((await alerts().alerts({ matchers: [is('case', 'silence')] })).map(({ labels, state, silencedBy }) => [labels['alertname'], state, silencedBy]).toSorted()).toEqual([['S1', 'suppressed', [id]], ['S2', 'active', []]])
    expect(await names({ matchers: [is('case', 'silence')], silenced: false })).toEqual(['S2'])
    expect(await alerts().expire(id)).toBe(true)
    expect(await names({ matchers: [is('case', 'silence')], silenced: false })).toEqual(['S1', 'S2'])
    expect(await alerts().expire(id)).toBe(false)
  })
  test('it comes back as it was wished', async () => {
    const startsAt = Math.floor(open().running.now() / 1_000) * 1_000 + 10 * minute
    const id = await alerts().silence({ ...wish('back'), startsAt, endsAt: startsAt + minute, matchers: [is('case', 'back'), like('x', 'y.*'), isNot('z', ''), unlike('q', 'r')] })
    expect(await mine('back')).toEqual([{ id, state: 'pending', matchers: [is('case', 'back'), like('x', 'y.*'), isNot('z', ''), unlike('q', 'r')], startsAt, endsAt: startsAt + minute, updatedAt: expect.any(Number), createdBy: 'fermata', comment: 'a test' }])
  })
  test('a pending one suppresses nothing, and is expired at once', async () => {
    await raise({ labels: { alertname: 'P', case: 'pending', service: 'a' } })
    const id = await alerts().silence({ ...wish('pending'), startsAt: open().running.now() + 10 * minute })
    expect(await names({ matchers: [is('case', 'pending')], silenced: false })).toEqual(['P'])
    await alerts().expire(id)
    const [silence] = await mine('pending')
    expect(silence).toMatchObject({ id, state: 'expired' })
    expect(silence?.startsAt).toBe(silence?.endsAt)
  })
  test('a start in the past becomes now', async () => {
    const now = open().running.now()
    await alerts().silence({ ...wish('past'), startsAt: now - 60 * minute })
    expect((await mine('past'))[0]?.startsAt).toBeGreaterThanOrEqual(now - 1_000)
  })
  test('silences are found by their own matchers', async () => {
    await alerts().silence(wish('own'))
    expect(await mine('own')).toHaveLength(1)
    expect(await alerts().silences([is('case', 'own'), like('service', 'a|b')])).toHaveLength(1)
    expect(await alerts().silences([is('case', 'own'), is('service', 'a')])).toEqual([])
    expect(await alerts().silences([like('case', 'own')])).toEqual([])
  })
  test('a change of the end keeps the id, a change of the matchers does not', async () => {
    const first = await alerts().silence(wish('change'))
    const [known] = await mine('change')
    const again = { ...wish('change'), id: first, startsAt: iso(known?.startsAt ?? 0), endsAt: iso(open().running.now() + 90 * minute) }
    expect(JSON.parse((await post(open().running, '/silences', again)).text)).toEqual({ silenceID: first })
    const other = JSON.parse((await post(open().running, '/silences', { ...again, matchers: [is('case', 'change')] })).text) as { readonly silenceID: string }
    expect(other.silenceID).not.toBe(first)
    expect((await mine('change')).map(({ id, state }) => [id, state])).toEqual([[other.silenceID, 'active'], [first, 'expired']])
  })
}

function silenceRefusals({ open, alerts, rejected }: Speech): void {
  test.each([
    ['an end before the start', { endsAt: 0 }, 'refused 400'],
    ['no matcher', { matchers: [] }, 'refused 400'],
    ['matchers that match everything', { matchers: [like('service', '.*')] }, 'refused 400'],
    ['a regular expression that is none', { matchers: [like('service', '(')] }, 'refused 400'],
    ['a matcher without a name', { matchers: [is('', 'x')] }, 'refused 400'],
  ])('refused: %s', async (_, over, expected) => expect((await rejected(alerts().silence(silenceWish(open, 'refused', over)))).replace('422', '400')).toBe(expected))
  test.each(['startsAt', 'endsAt', 'matchers', 'createdBy', 'comment'])('without %s', async (field) => {
    const whole = { matchers: [is('a', 'b')], startsAt: iso(open().running.now()), endsAt: iso(open().running.now() + minute), createdBy: 'fermata', comment: 'a test' }
    expect((await post(open().running, '/silences', { ...whole, [field]: undefined })).status).toBe(422)
    expect((await post(open().running, '/silences', { ...whole, [field]: 7 })).status).toBe(400)
  })
  test('an unknown id', async () => {
    expect(await alerts().expire('00000000-0000-4000-8000-000000000000')).toBe(false)
    expect((await post(open().running, '/silences', { ...silenceWish(open, 'unknown'), id: '00000000-0000-4000-8000-000000000000', startsAt: iso(open().running.now()), endsAt: iso(open().running.now() + minute) })).status).toBe(404)
  })
  test('an id that is none', async () => expect(await rejected(alerts().expire('no-id'))).toBe('refused 422'))
}
