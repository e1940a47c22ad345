import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { parseYaml } from '@fermata/source'
import { type GuardedShop, makeGuardedShop, type Shop, makeShop } from './make-shop.ts'

interface Written {
  readonly kind: string
  readonly metadata: { readonly name: string; readonly namespace?: string }
  readonly spec?: Readonly<Record<string, unknown>>
}
interface Container {
  readonly image: string
  readonly env?: readonly { readonly name: string; readonly value: string }[]
  readonly readinessProbe?: unknown
  readonly livenessProbe?: unknown
  readonly resources?: { readonly requests?: unknown; readonly limits?: unknown }
  readonly securityContext?: unknown
}
interface PodTemplate {
  readonly metadata: { readonly labels: Readonly<Record<string, string>> }
  readonly spec: { readonly serviceAccountName?: string; readonly containers: readonly Container[]; readonly volumes?: readonly { readonly configMap?: { readonly name: string } }[] }
}
interface ServiceText {
  readonly role?: string
  readonly paths: readonly string[]
  readonly manifests: readonly string[]
  readonly dependencies?: readonly string[]
}

const folder = mkdtempSync(join(tmpdir(), 'shop-'))
let shop: Shop
beforeAll(async () => {
  shop = await makeShop(join(folder, 'shop'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const git = (...args: readonly string[]) => execFileSync('git', ['-C', shop.folder, ...args], { encoding: 'utf8' }).trim()
const at = (commit: string, path: string) => git('show', `${commit}:${path}`)
function documents(text: string, file: string): readonly unknown[] {
  const parsed = parseYaml(text, { file, version: '1.2' })
  expect(parsed.problems).toEqual([])
  return parsed.documents.map((document) => document.value)
}
function services(commit = shop.head): Readonly<Record<string, ServiceText>> {
  return (documents(at(commit, 'fermata.yaml'), 'fermata.yaml')[0] as { readonly services: Readonly<Record<string, ServiceText>> }).services
}
const objectsOf = (id: string, commit = shop.head) => documents(at(commit, `services/${id}/deploy.yaml`), id) as readonly Written[]
function workload(id: string, commit = shop.head): Written {
  return objectsOf(id, commit).find((object) => object.kind === 'Deployment' || object.kind === 'StatefulSet') as Written
}
const template = (id: string, commit = shop.head) => workload(id, commit).spec?.['template'] as PodTemplate
const container = (id: string, commit = shop.head) => template(id, commit).spec.containers[0] as Container
function portsOf({ kind, metadata, spec = {} }: Written): readonly string[] {
  return kind === 'Service' ? (spec['ports'] as readonly { readonly port: number }[]).map(({ port }) => `${metadata.name}:${port}`) : []
}
const addresses = (id: string) => (container(id).env ?? []).filter(({ name }) => name.endsWith('_ADDR'))

describe('the catalog', () => {
  test('has eleven services, and one store', () => {
    const roles = Object.values(services()).map((service) => service.role ?? 'service')
    expect([roles.filter((role) => role === 'service').length, roles.filter((role) => role === 'datastore').length]).toEqual([11, 1])
  })

  test('says of each what it needs, as its environment does', () => {
    for (const [id, service] of Object.entries(services())) {
      expect([id, addresses(id).map(({ value }) => value.split(':')[0]).toSorted()]).toEqual([id, [...(service.dependencies ?? [])].toSorted()])
    }
  })

  test('goes out in five waves', () => {
    expect(waves(services())).toEqual([
      ['accounts', 'cart-store', 'catalog'],
      ['cart', 'inventory', 'notifications', 'pricing', 'search'],
      ['payments', 'shipping'],
      ['checkout'],
      ['storefront'],
    ])
  })
})

describe('the manifests', () => {
  test('give every service what it takes to run safely', () => {
    for (const id of Object.keys(services())) {
      const { readinessProbe, livenessProbe, resources, securityContext, image } = container(id)
      expect([id, readinessProbe, livenessProbe, resources?.requests, resources?.limits]).toEqual([id, expect.anything(), expect.anything(), expect.anything(), expect.anything()])
      expect([id, securityContext]).toEqual([id, { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } }])
      expect(image).toMatch(new RegExp(`^registry\\.example/shop/${id}@sha256:[0-9a-f]{64}$`))
      expect([id, workload(id).spec?.['replicas']]).toEqual([id, id === 'cart-store' ? 1 : 2])
      expect(objectsOf(id).filter((object) => object.kind === 'ServiceAccount').map((object) => object.metadata.name)).toEqual([template(id).spec.serviceAccountName])
    }
  })

  test('name no namespace, so that they fit every environment', () => {
    for (const id of Object.keys(services())) expect([id, objectsOf(id).map((object) => object.metadata.namespace)]).toEqual([id, objectsOf(id).map(() => undefined)])
  })

  test('lead every address to a port that somebody serves', () => {
    const ports = new Set(Object.keys(services()).flatMap((id) => objectsOf(id).flatMap(portsOf)))
    for (const id of Object.keys(services())) for (const { value } of addresses(id)) expect([id, value, ports.has(value)]).toEqual([id, value, true])
  })

  test('select the pods that they make, and mount what is there', () => {
    for (const id of Object.keys(services())) {
      const selectors = objectsOf(id).flatMap((object) => (object.spec?.['selector'] === undefined ? [] : [object.spec['selector'] as Readonly<Record<string, unknown>>]))
      expect(selectors.length).toBeGreaterThan(1)
      for (const selector of selectors) expect(template(id).metadata.labels).toMatchObject((selector['matchLabels'] ?? selector) as object)
      const mounted = (template(id).spec.volumes ?? []).flatMap(({ configMap }) => configMap?.name ?? [])
      expect(objectsOf(id).filter((object) => object.kind === 'ConfigMap').map((object) => object.metadata.name)).toEqual(mounted)
      const scaled = objectsOf(id).find((object) => object.kind === 'HorizontalPodAutoscaler')?.spec?.['scaleTargetRef']
      if (scaled !== undefined) expect(scaled).toEqual({ apiVersion: 'apps/v1', kind: 'Deployment', name: id })
    }
  })
})

describe('the sources', () => {
  test('read exactly the addresses that they are given', () => {
    for (const id of Object.keys(services()).filter((each) => each !== 'cart-store')) {
      const read = [...at(shop.head, `services/${id}/main.go`).matchAll(/os\.Getenv\("(\w+_ADDR)"\)/g)].map((match) => match[1])
      expect([id, read.toSorted()]).toEqual([id, addresses(id).map(({ name }) => name).toSorted()])
    }
  })
})

describe('the history', () => {
  const changed = (from: string, to: string) => [...new Set(git('diff-tree', '-r', '--name-only', from, to).split('\n').map((path) => path.split('/').slice(0, 2).join('/')))]

  test('is three commits, the last of them checked out and nothing left over', () => {
    expect(git('rev-list', '--reverse', 'main').split('\n')).toEqual([shop.base, shop.healthy, shop.head])
    expect(git('status', '--porcelain')).toBe('')
    expect(readFileSync(join(shop.folder, 'services/payments/main.go'), 'utf8')).toContain('PROVIDER_KEY')
  })

  test('changes some services each time', () => {
    expect(changed(shop.base, shop.healthy)).toEqual(['services/cart', 'services/catalog', 'services/pricing'])
    expect(changed(shop.healthy, shop.head)).toEqual(['services/checkout', 'services/payments'])
  })

  test('brings a new image where the source changed, and only there', () => {
    const fresh = (from: string, to: string) => Object.keys(services()).filter((id) => container(id, from).image !== container(id, to).image).toSorted()
    expect([fresh(shop.base, shop.healthy), fresh(shop.healthy, shop.head)]).toEqual([['cart', 'catalog'], ['checkout', 'payments']])
  })

  test('ends with payments that cannot start, for a reason that is to be seen', () => {
    expect(shop.cannotStart.image).toBe(container('payments').image)
    expect(shop.cannotStart.image).not.toBe(container('payments', shop.healthy).image)
    expect(at(shop.head, 'services/payments/main.go')).toContain(`log.Fatal("${shop.cannotStart.says}")`)
    expect((container('payments').env ?? []).map(({ name }) => name)).not.toContain('PROVIDER_KEY')
  })

  test('is the same wherever it is made, whatever git is told there', async () => {
    const before = { ...process.env }
    Object.assign(process.env, { GIT_AUTHOR_NAME: 'Somebody', GIT_DIR: '/nowhere', TZ: 'Asia/Tokyo' })
    try {
      const again = await makeShop(join(folder, 'again'))
      expect([again.base, again.healthy, again.head]).toEqual([shop.base, shop.healthy, shop.head])
    } finally {
      for (const name of ['GIT_AUTHOR_NAME', 'GIT_DIR', 'TZ']) {
        if (before[name] === undefined) delete process.env[name]
        else process.env[name] = before[name]
      }
    }
  })

  test('is never written over something else', async () => {
    const taken = mkdtempSync(join(folder, 'taken-'))
    writeFileSync(join(taken, 'mine'), '')
    await expect(makeShop(taken)).rejects.toThrow('not empty')
  })
})

describe('the shop with gates', () => {
  let guarded: GuardedShop
  beforeAll(async () => {
    guarded = await makeGuardedShop(join(folder, 'guarded'))
  })
  const there = (commit: string, path: string) => execFileSync('git', ['-C', guarded.folder, 'show', `${commit}:${path}`], { encoding: 'utf8' })
  const changedIn = (commit: string) => execFileSync('git', ['-C', guarded.folder, 'diff-tree', '-r', '--name-only', `${commit}^`, commit], { encoding: 'utf8' }).trim().split('\n').map((path) => path.split('/')[1])

  test('changes what its story tells, with a new image where the source changed', () => {
    expect([guarded.hasty, guarded.mended, guarded.patient].map((commit) => [...new Set(changedIn(commit))])).toEqual([['checkout', 'payments'], ['payments'], ['storefront']])
    const { hasty, mended, impatient, patient } = guarded.images
    expect(new Set([hasty, mended, impatient, patient]).size).toBe(4)
    expect([there(guarded.hasty, 'services/payments/deploy.yaml').includes(hasty), there(guarded.mended, 'services/payments/deploy.yaml').includes(mended), there(guarded.mended, 'services/storefront/deploy.yaml').includes(impatient), there(guarded.patient, 'services/storefront/deploy.yaml').includes(patient)]).toEqual([true, true, true, true])
  })

  test('writes logs for debugging in the hasty version alone, and leaves the number of storefronts to the autoscaler', () => {
    expect([guarded.base, guarded.hasty, guarded.mended].map((commit) => there(commit, 'services/payments/deploy.yaml').includes('LOG_LEVEL'))).toEqual([false, true, false])
    const [, , deployment] = documents(there(guarded.base, 'services/storefront/deploy.yaml'), 'storefront') as readonly Written[]
    expect([deployment?.kind, deployment?.spec?.['replicas']]).toEqual(['Deployment', undefined])
  })

  test('has payments and checkout need each other, as their programs do', () => {
    const { services: all } = documents(there(guarded.base, 'fermata.yaml'), 'fermata.yaml')[0] as { readonly services: Readonly<Record<string, ServiceText>> }
    expect([all['payments']?.dependencies?.includes('checkout'), all['checkout']?.dependencies?.includes('payments'), there(guarded.base, 'services/payments/main.go').includes('os.Getenv("CHECKOUT_ADDR")')]).toEqual([true, true, true])
  })
})

/** Levels: each after everything that it needs. */
function waves(all: Readonly<Record<string, ServiceText>>): readonly (readonly string[])[] {
  const levels: string[][] = []
  const placed = new Set<string>()
  while (placed.size < Object.keys(all).length) {
    const next = Object.keys(all).filter((id) => !placed.has(id) && (all[id]?.dependencies ?? []).every((need) => placed.has(need))).toSorted()
    if (next.length === 0) throw new Error('The shop has a cycle.')
    for (const id of next) placed.add(id)
    levels.push(next)
  }
  return levels
}
