import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { Report } from '@fermata/verdict'
import { imageFor, setStage, sketch, type Stage } from './testing/stage.ts'

let stage: Stage
beforeEach(async () => {
  stage = await setStage()
})
afterEach(() => stage.close())

const list = (report: Report, output: string): readonly string[] => JSON.parse(report.outputs[output] ?? 'null') as readonly string[]
const imageIn = async (name: string): Promise<unknown> => {
  const found = await stage.kube.get({ apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name })
  return (found as { readonly spec?: { readonly template: { readonly spec: { readonly containers: readonly { readonly image: string }[] } } } } | undefined)?.spec?.template.spec.containers[0]?.image
}
const startOf = (service: string): number => stage.progress.find(({ subject, phase }) => subject === service && phase === 'applying')?.at ?? Number.NaN
const endOf = (service: string): number => stage.progress.find(({ subject, phase }) => subject === service && phase === 'promoted')?.at ?? Number.NaN

describe('a release', () => {
  test('starts each service when what it needs is ready and has soaked', async () => {
    sketch(stage.files, { db: { soak: '20s' }, cart: { needs: ['db'] }, web: { needs: ['cart'] }, mail: {} })
    const report = await stage.run({ mode: 'apply' })
    expect(report.verdict).toBe('pass')
    expect(list(report, 'deployed').toSorted()).toEqual(['cart', 'db', 'mail', 'web'])
    expect(startOf('cart')).toBeGreaterThanOrEqual(startOf('db') + 20_000)
    expect(startOf('cart')).toBe(endOf('db'))
    expect(startOf('mail')).toBe(startOf('db'))
  })

  test('that is made again changes nothing, leaves no journal, and looks at every service', async () => {
    sketch(stage.files, { db: {}, cart: { needs: ['db'] } })
    await stage.run({ mode: 'apply' })
    const again = await stage.run({ mode: 'apply' })
    expect(again.verdict).toBe('pass')
    expect([list(again, 'unchanged'), again.outputs['release']]).toEqual([['db', 'cart'], ''])
  })

  test('writes configuration before what uses it', async () => {
    sketch(stage.files, { cart: {} })
    await stage.run({ mode: 'apply' })
    const written = stage.cluster.requests.all().filter(({ verb, dryRun }) => verb === 'patch' && !dryRun).map(({ resource }) => resource)
    expect(written).toEqual(['configmaps', 'services', 'deployments'])
  })

  test('fails a bad image with its cause within 30 seconds, undoes it, and holds what needs it', async () => {
    sketch(stage.files, { db: {}, cart: { needs: ['db'] }, web: { needs: ['cart'] }, mail: {} })
    await stage.run({ mode: 'apply' })
    stage.story.image(imageFor('cart', 2), { does: 'image-missing' })
    const before = stage.clock.now()
    const report = await stage.run({ mode: 'apply', images: JSON.stringify({ cart: imageFor('cart', 2), web: imageFor('web', 2), mail: imageFor('mail', 2) }) })
    expect(stage.clock.now() - before).toBeLessThan(30_000)
    expect(report.verdict).toBe('fail')
    expect(report.reasons[0]).toMatchObject({ code: 'FM-DEPLOY-IMAGE-NOT-FOUND', service: 'cart', location: { object: 'Pod', namespace: 'shop', container: 'server' } })
    expect([list(report, 'rolled-back'), list(report, 'held'), list(report, 'deployed')]).toEqual([['cart'], ['web'], ['mail']])
    expect([await imageIn('cart'), await imageIn('web'), await imageIn('mail')]).toEqual([imageFor('cart', 1), imageFor('web', 1), imageFor('mail', 2)])
  })

  test('deletes what it created for a service that crashes, and tells its last words', async () => {
    stage.story.image(imageFor('cart', 1), { does: 'crash', log: ['starting', 'PROVIDER_KEY is not set'] })
    sketch(stage.files, { cart: {} })
    const report = await stage.run({ mode: 'apply' })
    expect(report.reasons[0]).toMatchObject({ code: 'FM-DEPLOY-CRASH-LOOP', service: 'cart', message: expect.stringContaining('Its last words: PROVIDER_KEY is not set') })
    expect(report.evidence).toMatchObject([{ source: 'kubernetes', query: expect.stringContaining('--previous'), result: 'starting\nPROVIDER_KEY is not set\n' }])
    expect(await imageIn('cart')).toBeUndefined()
  })

  test('of a new namespace, with a Job, waits for both and can be made again', async () => {
    stage.story.image('registry.example/sql:1', { does: 'complete' })
    sketch(stage.files, { cart: { also: '---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: there, namespace: extra}\n---\napiVersion: v1\nkind: Namespace\nmetadata: {name: extra}\n---\napiVersion: batch/v1\nkind: Job\nmetadata: {name: migrate}\nspec: {template: {spec: {restartPolicy: Never, containers: [{name: sql, image: "registry.example/sql:1"}]}}}\n' } })
    const report = await stage.run({ mode: 'apply' })
    expect(list(report, 'deployed')).toEqual(['cart'])
    expect(list(await stage.run({ mode: 'apply' }), 'unchanged')).toEqual(['cart'])
    const undone = await stage.run({ mode: 'rollback', release: report.outputs['release'] ?? '' })
    // Others may have put something into the namespace, so it stays, and the report says so.
    expect(undone.reasons).toContainEqual(expect.objectContaining({ code: 'FM-DEPLOY-LEFT-BEHIND', severity: 'note', location: expect.objectContaining({ name: 'extra' }) }))
    expect(await stage.kube.get({ apiVersion: 'v1', kind: 'Namespace', name: 'extra' })).toBeDefined()
    expect(await stage.kube.get({ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'extra', name: 'there' })).toBeUndefined()
  })

  test('of a new kind waits until its definition is served, and leaves the definition to others', async () => {
    const definition = '---\napiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: wishes.example.dev}\nspec:\n  group: example.dev\n  scope: Namespaced\n  names: {kind: Wish, plural: wishes, singular: wish, listKind: WishList}\n  versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}}]\n'
    sketch(stage.files, { cart: { also: `---\napiVersion: example.dev/v1\nkind: Wish\nmetadata: {name: first}\nspec: {a: 1}\n${definition}` } })
    const report = await stage.run({ mode: 'apply' })
    expect([report.verdict, list(report, 'deployed')]).toEqual(['pass', ['cart']])
    const wish = { apiVersion: 'example.dev/v1', kind: 'Wish', namespace: 'shop', name: 'first' }
    expect(await stage.kube.get(wish)).toMatchObject({ spec: { a: 1 } })
    const undone = await stage.run({ mode: 'rollback', release: report.outputs['release'] ?? '' })
    expect(undone.reasons.filter(({ code }) => code === 'FM-DEPLOY-LEFT-BEHIND')).toHaveLength(1)
    expect(await stage.kube.get(wish)).toBeUndefined()
  })

  test('whose journal another run has taken writes nothing more, and says how to go on', async () => {
    stage.story.image(imageFor('cart', 1), { does: 'never-ready' })
    sketch(stage.files, { cart: {}, web: { needs: ['cart'] }, mail: { soak: '10s' } })
    const run = stage.run({ mode: 'apply' })
    while (!stage.progress.some(({ subject, phase }) => subject === 'mail' && phase === 'settling')) await new Promise((resolve) => setImmediate(resolve))
    const [journal] = (await stage.kube.list({ apiVersion: 'v1', kind: 'ConfigMap' }, { namespace: 'shop' })).items.filter(({ metadata }) => metadata.name.startsWith('fermata-journal'))
    await stage.kube.patch({ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name: journal?.metadata.name ?? '' }, 'merge', { data: { 'journal.json': '{}' } })
    const report = await run
    expect(report.verdict).toBe('fail')
    expect(report.reasons.map(({ code }) => code)).toEqual(expect.arrayContaining(['FM-CUSTODY-JOURNAL-LOST', 'FM-DEPLOY-UNFINISHED']))
    expect(list(report, 'failed')).toEqual(expect.arrayContaining(['cart', 'mail']))
  })

  test('tells the plan, the services, the times and the graph', async () => {
    sketch(stage.files, { db: {}, cart: { needs: ['db'] } })
    const report = await stage.run({ mode: 'apply' })
    expect(report.sections.map(({ id }) => id)).toEqual(['services', 'timeline', 'plan', 'plan-db', 'plan-cart'])
    const blocks = report.sections.flatMap((section) => section.blocks)
    expect(blocks.find(({ kind }) => kind === 'graph')).toMatchObject({ edges: [{ from: 'cart', to: 'db' }] })
    expect(blocks.find(({ kind }) => kind === 'timeline')).toMatchObject({ rows: [{ label: 'db', note: 'promoted' }, { label: 'cart', note: 'promoted' }] })
    expect(JSON.stringify(blocks.find(({ kind }) => kind === 'facts'))).toContain('db → cart')
  })
})
