import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { Report } from '@fermata/verdict'
import { imageFor, setStage, sketch, type Stage } from './testing/stage.ts'

let stage: Stage
beforeEach(async () => {
  stage = await setStage({
    users: [
      { name: 'admin', token: 'a', groups: ['system:masters'], may: 'all' },
      { name: 'reader', token: 'r', groups: [], may: [{ verbs: ['get', 'list', 'watch'], groups: ['*'], resources: ['*'] }] },
      { name: 'shifter', token: 's', groups: [], may: [{ verbs: ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete'], groups: ['', 'apps', 'coordination.k8s.io', 'authorization.k8s.io'], resources: ['*'] }, { verbs: ['get', 'list', 'watch'], groups: ['*'], resources: ['*'] }] },
      { name: 'keeper', token: 'k', groups: [], may: [{ verbs: ['get', 'list', 'watch', 'create', 'update', 'patch'], groups: ['*'], resources: ['*'] }] },
    ],
  })
  sketch(stage.files, { db: {}, cart: { needs: ['db'] } })
})
afterEach(() => stage.close())

const written = (): number => stage.cluster.requests.all().filter(({ verb, dryRun, code, resource }) => ['patch', 'create', 'update', 'delete'].includes(verb) && !dryRun && code < 400 && resource !== 'selfsubjectaccessreviews').length
const codes = (report: Report): readonly string[] => report.reasons.map(({ code }) => code)

describe('is refused before anything is written, with cause and remedy:', () => {
  test.each<[string, Readonly<Record<string, string>>, Readonly<Record<string, string>>, readonly RegExp[]]>([
    ['a service that is not in the catalog', { services: 'crat' }, {}, [/no service "crat"/, /Did you mean cart\?/]],
    ['several mistakes, together', { services: 'crat, nobody' }, {}, [/"crat"/, /"nobody"/]],
    ['an environment that is not in the catalog', { environment: 'prod' }, {}, [/no environment "prod"/]],
    ['an image that is no reference', { images: '{"cart":"shop/cart:2 "}' }, {}, [/Input images, cart/]],
    ['an image for a service that is not released', { services: 'db', images: JSON.stringify({ cart: imageFor('cart', 2) }) }, {}, [/cart, which is not released/]],
    ['an image for a service that is not in the catalog', { images: JSON.stringify({ crat: imageFor('cart', 2) }) }, {}, [/no service "crat"/, /Did you mean cart\?/]],
    ['a manifest that is no Kubernetes object', {}, { 'k8s/cart.yaml': 'just: text\n' }, [/k8s\/cart\.yaml/]],
    ['a manifest that is no YAML', {}, { 'k8s/cart.yaml': 'a: [b\n' }, [/k8s\/cart\.yaml/]],
    ['a manifest that is empty', {}, { 'k8s/cart.yaml': '\n' }, [/cart/]],
    ['an object that belongs to two services', {}, { 'k8s/cart.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: db}\n' }, [/ConfigMap\/db belongs to db and to cart/]],
    ['no place to work in', { parallelism: '0' }, {}, [/parallelism is 0/]],
    ['less time than a service must soak', { timeout: '10s' }, { 'fermata.yaml': 'version: 1\nservices:\n  cart: {manifests: [k8s/cart.yaml], soak: 30s}\n' }, [/fermata\.yaml.*cart may take 10 s and must stay ready for 30 s/]],
    ['a plan file that is not there', { plan: 'nowhere.json' }, {}, [/no file nowhere\.json/]],
    ['a plan file that is no plan', { plan: 'x.json' }, { 'x.json': '{}' }, [/is no plan/]],
    ['a plan file that is no JSON', { plan: 'x.json' }, { 'x.json': 'plan' }, [/is no JSON/]],
  ])('%s', async (_, inputs, files, says) => {
    for (const [path, text] of Object.entries(files)) stage.files.set(path, text)
    const error: unknown = await stage.run({ mode: 'apply', ...inputs }).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ name: 'ConfigurationError' })
    for (const part of says) expect(String(error)).toMatch(part)
    expect(written()).toBe(0)
  })

  test.each<[string, Readonly<Record<string, string>>, string, string, RegExp]>([
    ['a kind that the cluster does not know', { 'k8s/cart.yaml': 'apiVersion: example.dev/v1\nkind: Wish\nmetadata: {name: cart}\n' }, 'admin', 'FM-DEPLOY-KIND-UNKNOWN', /Wish of example\.dev\/v1/],
    ['a namespace that does not exist', { 'k8s/cart.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: cart, namespace: nowhere}\n' }, 'admin', 'FM-DEPLOY-NAMESPACE-NOT-FOUND', /nowhere/],
    ['an object that the API server finds invalid', { 'k8s/cart.yaml': 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: cart}\nspec: {template: {metadata: {labels: {a: b}}, spec: {containers: [{name: x, image: "shop/x:1"}]}}}\n' }, 'admin', 'FM-DEPLOY-OBJECT-REFUSED', /selector/],
    ['no permission to write', {}, 'reader', 'FM-DEPLOY-FORBIDDEN', /patch .*(configmaps|deployments|services).*shop/],
  ])('%s', async (_, files, user, code, says) => {
    for (const [path, text] of Object.entries(files)) stage.files.set(path, text)
    const report = await stage.run({ mode: 'apply' }, user)
    expect(report.verdict).toBe('fail')
    const found = report.reasons.filter((reason) => reason.code === code)
    expect(found.map(({ message }) => message).join('\n')).toMatch(says)
    expect(found[0]?.remedy).toBeTruthy()
    expect(written()).toBe(0)
  })

  test('a strategy that the service cannot have, unless rolling is asked for', async () => {
    sketch(stage.files, { cart: { strategy: 'canary' } })
    expect((await stage.run({ mode: 'apply', strategy: 'rolling' })).verdict).toBe('pass')
    sketch(stage.files, { cart: { strategy: 'canary', image: imageFor('cart', 2), also: '---\napiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: cart-agent}\nspec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: agent, image: "registry.example/agent:1"}]}}}\n' } })
    const [before, refused] = [written(), await stage.run({ mode: 'apply' })]
    expect([refused.verdict, codes(refused), written()]).toEqual(['fail', expect.arrayContaining(['FM-DEPLOY-STRATEGY-IMPOSSIBLE']), before])
    expect(refused.reasons.find(({ code }) => code === 'FM-DEPLOY-STRATEGY-IMPOSSIBLE')?.message).toBe('cart cannot be released by canary: it consists of Deployment cart, DaemonSet cart-agent, and one Deployment is needed.')
    expect((await stage.run({ mode: 'apply', strategy: 'rolling' })).verdict).toBe('warn')
  })

  test('a strategy whose fuses and routes may not be written', async () => {
    sketch(stage.files, { cart: { strategy: 'rolling' } })
    expect((await stage.run({ mode: 'apply' })).verdict).toBe('pass')
    await stage.kube.create({ apiVersion: 'gateway.networking.k8s.io/v1', kind: 'HTTPRoute', metadata: { name: 'shop', namespace: 'shop' }, spec: { rules: [{ backendRefs: [{ name: 'cart', port: 80 }] }] } })
    sketch(stage.files, { cart: { strategy: 'canary', image: imageFor('cart', 2) } })
    const [before, refused] = [written(), await stage.run({ mode: 'apply' }, 'shifter')]
    const missing = refused.reasons.filter(({ code }) => code === 'FM-DEPLOY-FORBIDDEN').map(({ message }) => message).join()
    expect([refused.verdict, missing, written()]).toEqual(['fail', expect.stringMatching(/create jobs\.batch[^]*patch httproutes\.gateway\.networking\.k8s\.io/), before])
  })

  test('a dependency that is neither in the release nor in the cluster', async () => {
    const report = await stage.run({ mode: 'apply', services: 'cart' })
    expect([report.verdict, codes(report)]).toEqual(['fail', expect.arrayContaining(['FM-DEPLOY-DEPENDENCY-MISSING'])])
    expect(written()).toBe(0)
  })

  test('an environment that wants approval, without an approved plan', async () => {
    stage.files.set('fermata.yaml', `${stage.files.get('fermata.yaml')}environments:\n  production: {namespace: shop, approval: required}\n`)
    const refused = await stage.run({ mode: 'apply', environment: 'production' })
    expect([refused.verdict, codes(refused)]).toEqual(['fail', ['FM-DEPLOY-APPROVAL-REQUIRED']])
    expect(written()).toBe(0)
    await stage.run({ mode: 'plan', environment: 'production', plan: 'approved.json' })
    expect((await stage.run({ mode: 'apply', environment: 'production', plan: 'approved.json' })).verdict).toBe('pass')
  })
})

describe('an approved plan', () => {
  test('is carried out while nothing has changed', async () => {
    await stage.run({ mode: 'plan', plan: 'approved.json' })
    expect((await stage.run({ mode: 'apply', plan: 'approved.json' })).verdict).toBe('pass')
  })

  test.each<[string, () => Promise<unknown>, Readonly<Record<string, string>>, RegExp]>([
    ['the manifests', async () => sketch(stage.files, { db: {}, cart: { needs: ['db'], config: 'two' } }), {}, /cart: v1 ConfigMap shop\/cart/],
    ['the cluster', async () => stage.kube.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'cart', namespace: 'shop' } }), {}, /ConfigMap shop\/cart: was to be created and is to be changed/],
    ['a wish', async () => undefined, { parallelism: '3' }, /parallelism was 8 and is 3/],
    ['the set of services', async () => undefined, { services: 'db' }, /cart is no longer in the plan/],
  ])('is refused when %s differs, and says what', async (_, change, inputs, says) => {
    await stage.run({ mode: 'plan', plan: 'approved.json' })
    await change()
    const before = written()
    const report = await stage.run({ mode: 'apply', plan: 'approved.json', ...inputs })
    expect([report.verdict, report.reasons[0]?.code]).toEqual(['fail', 'FM-DEPLOY-PLAN-DIFFERS'])
    expect(report.reasons[0]?.message).toMatch(says)
    expect(written()).toBe(before)
  })

  test('is refused when somebody has edited it', async () => {
    await stage.run({ mode: 'plan', plan: 'approved.json' })
    stage.files.set('approved.json', (stage.files.get('approved.json') ?? '').replace('"onFailure": "rollback"', '"onFailure": "halt"'))
    await expect(stage.run({ mode: 'apply', plan: 'approved.json' })).rejects.toThrow(/was changed after it was made/)
  })
})

describe('is said, and no silent pass:', () => {
  test('an empty list of services', async () => {
    const report = await stage.run({ mode: 'apply', services: '[]' })
    expect([report.verdict, codes(report), report.outputs['deployed']]).toEqual(['pass', ['FM-DEPLOY-NOTHING-TO-DO'], '[]'])
  })

  test('a catalog in which no service has manifests', async () => {
    stage.files.set('fermata.yaml', 'version: 1\nservices:\n  cart: {}\n')
    const report = await stage.run({ mode: 'apply' })
    expect([report.verdict, codes(report)]).toEqual(['inconclusive', expect.arrayContaining(['FM-DEPLOY-NOTHING-TO-DO', 'FM-DEPLOY-NO-MANIFESTS'])])
  })

  test('a service without manifests that is named', async () => {
    stage.files.set('fermata.yaml', 'version: 1\nservices:\n  cart: {}\n')
    await expect(stage.run({ mode: 'apply', services: 'cart' })).rejects.toThrow(/cart has no manifests/)
  })

  test('two workloads in one service, which go out together', async () => {
    sketch(stage.files, { cart: { also: '---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: worker}\nspec: {selector: {matchLabels: {app: worker}}, template: {metadata: {labels: {app: worker}}, spec: {containers: [{name: worker, image: "registry.example/worker@sha256:' + '1'.repeat(64) + '"}]}}}\n' } })
    const report = await stage.run({ mode: 'apply' })
    expect([report.verdict, codes(report)]).toEqual(['pass', ['FM-DEPLOY-SEVERAL-WORKLOADS']])
  })

  test('configuration that no pod is started for', async () => {
    await stage.run({ mode: 'apply' })
    sketch(stage.files, { db: {}, cart: { needs: ['db'], config: 'two' } })
    const report = await stage.run({ mode: 'plan' })
    expect([report.verdict, codes(report)]).toEqual(['pass', ['FM-DEPLOY-CONFIG-NOT-RELOADED']])
  })

  test('an image by tag', async () => {
    sketch(stage.files, { cart: { image: 'registry.example/cart:2' } })
    const report = await stage.run({ mode: 'plan' })
    expect([report.verdict, report.reasons[0]]).toEqual(['warn', expect.objectContaining({ code: 'FM-DEPLOY-IMAGE-UNPINNED', location: expect.objectContaining({ file: 'k8s/cart.yaml' }) })])
  })

  test('a release that was left before it ended', async () => {
    sketch(stage.files, { cart: {} })
    stage.story.image(imageFor('cart', 1), { does: 'never-ready' })
    const run = stage.run({ mode: 'apply' })
    while (!stage.progress.some(({ phase }) => phase === 'settling')) await new Promise((resolve) => setImmediate(resolve))
    const beside = await stage.run({ mode: 'plan' })
    expect(codes(beside)).toContain('FM-DEPLOY-UNFINISHED')
    await run
  })

  test('that what is created could not be deleted again', async () => {
    const report = await stage.run({ mode: 'plan' }, 'keeper')
    expect(report.verdict).toBe('warn')
    expect(report.reasons.map(({ message }) => message).join('\n')).toMatch(/delete deployments\.apps in namespace shop/)
  })
})
