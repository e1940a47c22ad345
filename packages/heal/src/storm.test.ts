import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { type Alert, at, type KubeObject, textAt } from '@fermata/ports'
import type { Deed, Ledger } from './ladder/ledger.ts'
import { alertOf, dispatchOf, install, keep, openWard, type Ward } from './testing/ward.ts'

/** Five hundred dispatches for twenty services, and four runs at a time: the storm that a failing node makes. */

jest.setTimeout(120_000)

const [dispatches, bursts, runners, maxActions] = [500, 20, 4, 3]
const minute = 60_000
const hour = 60 * minute
const inputs = { 'healthy-for': '10s', 'step-timeout': '25s', cooldown: '20m', 'max-actions': String(maxActions) }
const image = (id: string, version: number) => `registry.example/${id}:${version}`

/** What is wrong with a service, and so which of its alerts fire now. */
type Illness = (now: number, deployment: KubeObject) => { readonly name: string; readonly since: number } | undefined

const began = { at: 0 }
const illnesses = {
  // Leaks: again after three quarters of an hour.
  leaking: (now, deployment) => {
    const since = began.at + Math.floor((now - began.at) / (45 * minute)) * 45 * minute
    return restartedAt(deployment) > since ? undefined : { name: 'HighMemory', since }
  },
  // The new version is bad.
  regressed: (_, deployment) => (imageOf(deployment)?.endsWith(':2') === true ? { name: 'HighErrorRate', since: began.at } : undefined),
  // Both versions are bad, each in its way: from 2 back to 1, and then what?
  doomed: (now, deployment) => (imageOf(deployment)?.endsWith(':2') === true ? { name: 'HighErrorRate', since: began.at } : { name: 'HighLatency', since: began.at + Math.floor((now - began.at) / (25 * minute)) * 25 * minute }),
  // Comes and goes by itself: each time it is a new alert.
  flapping: (now) => {
    const round = Math.floor((now - began.at) / (7 * minute))
    return now - began.at - round * 7 * minute < 4 * minute ? { name: 'HighErrorRate', since: began.at + round * 7 * minute } : undefined
  },
} as const satisfies Readonly<Record<string, Illness>>

const kinds = Object.keys(illnesses) as readonly (keyof typeof illnesses)[]
const services = Array.from({ length: 20 }, (_, index) => ({ id: `s${index}`, ill: kinds[index % kinds.length] as keyof typeof illnesses }))

interface Action {
  readonly at: number
  readonly service: string
  readonly did: 'restart' | 'scale' | 'rollback'
  readonly images: readonly [from: string | undefined, to: string | undefined]
}

let ward: Ward
const actions: Action[] = []
const ledgers = new Map<string, readonly Deed[]>()
const verdicts: string[] = []

beforeAll(async () => {
  ward = await openWard()
  for (const { id } of services) {
    keep(ward.files, id, image(id, 1), { replicas: 1 })
    await install(ward, id, image(id, 1), 1)
  }
  await ward.settle(10 * minute)
  for (const { id, ill } of services) if (ill !== 'leaking') await install(ward, id, image(id, 2), 1)
  await ward.settle(minute)
  began.at = ward.clock.now()
  ward.firing = async () => (await Promise.all(services.map(async ({ id, ill }): Promise<readonly Alert[]> => {
    const one = illnesses[ill](ward.clock.now(), live(id))
    return one === undefined ? [] : [alertOf({ alertname: one.name, service: id }, one.since)]
  }))).flat()
  const unsubscribe = ward.cluster.store.subscribe(({ before, object }) => {
    if (before === undefined || object.kind !== 'Deployment') return
    const did = actionOf(before as KubeObject, object as KubeObject)
    if (did !== undefined) actions.push({ at: ward.clock.now(), service: object.metadata.name ?? '', did, images: [imageOf(before as KubeObject), imageOf(object as KubeObject)] })
  })
  for (let burst = 0; burst < bursts; burst++) {
    await storm(Array.from({ length: dispatches / bursts }, (_, index) => hintOf(burst * 31 + index * 7, index)))
    await ward.settle(5 * minute)
  }
  unsubscribe()
  for (const { id } of services) {
    const page = await ward.kube.get({ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name: `fermata-journal-heal-${id}` })
    ledgers.set(id, page === undefined ? [] : (JSON.parse(textAt(page, 'data', 'journal.json') ?? '') as Ledger).deeds)
  }
})
afterAll(async () => {
  expect(ward.cluster.unknown).toBe(0)
  await ward.close()
})

const names = ['HighErrorRate', 'HighMemory', 'HighLatency']

/** A dispatch about one service or three: some are old, some are of the end, some come twice. */
function hintOf(seed: number, index: number): unknown {
  const about = index % 5 === 0 ? [seed, seed + 1, seed + 2] : [seed]
  return dispatchOf(...about.flatMap((n) => {
    const { id } = services[n % services.length] as (typeof services)[number]
    return names.filter((_, place) => (seed + place) % 3 > 0).map((alertname) => ({ labels: { alertname, service: id }, status: seed % 11 === 0 ? 'resolved' : 'firing', startsAt: '2020-01-01T00:00:00Z' }))
  }))
}

/** All wait at once, and four are served at a time. */
async function storm(waiting: readonly unknown[]): Promise<void> {
  const queue = [...waiting]
  await Promise.all(Array.from({ length: runners }, async () => {
    for (let payload = queue.shift(); payload !== undefined; payload = queue.shift()) verdicts.push((await ward.run(inputs, { payload })).verdict)
  }))
}

function live(id: string): KubeObject {
  return ward.cluster.store.get('deployments.apps', `shop/${id}`) as KubeObject
}

function imageOf(deployment: KubeObject): string | undefined {
  const containers = at(deployment, 'spec', 'template', 'spec', 'containers')
  return Array.isArray(containers) ? textAt(containers[0], 'image') : undefined
}

function restartedAt(deployment: KubeObject): number {
  return Date.parse(textAt(deployment, 'spec', 'template', 'metadata', 'annotations', 'kubectl.kubernetes.io/restartedAt') ?? '1970-01-01')
}

function actionOf(before: KubeObject, after: KubeObject): Action['did'] | undefined {
  if (imageOf(before) !== imageOf(after)) return 'rollback'
  if (restartedAt(before) !== restartedAt(after)) return 'restart'
  return Number(at(after, 'spec', 'replicas')) > Number(at(before, 'spec', 'replicas')) ? 'scale' : undefined
}

const of = <T extends { readonly service: string }>(id: string, list: readonly T[]) => list.filter(({ service }) => service === id)

/** Of each service: what was seen to be done to it, and what its ledger says was done. */
function histories() {
  return services.map(({ id, ill }) => ({ id, ill, seen: of(id, actions), deeds: (ledgers.get(id) ?? []).filter(({ state }) => state !== 'impossible') }))
}

test('no service gets more than the allowed actions within any hour, and each of them stands in its ledger', () => {
  for (const { seen, deeds } of histories()) {
    for (const { at: now } of seen) expect(seen.filter((other) => other.at <= now && now - other.at < hour).length).toBeLessThanOrEqual(maxActions)
    expect(seen.map(({ did }) => did)).toEqual(deeds.map(({ rung }) => rung))
  }
})

test('no service gets an action twice for one alert, or one while another is under way', () => {
  for (const { deeds } of histories()) {
    expect(new Set(deeds.map(({ key, rung }) => `${key} ${rung}`)).size).toBe(deeds.length)
    deeds.forEach((deed, index) => expect(index === 0 || Date.parse(deeds[index - 1]?.endedAt ?? '') <= Date.parse(deed.at)).toBe(true))
  }
})

test('no service comes back to a version that it left', () => {
  for (const { id, seen } of histories()) {
    const gone = seen.filter(({ did }) => did === 'rollback').map(({ images }) => images)
    expect(gone).toEqual(gone.slice(0, 1).map(() => [image(id, 2), image(id, 1)]))
  }
})

test('what can be healed is healed', () => {
  for (const { id, ill, deeds } of histories()) {
    if (ill === 'leaking') expect(deeds.filter(({ rung, state }) => rung === 'restart' && state === 'healed').length).toBeGreaterThanOrEqual(2)
    if (ill === 'regressed') expect([imageOf(live(id)), deeds.at(-1)]).toEqual([image(id, 1), expect.objectContaining({ rung: 'rollback', state: 'healed' })])
  }
})

test('the storm was one, and something was done about it', () => {
  expect(verdicts).toHaveLength(dispatches)
  expect(new Set(actions.map(({ did }) => did))).toEqual(new Set(['restart', 'scale', 'rollback']))
  expect(actions.length).toBeGreaterThan(services.length)
})

test('no incident has two issues', () => {
  const marks = ward.issues.map(({ body }) => /fermata-incident: \S+ \S+/.exec(body)?.[0])
  expect(new Set(marks).size).toBe(ward.issues.length)
})
