import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { KubeObject } from '@fermata/ports'
import type { Report } from '@fermata/verdict'
import { imageFor, setStage, sketch, type Stage } from './testing/stage.ts'

let stage: Stage
beforeEach(async () => {
  stage = await setStage()
})
afterEach(() => stage.close())

const list = (report: Report, output: string): readonly string[] => JSON.parse(report.outputs[output] ?? 'null') as readonly string[]
const read = (kind: string, name: string): Promise<KubeObject | undefined> => stage.kube.get({ apiVersion: kind === 'Deployment' ? 'apps/v1' : 'v1', kind, namespace: 'shop', name })
/** What a person means by an object: no bookkeeping, no status, nothing of ours. */
const meant = (object: KubeObject | undefined): unknown => {
  if (object === undefined) return undefined
  const { status: _, metadata, ...rest } = object
  const annotations = Object.entries(metadata.annotations ?? {}).filter(([key]) => !key.startsWith('deployment.kubernetes.io/'))
  return { ...rest, name: metadata.name, labels: metadata.labels, annotations: Object.fromEntries(annotations) }
}
const everything = async (): Promise<unknown> => Promise.all(['db', 'cart', 'web'].flatMap((name) => ['ConfigMap', 'Service', 'Deployment'].map(async (kind) => meant(await read(kind, name)))))
const until = async (holds: () => boolean | Promise<boolean>): Promise<void> => {
  while (!(await holds())) await new Promise((resolve) => setImmediate(resolve))
}
const shop = (version: number, also = ''): void => sketch(stage.files, {
  db: { image: imageFor('db', version), config: `v${version}` },
  cart: { needs: ['db'], image: imageFor('cart', version), config: `v${version}`, also },
  web: { needs: ['cart'], image: imageFor('web', version), config: `v${version}` },
})

describe('a rollback of a release', () => {
  test('brings back every object, in reverse order, and deletes what was created', async () => {
    shop(1)
    await stage.run({ mode: 'apply' })
    const before = await everything()
    shop(2, '---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: cart-extra}\ndata: {a: b}\n')
    const { outputs } = await stage.run({ mode: 'apply' })
    expect(await read('ConfigMap', 'cart-extra')).toBeDefined()
    stage.progress.length = 0
    const report = await stage.run({ mode: 'rollback', release: outputs['release'] ?? '' })
    expect(report.verdict).toBe('pass')
    expect(await everything()).toEqual(before)
    expect(await read('ConfigMap', 'cart-extra')).toBeUndefined()
    expect(stage.progress.filter(({ phase }) => phase === 'restoring').map(({ subject }) => subject)).toEqual(['web', 'cart', 'db'])
  })

  test('reuses the former ReplicaSet, so the pods that come back are the ones that were', async () => {
    shop(1)
    await stage.run({ mode: 'apply' })
    const sets = async (): Promise<readonly string[]> => (await stage.kube.list({ apiVersion: 'apps/v1', kind: 'ReplicaSet' }, { namespace: 'shop' })).items.map(({ metadata }) => metadata.name).toSorted()
    shop(2)
    const { outputs } = await stage.run({ mode: 'apply' })
    const both = await sets()
    await stage.run({ mode: 'rollback', release: outputs['release'] ?? '' })
    expect(await sets()).toEqual(both)
  })

  test('of a first release leaves nothing of it', async () => {
    shop(1)
    const { outputs } = await stage.run({ mode: 'apply' })
    await stage.run({ mode: 'rollback', release: outputs['release'] ?? '' })
    expect((await everything() as readonly unknown[]).filter((one) => one !== undefined)).toEqual([])
  })

  test('is refused as a whole when a later release has written one of its objects', async () => {
    shop(1)
    const first = await stage.run({ mode: 'apply' })
    shop(2)
    await stage.run({ mode: 'apply', services: 'web' })
    const report = await stage.run({ mode: 'rollback', release: first.outputs['release'] ?? '' })
    expect(report.verdict).toBe('fail')
    expect(report.reasons).toContainEqual(expect.objectContaining({ code: 'FM-DEPLOY-SUPERSEDED', service: 'web' }))
    expect(await read('Deployment', 'db')).toBeDefined()
  })

  test('can be asked for again and finds nothing more to do', async () => {
    shop(1)
    await stage.run({ mode: 'apply' })
    shop(2)
    const { outputs } = await stage.run({ mode: 'apply' })
    await stage.run({ mode: 'rollback', release: outputs['release'] ?? '' })
    const before = await everything()
    const again = await stage.run({ mode: 'rollback', release: outputs['release'] ?? '' })
    expect([again.verdict, list(again, 'rolled-back')]).toEqual(['pass', []])
    expect(await everything()).toEqual(before)
  })

  test.each([
    ['r20260105-090000-ffffff', 'FM-DEPLOY-RELEASE-UNKNOWN'],
  ])('of an unknown release is an error: %s', async (release, code) => {
    shop(1)
    await expect(stage.run({ mode: 'rollback', release })).rejects.toMatchObject({ reason: { code } })
  })

  test('without a name lists what there is', async () => {
    shop(1)
    const { outputs } = await stage.run({ mode: 'apply' })
    await expect(stage.run({ mode: 'rollback' })).rejects.toThrow(outputs['release'])
  })
})

describe('foreign fields', () => {
  const patch = (value: unknown): Promise<KubeObject> => stage.kube.patch({ apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'cart' }, 'merge', value)

  test('survive a release and its undoing', async () => {
    shop(1)
    await stage.run({ mode: 'apply' })
    await patch({ metadata: { labels: { team: 'baskets' } }, spec: { template: { metadata: { annotations: { 'sidecar.example/inject': 'true' } } } } })
    shop(2)
    const { outputs } = await stage.run({ mode: 'apply' })
    await patch({ metadata: { annotations: { note: 'written during the release' } } })
    await stage.run({ mode: 'rollback', release: outputs['release'] ?? '' })
    const cart = await read('Deployment', 'cart')
    expect(cart?.metadata.labels).toMatchObject({ team: 'baskets' })
    expect(cart?.metadata.annotations).toMatchObject({ note: 'written during the release' })
    expect(cart).toMatchObject({ spec: { template: { metadata: { annotations: { 'sidecar.example/inject': 'true' } }, spec: { containers: [{ image: imageFor('cart', 1) }] } } } })
  })

  test('that were taken over by force come back with their value', async () => {
    shop(1)
    await stage.kube.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'cart', namespace: 'shop' }, data: { value: 'by hand', other: 'kept' } } as KubeObject)
    const refused = await stage.run({ mode: 'apply' })
    expect([refused.verdict, refused.reasons[0]?.code]).toEqual(['fail', 'FM-DEPLOY-FIELD-CONFLICT'])
    const forced = await stage.run({ mode: 'apply', 'field-conflicts': 'force' })
    expect(await read('ConfigMap', 'cart')).toMatchObject({ data: { value: 'v1', other: 'kept' } })
    await stage.run({ mode: 'rollback', release: forced.outputs['release'] ?? '' })
    expect(await read('ConfigMap', 'cart')).toMatchObject({ data: { value: 'by hand', other: 'kept' } })
  })

  test('that somebody has taken over since are left as they are', async () => {
    shop(1)
    await stage.run({ mode: 'apply' })
    shop(2)
    const { outputs } = await stage.run({ mode: 'apply' })
    await patch({ spec: { replicas: 3 } })
    await stage.run({ mode: 'rollback', release: outputs['release'] ?? '' })
    expect(await read('Deployment', 'cart')).toMatchObject({ spec: { replicas: 3, template: { spec: { containers: [{ image: imageFor('cart', 1) }] } } } })
  })

  test('of a Secret are remembered in a Secret and never in the ConfigMap', async () => {
    const secret = (value: string): string => `---\napiVersion: v1\nkind: Secret\nmetadata: {name: cart-key}\nstringData: {key: ${value}}\n`
    shop(1, secret('hush-one'))
    await stage.run({ mode: 'apply' })
    shop(2, secret('hush-two'))
    const { outputs } = await stage.run({ mode: 'apply' })
    const name = `fermata-journal-${outputs['release']}`
    expect(await read('Secret', name)).toBeDefined()
    const { gunzipSync } = await import('node:zlib')
    const packed = (await read('ConfigMap', name)) as unknown as { readonly binaryData: Readonly<Record<string, string>> }
    const open = gunzipSync(Buffer.from(packed.binaryData['former.json.gz'] ?? '', 'base64')).toString()
    expect(open).toContain('v1')
    expect(open).not.toContain('hush')
    expect(open).not.toContain(Buffer.from('hush-one').toString('base64'))
    expect(stage.files.get('fermata-report/plan.json')).not.toMatch(/hush|aHVzaC/)
    await stage.run({ mode: 'rollback', release: outputs['release'] ?? '' })
    expect(await read('Secret', 'cart-key')).toMatchObject({ data: { key: Buffer.from('hush-one').toString('base64') } })
  })
})

describe('a failure', () => {
  test.each([
    ['rollback', ['cart', 'web'], ['db', 'mail']],
    ['isolate', ['cart'], ['db', 'web', 'mail']],
    ['halt', [], ['db', 'web', 'mail']],
  ])('after promotion under %s undoes %p and leaves %p', async (policy, undone, deployed) => {
    // The cart is ready, what needs it goes out, and then it crashes for good.
    const services = (version: number) => ({ db: { image: imageFor('db', version) }, cart: { needs: ['db'], image: imageFor('cart', version) }, web: { needs: ['cart'], image: imageFor('web', version) }, mail: { image: imageFor('mail', version), soak: '4m' } })
    sketch(stage.files, services(1))
    await stage.run({ mode: 'apply' })
    sketch(stage.files, services(2))
    stage.progress.length = 0
    const run = stage.run({ mode: 'apply', 'on-failure': policy })
    await until(() => stage.progress.some(({ subject, phase }) => subject === 'web' && phase === 'promoted'))
    stage.story.image(imageFor('cart', 2), { does: 'crash', after: 0 })
    for (const { metadata } of (await stage.kube.list({ apiVersion: 'v1', kind: 'Pod' }, { namespace: 'shop', labelSelector: 'app=cart' })).items) await stage.kube.delete({ apiVersion: 'v1', kind: 'Pod', namespace: 'shop', name: metadata.name })
    const report = await run
    expect(report.verdict).toBe('fail')
    expect(list(report, 'rolled-back').toSorted()).toEqual(undone)
    expect(list(report, 'deployed').toSorted()).toEqual(deployed.toSorted())
  })
})

describe('a request to stop', () => {
  test('leaves what was in flight as it was, within seven seconds, and says what it left', async () => {
    shop(1)
    await stage.run({ mode: 'apply' })
    shop(2)
    stage.story.image(imageFor('cart', 2), { does: 'never-ready' })
    const run = stage.run({ mode: 'apply' })
    const isWritten = async (): Promise<boolean> => JSON.stringify(await read('Deployment', 'cart')).includes(imageFor('cart', 2))
    await until(async () => stage.progress.some(({ subject, phase }) => subject === 'db' && phase === 'promoted') && (await isWritten()))
    const stoppedAt = stage.clock.now()
    stage.stopRun()
    const report = await run
    expect(stage.clock.now() - stoppedAt).toBeLessThan(7_000)
    expect(report.verdict).toBe('fail')
    expect(report.reasons[0]).toMatchObject({ code: 'FM-DEPLOY-CANCELLED', message: expect.stringContaining('cart') })
    expect([list(report, 'deployed'), list(report, 'rolled-back'), list(report, 'held')]).toEqual([['db'], ['cart'], ['web']])
    expect(await read('Deployment', 'cart')).toMatchObject({ spec: { template: { spec: { containers: [{ image: imageFor('cart', 1) }] } } } })
    const rest = await stage.run({ mode: 'rollback', release: report.outputs['release'] ?? '' })
    expect(rest.verdict).toBe('pass')
    expect(await read('Deployment', 'db')).toMatchObject({ spec: { template: { spec: { containers: [{ image: imageFor('db', 1) }] } } } })
  })
})
