import { buildGraph, type ServiceId } from '@fermata/catalog'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { because } from '../codes.ts'
import { advance, beginRelease, beginUndo } from './advance.ts'
import { type OnFailure, type Order, orderOf, type Part } from './order.ts'
import { type Command, hasEnded, type ReleaseEvent, type ReleaseState, stateOf } from './state.ts'

interface Wish {
  readonly parallelism?: number
  readonly onFailure?: OnFailure
  readonly parts?: Readonly<Record<ServiceId, Partial<Part>>>
}

/** `{ web: ['cart'] }`: web needs cart. */
function order(needs: Readonly<Record<ServiceId, readonly ServiceId[]>>, { parallelism = 50, onFailure = 'rollback', parts = {} }: Wish = {}): Order {
  const graph = buildGraph(Object.entries(needs).map(([id, dependencies]) => ({ id, dependencies })))
  return orderOf(graph, new Map(graph.ids.map((id) => [id, { id, changes: true, creates: false, timeout: 60_000, soak: 0, ...parts[id] }])), { parallelism, onFailure })
}

const failure = because('FM-DEPLOY-CRASH-LOOP', { says: 'It crashes.' })
const ready = (service: ServiceId, at = 0): ReleaseEvent => ({ is: 'assessed', at, service, health: { is: 'ready' } })
const onItsWay = (service: ServiceId, at = 0): ReleaseEvent => ({ is: 'assessed', at, service, health: { is: 'progressing', standing: { says: '0 of 1' } } })
const fails = (service: ServiceId, at = 0): ReleaseEvent => ({ is: 'assessed', at, service, health: { is: 'failed', because: failure } })
const applied = (service: ServiceId, at = 0): ReleaseEvent => ({ is: 'applied', at, service })
const started: ReleaseEvent = { is: 'started', at: 0 }

/** What has become of a release after some events, one after the other, and every command on the way. */
function after(begun: ReleaseState, ...events: readonly ReleaseEvent[]): { readonly release: ReleaseState; readonly commands: readonly string[]; readonly last: readonly string[] } {
  let release = begun
  const commands: string[] = []
  let last: readonly string[] = []
  for (const event of events) {
    const [next, more] = advance(release, [event])
    release = next
    last = more.map(text)
    commands.push(...last)
  }
  return { release, commands, last }
}

const text = (command: Command): string => `${command.do} ${command.service}`
const states = (release: ReleaseState): Readonly<Record<string, string>> => Object.fromEntries(Array.from(release.services, ([id, { at }]) => [id, at]))

describe('a service starts', () => {
  const chain = order({ db: [], cart: ['db'], web: ['cart'], mail: [] }, { parts: { db: { soak: 5000 } } })
  test.each<[string, readonly ReleaseEvent[], readonly string[]]>([
    ['when it needs nothing', [started], ['apply db', 'apply mail']],
    ['not while what it needs is written', [started, applied('db')], []],
    ['not while what it needs is on its way', [started, applied('db'), onItsWay('db')], []],
    ['not while what it needs soaks', [started, applied('db'), ready('db', 100), ready('db', 5099)], []],
    ['when what it needs has soaked', [started, applied('db'), ready('db', 100), ready('db', 5100)], ['apply cart']],
    ['not when what it needs was lost in between', [started, applied('db'), ready('db', 100), onItsWay('db', 2000), ready('db', 3000), ready('db', 5100)], []],
    ['when what it needs has soaked without a break', [started, applied('db'), ready('db', 100), onItsWay('db', 2000), ready('db', 3000), ready('db', 8000)], ['apply cart']],
    ['not while what it needs wavers', [started, applied('db'), ready('db', 0), { ...ready('db', 5000) }, applied('cart'), onItsWay('cart'), onItsWay('db', 6000)], []],
  ])('%s', (_, events, last) => {
    expect(after(beginRelease(chain), ...events).last).toEqual(last)
  })

  test('in the order of the longest way to the end, as many at a time as there are places', () => {
    const { release, commands } = after(beginRelease(order({ short: [], deep: [], middle: ['deep'], top: ['middle'] }, { parallelism: 1 })), started)
    expect(commands).toEqual(['apply deep'])
    expect(after(release, applied('deep'), ready('deep')).last).toEqual(['apply middle'])
  })

  test('only with its whole cycle, and what needs one of a cycle waits for all of it', () => {
    const { release, commands } = after(beginRelease(order({ db: [], a: ['b', 'db'], b: ['a'], web: ['a'] })), started)
    expect(commands).toEqual(['apply db'])
    const both = after(release, applied('db'), ready('db'))
    expect(both.last).toEqual(['apply a', 'apply b'])
    const one = after(both.release, applied('a'), applied('b'), ready('a'))
    expect(one.last).toEqual([])
    expect(after(one.release, ready('b')).last).toEqual(['apply web'])
  })

  test('after the others of its cycle, where a run that was killed has brought those out already', () => {
    const cycle = order({ a: ['b'], b: ['a'], web: ['a'] })
    const left: ReleaseState = { order: cycle, course: { is: 'forward' }, services: new Map([['a', { at: 'promoted', wavered: undefined }], ['b', { at: 'waiting' }], ['web', { at: 'waiting' }]]) }
    const { release, commands } = after(left, started)
    expect(commands).toEqual(['apply b'])
    expect(after(release, applied('b'), ready('b')).last).toEqual(['apply web'])
  })

  test('also in a cycle that is larger than all places together', () => {
    expect(after(beginRelease(order({ a: ['b'], b: ['c'], c: ['a'] }, { parallelism: 2 })), started).commands).toHaveLength(3)
  })

  test('after an unchanged one that is only looked at and takes up no place', () => {
    const { release, commands } = after(beginRelease(order({ db: [], cart: ['db'], mail: [] }, { parallelism: 1, parts: { db: { changes: false } } })), started)
    expect([commands, states(release)['db']]).toEqual([['apply mail'], 'settling'])
    expect(states(after(release, ready('db'), applied('mail'), ready('mail')).release)).toEqual({ db: 'healthy', mail: 'promoted', cart: 'applying' })
  })
})

describe('when a service fails', () => {
  const diamond = (onFailure: OnFailure, parts: Wish['parts'] = {}): Order => order({ db: [], cart: ['db'], stock: ['db'], web: ['cart', 'stock'], mail: [] }, { onFailure, parts })
  const allUp = [started, applied('db'), ready('db'), applied('cart'), ready('cart'), applied('stock'), ready('stock'), applied('web'), ready('web')]

  test.each<[OnFailure, ReleaseEvent, Readonly<Record<string, string>>, readonly string[]]>([
    ['rollback', fails('cart'), { db: 'promoted', cart: 'recalled', stock: 'promoted', web: 'restoring', mail: 'applying' }, ['restore web']],
    ['rollback', fails('db'), { db: 'recalled', cart: 'recalled', stock: 'recalled', web: 'restoring', mail: 'applying' }, ['restore web']],
    ['isolate', fails('cart'), { db: 'promoted', cart: 'restoring', stock: 'promoted', web: 'promoted', mail: 'applying' }, ['restore cart']],
    ['halt', fails('cart'), { db: 'promoted', cart: 'failed', stock: 'promoted', web: 'promoted', mail: 'applying' }, []],
  ])('under %s: %j', (onFailure, event, expected, last) => {
    const result = after(beginRelease(diamond(onFailure)), ...allUp, event)
    expect([states(result.release), result.last]).toEqual([expected, last])
  })

  test('what it needs is written back only after everything that needs it, and nobody waits for readiness in between', () => {
    const failed = after(beginRelease(diamond('rollback')), ...allUp, fails('db'))
    const web = after(failed.release, { is: 'restored', at: 0, service: 'web' })
    expect(web.last).toEqual(['restore cart', 'restore stock'])
    const cart = after(web.release, { is: 'restored', at: 0, service: 'cart' })
    expect(cart.last).toEqual([])
    expect(after(cart.release, { is: 'restored', at: 0, service: 'stock' }).last).toEqual(['restore db'])
  })

  test('while it is being written, the way back waits for the write to end', () => {
    const { release } = after(beginRelease(order({ a: ['b'], b: ['a'] })), started, applied('a'), fails('a'))
    expect(states(release)).toEqual({ a: 'restoring', b: 'stopping' })
    expect(after(release, applied('b')).last).toEqual(['restore b'])
  })

  test('what was written of it by half is undone', () => {
    expect(after(beginRelease(diamond('rollback')), started, { is: 'apply-failed', at: 0, service: 'db', because: failure }).last).toEqual(['restore db'])
  })

  test('what waits for it is held, also behind a service that is healthy', () => {
    const parts = { middle: { changes: false } }
    const { release } = after(beginRelease(order({ db: [], middle: ['db'], web: ['middle'] }, { parts })), started, applied('db'), ready('db'), ready('middle'), fails('db'))
    expect(states(release)).toMatchObject({ middle: 'healthy', web: 'stopping' })
    const early = after(beginRelease(order({ db: [], middle: ['db'], web: ['middle'] }, { parts })), started, applied('db'), fails('db'))
    expect(states(early.release)).toMatchObject({ middle: 'held', web: 'held' })
  })

  test('that was not changed, it is not ours to undo, but what needs it is', () => {
    const { release } = after(beginRelease(order({ db: [], cart: ['db'] }, { parts: { db: { changes: false } } })), started, ready('db'), applied('cart'), ready('cart'), fails('db'))
    expect(states(release)).toEqual({ db: 'failed', cart: 'restoring' })
  })

  test('by its time, the reason says what it lacked', () => {
    const { release } = after(beginRelease(order({ db: [] })), started, applied('db'), onItsWay('db', 1000), { is: 'ticked', at: 60_000 })
    expect(stateOf(release, 'db')).toMatchObject({ at: 'restoring', because: { code: 'FM-DEPLOY-NOT-READY', message: 'db is not ready after 60 s: 0 of 1.' } })
  })

  test('by wavering, its time runs from the first time and is not given again', () => {
    const wavering = [started, applied('db'), ready('db', 1000), onItsWay('db', 30_000), ready('db', 40_000), onItsWay('db', 50_000)]
    // mail keeps the release open.
    const begun = beginRelease(order({ db: [], mail: [] }))
    expect(states(after(begun, ...wavering, { is: 'ticked', at: 89_999 }).release)['db']).toBe('settling')
    expect(states(after(begun, ...wavering, { is: 'ticked', at: 90_000 }).release)['db']).toBe('restoring')
  })
})

describe('the way back', () => {
  const created = order({ db: [], web: ['db'] }, { parts: { db: { creates: true }, web: { creates: true } } })
  const toRecovery = [started, applied('db'), ready('db'), applied('web'), ready('web'), fails('db'), { is: 'restored', at: 0, service: 'web' }, { is: 'restored', at: 0, service: 'db' }] as const

  test('deletes what was created when it is ready again, and after what needs it', () => {
    const ready1 = after(beginRelease(created), ...toRecovery, ready('db'))
    expect([ready1.last, states(ready1.release)['db']]).toEqual([[], 'recovered'])
    const ready2 = after(ready1.release, ready('web'))
    expect(ready2.last).toEqual(['remove web'])
    const removed = after(ready2.release, { is: 'removed', at: 0, service: 'web' })
    expect(removed.last).toEqual(['remove db'])
    expect(hasEnded(after(removed.release, { is: 'removed', at: 0, service: 'db' }).release)).toBe(true)
  })

  test('keeps what was created when something that needs it is stuck', () => {
    const { release } = after(beginRelease(created), ...toRecovery, fails('web'), ready('db'))
    expect(stateOf(release, 'web')).toMatchObject({ at: 'stuck', because: { code: 'FM-DEPLOY-UNDO-UNREADY' }, undoing: { code: 'FM-DEPLOY-UNDONE-WITH' } })
    expect(stateOf(release, 'db')).toMatchObject({ at: 'stuck', because: { code: 'FM-DEPLOY-KEPT' } })
  })

  test('that is not ready in time is stuck', () => {
    const { release } = after(beginRelease(order({ db: [] })), started, applied('db'), fails('db', 1000), { is: 'restored', at: 2000, service: 'db' }, { is: 'ticked', at: 62_000 })
    expect(stateOf(release, 'db')).toMatchObject({ at: 'stuck', because: { code: 'FM-DEPLOY-UNDO-UNREADY' } })
  })

  test('of a whole release begins where nothing depends on it', () => {
    const begun = beginUndo(order({ db: [], cart: ['db'], web: ['cart'] }), new Set(['db', 'cart']), () => failure)
    const { last, release } = after(begun, started)
    expect([last, states(release)]).toEqual([['restore cart'], { db: 'recalled', cart: 'restoring', web: 'held' }])
  })
})

describe('a request to stop', () => {
  const shop = order({ db: [], cart: ['db'], web: ['cart'], mail: [], old: [] }, { parts: { old: { changes: false } } })
  const stop: ReleaseEvent = { is: 'cancelled', at: 10 }

  test('keeps what is promoted, brings back what is in flight, and starts nothing', () => {
    const { release, last } = after(beginRelease(shop), started, applied('db'), ready('db'), applied('cart'), stop)
    expect([states(release), last]).toEqual([{ db: 'promoted', cart: 'restoring', web: 'held', mail: 'stopping', old: 'held' }, ['restore cart']])
    const written = after(release, { is: 'restored', at: 11, service: 'cart' }, applied('mail'), { is: 'restored', at: 12, service: 'mail' })
    expect([states(written.release)['cart'], states(written.release)['mail'], hasEnded(written.release)]).toEqual(['left', 'left', true])
  })

  test('ends the waiting of what is on its way back already', () => {
    const { release } = after(beginRelease(order({ db: [] })), started, applied('db'), fails('db'), { is: 'restored', at: 5, service: 'db' }, stop)
    expect([states(release), hasEnded(release)]).toEqual([{ db: 'left' }, true])
  })

  test('that comes twice is one', () => {
    const { release } = after(beginRelease(shop), started, stop)
    expect(advance(release, [stop])).toEqual([release, []])
  })
})

test('what is heard together is decided together: nothing is begun that the same look forbids', () => {
  const { release } = after(beginRelease(order({ db: [], cart: ['db'] })), started, applied('db'))
  const [next, commands] = advance(release, [ready('db'), fails('db')])
  expect([states(next)['cart'], commands.map(text)]).toEqual(['held', ['restore db']])
})

test('an event that no longer matters changes nothing', () => {
  const { release } = after(beginRelease(order({ db: [] })), started, applied('db'), fails('db'))
  for (const late of [applied('db'), ready('db'), fails('db'), { is: 'removed', at: 0, service: 'db' } as const]) expect(advance(release, [late])).toEqual([release, []])
})

test('any events in any order keep every service in one state, and the same events give the same answer', () => {
  const ids = ['a', 'b', 'c', 'd']
  const event = fc.tuple(fc.constantFrom(...ids), fc.constantFrom('applied', 'ready', 'progressing', 'failed', 'restored', 'removed', 'ticked', 'cancelled'), fc.nat(100_000)).map(([service, what, at]): ReleaseEvent => {
    switch (what) {
      case 'ready':
        return ready(service, at)
      case 'progressing':
        return onItsWay(service, at)
      case 'failed':
        return fails(service, at)
      case 'ticked':
      case 'cancelled':
        return { is: what, at }
      default:
        return { is: what as 'applied' | 'restored' | 'removed', at, service }
    }
  })
  fc.assert(fc.property(fc.array(event, { maxLength: 60 }), fc.constantFrom<OnFailure>('rollback', 'isolate', 'halt'), (events, onFailure) => {
    const begun = beginRelease(order({ a: [], b: ['a'], c: ['b', 'd'], d: ['b'] }, { onFailure, parallelism: 2 }))
    const one = after(begun, started, ...events)
    expect(after(begun, started, ...events)).toEqual(one)
    expect([...one.release.services.keys()]).toEqual(ids)
    expect(new Set(one.commands.filter((command) => command.startsWith('apply'))).size).toBe(one.commands.filter((command) => command.startsWith('apply')).length)
  }))
})
