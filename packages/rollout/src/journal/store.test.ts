import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { Cluster, KubeObject, ObjectRef } from '@fermata/ports'
import { Killed, mortal } from '../testing/mortal.ts'
import { setStage, type Stage } from '../testing/stage.ts'
import type { Former } from '../undo/former.ts'
import type { Formers, JournalEntry } from './entry.ts'
import { journalsIn } from './store.ts'

let stage: Stage
beforeEach(async () => {
  stage = await setStage()
})
afterEach(() => stage.close())

const entry = (release: string, startedAt = '2026-01-05T09:00:00.000Z'): JournalEntry => ({
  schema: 'fermata/journal@1', release, planHash: 'h', intent: 'i', request: { services: undefined, images: undefined, strategy: 'catalog', timeout: undefined, 'field-conflicts': 'fail', parallelism: 8, 'on-failure': 'rollback', 'on-inconclusive': 'fail', 'prometheus-url': undefined }, environment: undefined, startedAt, updatedAt: startedAt, by: { repository: 'shop/shop', run: '1', actor: 'ada', sha: undefined }, parallelism: 8, onFailure: 'rollback', course: 'forward', ended: false, services: [],
})
const former = (kind: string, value: string): Former => ({ is: 'present', ref: { apiVersion: 'v1', kind, namespace: 'shop', name: 'cart' }, release: undefined, owned: {}, values: { data: { value } } })
const formers: Formers = new Map([['cart', [former('ConfigMap', 'open'), former('Secret', 'hidden')]]])
const refTo = (kind: string, release: string): ObjectRef => ({ apiVersion: 'v1', kind, namespace: 'shop', name: `fermata-journal-${release}` })

describe('a journal', () => {
  test('comes back as it was written, the secret part from a Secret', async () => {
    const journals = journalsIn(stage.kube, 'shop')
    const writer = await journals.create({ entry: entry('r1'), formers: new Map() }, 0)
    await writer.save({ entry: { ...entry('r1'), ended: true }, formers })
    const found = await journals.open('r1', 0)
    expect(found?.journal.entry).toEqual(JSON.parse(JSON.stringify({ ...entry('r1'), ended: true })))
    expect(found?.journal.formers).toEqual(formers)
    expect((await stage.kube.get(refTo('ConfigMap', 'r1')))?.metadata.labels).toEqual({ 'app.kubernetes.io/managed-by': 'fermata' })
    expect(await stage.kube.get(refTo('Secret', 'r1'))).toBeDefined()
  })

  test('without secrets makes no Secret', async () => {
    await journalsIn(stage.kube, 'shop').create({ entry: entry('r1'), formers: new Map([['cart', [former('ConfigMap', 'open')]]]) }, 0)
    expect(await stage.kube.get(refTo('Secret', 'r1'))).toBeUndefined()
  })

  test('without secrets asks for no Secret, so nobody needs a right to read them', async () => {
    const asked: string[] = []
    const kube: Cluster = { ...stage.kube, get: (ref) => (asked.push(ref.kind), stage.kube.get(ref)) }
    await journalsIn(kube, 'shop').create({ entry: entry('r1'), formers: new Map() }, 0)
    await (await journalsIn(kube, 'shop').open('r1', 0))?.writer.save({ entry: { ...entry('r1'), ended: true }, formers: new Map() })
    expect(asked).not.toContain('Secret')
  })

  test('whose writer died between the Secret and the entry that speaks of it goes on, and comes back whole', async () => {
    const dying = journalsIn(mortal(stage.kube, { writes: 0, death: 2 }), 'shop')
    const writer = await dying.create({ entry: entry('r1'), formers: new Map() }, 0)
    await expect(writer.save({ entry: entry('r1'), formers })).rejects.toBeInstanceOf(Killed)
    expect(await stage.kube.get(refTo('Secret', 'r1'))).toBeDefined()
    const found = await journalsIn(stage.kube, 'shop').open('r1', 0)
    expect(found?.journal.formers).toEqual(new Map())
    const later: Formers = new Map([['cart', [former('Secret', 'another')]]])
    await found?.writer.save({ entry: entry('r1'), formers: later })
    expect((await journalsIn(stage.kube, 'shop').open('r1', 0))?.journal.formers).toEqual(later)
  })

  test('that another has written since is not written over', async () => {
    const journals = journalsIn(stage.kube, 'shop')
    const writer = await journals.create({ entry: entry('r1'), formers: new Map() }, 0)
    const other = await journals.open('r1', 0)
    await other?.writer.save({ entry: { ...entry('r1'), course: 'cancelled' }, formers: new Map() })
    await expect(writer.save({ entry: { ...entry('r1'), ended: true }, formers: new Map() })).rejects.toMatchObject({ reason: { code: 'FM-CUSTODY-JOURNAL-LOST', message: expect.stringContaining('another run') } })
    expect((await journals.open('r1', 0))?.journal.entry.course).toBe('cancelled')
  })

  test('whose first write was answered by silence is recognised as its own', async () => {
    const journals = journalsIn(losingAnswers(stage.kube, 1), 'shop')
    const writer = await journals.create({ entry: entry('r1'), formers: new Map() }, 0)
    await writer.save({ entry: { ...entry('r1'), ended: true }, formers: new Map() })
    expect((await journals.open('r1', 0))?.journal.entry.ended).toBe(true)
  })

  test('that would not fit is refused before it is written', async () => {
    const random = Array.from({ length: 40_000 }, (_, index) => `${Math.sin(index)}`).join('')
    const huge: Formers = new Map([['cart', [former('ConfigMap', random + random + random)]]])
    await expect(journalsIn(stage.kube, 'shop').create({ entry: entry('r1'), formers: huge }, 0)).rejects.toMatchObject({ reason: { code: 'FM-CUSTODY-JOURNAL-FULL' } })
  })

  test('of another version of this program is an error and no empty journal', async () => {
    await stage.kube.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'fermata-journal-r1', namespace: 'shop', labels: { 'app.kubernetes.io/managed-by': 'fermata' } }, data: { 'journal.json': '{"schema":"fermata/journal@9"}' } } as KubeObject)
    await expect(journalsIn(stage.kube, 'shop').open('r1', 0)).rejects.toMatchObject({ reason: { code: 'FM-CUSTODY-JOURNAL-LOST' } })
  })

  test('that is not there is nothing', async () => {
    expect(await journalsIn(stage.kube, 'shop').open('r1', 0)).toBeUndefined()
  })
})

test('journals are listed newest first, and nothing else is', async () => {
  const journals = journalsIn(stage.kube, 'shop')
  await journals.create({ entry: entry('r1', '2026-01-01T00:00:00.000Z'), formers: new Map() }, 0)
  await journals.create({ entry: entry('r2', '2026-01-02T00:00:00.000Z'), formers: new Map() }, 0)
  await stage.kube.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'other', namespace: 'shop', labels: { 'app.kubernetes.io/managed-by': 'fermata' } } })
  expect((await journals.list()).map(({ release }) => release)).toEqual(['r2', 'r1'])
})

/** A cluster that takes the first writes and does not say so. */
function losingAnswers(cluster: Cluster, count: number): Cluster {
  let left = count
  const lose = async (write: Promise<KubeObject>): Promise<KubeObject> => {
    const done = await write
    if (left-- <= 0) return done
    const { ClusterError } = await import('@fermata/ports')
    throw new ClusterError('unreachable', 'the connection broke')
  }
  return { ...cluster, create: (object) => lose(cluster.create(object)), replace: (object) => lose(cluster.replace(object)) }
}
