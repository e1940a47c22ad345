import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import type { KubeObject } from '@fermata/ports'
import { createStory, type GitHubDispatch, sandboxToken } from '@fermata/sandbox'
import type { Report } from '@fermata/verdict'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { type Visitor, visit } from '../contract/gateway/client.ts'
import { removeFolders, repositoryWith, type Workspace } from '../e2e/support/workspace.ts'
import { copyExample, makeLibrary } from './act/library.ts'
import { startAct } from './act/run.ts'
import { type ActEnd, readLines } from './act/told.ts'
import { type Company, isBuilt, openCompany } from './company.ts'
import { root } from './library.ts'
import { openWholeCompany, type WholeCompany, wholeCompanyIsBuilt } from './whole-company.ts'

jest.setTimeout(120_000)

const repository = 'garden/shop'
const upload = { 'actions/upload-artifact@043fb46d1a93c77aae656e7c1c64a875d1fc6a0a': join(root, 'test/fixtures/actions/upload-artifact') }

/** Fails when more than a tenth of the requests of the last seconds have failed. */
const rule = {
  alert: 'HighErrorRate',
  expr: 'sum by (service) (rate(http_requests_total{code=~"5.."}[4s])) / sum by (service) (rate(http_requests_total[4s])) > 0.1',
  labels: { severity: 'critical', version: '1.10' },
  annotations: { summary: '{{ "A tenth fails: ${{ secrets.KUBECONFIG }} ::error::{{ .Evil }} $(touch never)" }}' },
}

const kinds = { cart: 'Deployment', orders: 'StatefulSet', edge: 'DaemonSet' } as const
type Kind = keyof typeof kinds
/** One of each kind, and another for who tries once more: what has just been healed is left alone for half an hour. */
type Id = Kind | `${Kind}-again`

const built = wholeCompanyIsBuilt() && isBuilt('act')
const suite = built ? describe : describe.skip

type Told = Extract<GitHubDispatch, { readonly event: 'repository_dispatch' }>

/** A run that a dispatch has started. */
interface Run {
  readonly of: Told
  readonly ended: Promise<ActEnd>
  report(): Report
}

suite(built ? 'from a real alert to a closed incident' : 'from a real alert to a closed incident (skipped: real components are missing; see `npm run tools`)', () => {
  let whole: WholeCompany
  let company: Company
  let workspace: Workspace
  let users: { readonly visitor: Visitor; stop(): Promise<void> }
  const runs: Run[] = []
  const tried = new Set<Kind>()
  /** What the repository's variables say. */
  let variables: Readonly<Record<string, string>> = {}

  beforeAll(async () => {
    company = openCompany()
    const library = makeLibrary(join(company.folder, 'library'))
    whole = await openWholeCompany({ story: createStory({ does: 'run', readyAfter: 0.3 }), rules: [rule], repository, onDispatch: (dispatch) => void (dispatch.event === 'repository_dispatch' && runs.push(startRun(dispatch, library))) })
    workspace = repositoryWith({ 'fermata.yaml': catalog(), ...Object.fromEntries(ids().map((id) => [`k8s/${id}.yaml`, objectsOf(id).map((object) => JSON.stringify(object)).join('\n---\n')])) })
    copyExample('self-heal', workspace.path)
    const workflow = readFileSync(join(workspace.path, '.github/workflows/self-heal.yml'), 'utf8')
    // A minute of silence is asked for in production; here the whole story has one.
    workspace.write({ '.github/workflows/self-heal.yml': workflow.replace(/^( +)alertmanager-url: .*$/m, (line, indent: string) => `${line}\n${indent}prometheus-url: \${{ vars.PROMETHEUS_URL }}\n${indent}healthy-for: 5s\n${indent}actions: restart`) })
    workspace.git('remote', 'add', 'origin', `https://github.com/${repository}.git`)
    workspace.commit()
    for (const object of ids().flatMap(objectsOf)) await whole.cluster.create({ ...object, metadata: { ...object.metadata, namespace: 'shop' } })
    users = keepAsking(visit({ url: whole.gateway }))
    for (const id of ids()) await until(() => users.visitor.ask(id), ({ code }) => code === 200)
  }, 120_000)
  afterAll(async () => {
    await users?.stop()
    await Promise.all([whole?.stop(), company.close()])
    removeFolders()
  }, 60_000)

  function startRun(of: Told, library: string): Run {
    const name = `heal-${runs.length}`
    const kept = join(company.folder, `kept-${name}`)
    mkdirSync(kept)
    const begun = startAct(company, {
      name, library, caller: workspace.path, workflow: '.github/workflows/self-heal.yml', event: of.event, payload: { action: of.eventType, client_payload: of.payload }, others: upload, variables,
      secrets: { KUBECONFIG: whole.plane.kubeconfig({ namespace: 'shop' }), GITHUB_TOKEN: sandboxToken },
      environment: { GITHUB_API_URL: whole.github.url, KEPT_ARTIFACTS: kept },
    })
    return { of, ended: begun.then(({ ended }) => ended), report: () => JSON.parse(readFileSync(join(kept, 'fermata-self-heal/report.json'), 'utf8')) as Report }
  }

  test.each<{ kind: Kind; asked: string; urls: () => Readonly<Record<string, string>> }>([
    { kind: 'cart', asked: 'Alertmanager', urls: () => ({ ALERTMANAGER_URL: whole.alertmanager, PROMETHEUS_URL: whole.prometheus }) },
    { kind: 'orders', asked: 'Prometheus alone', urls: () => ({ PROMETHEUS_URL: whole.prometheus }) },
    { kind: 'edge', asked: 'Alertmanager', urls: () => ({ ALERTMANAGER_URL: whole.alertmanager, PROMETHEUS_URL: whole.prometheus }) },
  ])('$kind, whose pods fail until they are new, is repaired within a minute; $asked is asked whether it fires', async ({ kind, urls }) => {
    variables = urls()
    const id: Id = tried.has(kind) ? `${kind}-again` : kind
    tried.add(kind)
    await tellingAll(() => repairs(id))
  })

  async function repairs(id: Id): Promise<void> {
    const [before, earlier] = [await pods(id), whole.github.dispatches.length]
    const began = performance.now()
    const told: string[] = []
    const note = (what: string): void => void told.push(`${what} ${((performance.now() - began) / 1_000).toFixed(1)} s`)
    for (const { name } of before) await whole.cluster.patch({ apiVersion: 'v1', kind: 'Pod', namespace: 'shop', name }, 'merge', { metadata: { annotations: { 'play.fermata.dev/answers': '{"failing":1}' } } })
    await until(() => alerts(id), ({ length }) => length > 0)
    note('alert')
    await until(() => runs.slice(earlier), ({ length }) => length > 0)
    note('dispatch')
    const incident = () => whole.github.repository(repository).issues.filter(({ title }) => title.startsWith(`${id}:`))
    await until(() => alerts(id), ({ length }) => length === 0)
    note('resolved')
    await until(incident, (issues) => issues.some(({ state }) => state === 'closed'))
    note('incident closed')
    const seconds = (performance.now() - began) / 1_000
    console.log(`${kindOf(id)} ${id}: ${told.join(', ')}`)

    const [first] = runs.slice(earlier) as [Run]
    const end = await first.ended
    if (end.code !== '0') process.stderr.write(`${end.everything.slice(-6_000)}\n`)
    expect([end.code, end.jobs]).toEqual(['0', { 'heal/self-heal/heal': 'success' }])
    expect(first.of).toMatchObject({ eventType: 'alert-triggered', payload: { schema: 'alertmanager/v4', status: 'firing', commonLabels: { alertname: 'HighErrorRate', service: id, version: '1.10' } } })
    const report = first.report()
    expect([report.verdict, report.outputs['taken'], report.outputs['escalated']]).toEqual(['pass', JSON.stringify([{ service: id, action: 'restart', outcome: 'healed' }]), '[]'])
    expect(report.evidence.map(({ source }) => source)).toContain('prometheus')
    expect(incident()).toMatchObject([{ number: Number(report.outputs['incident']), state: 'closed', labels: ['fermata-incident'] }])
    const after = await pods(id)
    expect([after.length, after.filter(({ uid }) => before.some((one) => one.uid === uid))]).toEqual([before.length, []])
    expect(Object.keys(await users.visitor.share(id, 100, 'code'))).toEqual(['200'])
    // The dispatch of the end has a run of its own, which finds nothing to do.
    const others = await until(() => runs.slice(earlier + 1), ({ length }) => length > 0)
    for (const other of others) {
      expect((await other.ended).code).toBe('0')
      expect(other.report().outputs['taken']).toBe('[]')
    }
    expect(seconds).toBeLessThan(60)
  }

  /** What fails says what everybody has said. */
  async function tellingAll(story: () => Promise<void>): Promise<void> {
    try {
      await story()
    } catch (error) {
      const said = runs.map((_, index) => `heal-${index}: ${readLines(readFileSync(company.logFile(`heal-${index}`), 'utf8')).map(({ msg = '' }) => msg.trimEnd()).join('\n').slice(-2_000)}`)
      const standing = (await whole.cluster.list({ apiVersion: 'v1', kind: 'Pod' }, { namespace: 'shop' })).items.map(({ metadata, ...pod }) => `${metadata.name}: ${JSON.stringify([metadata.annotations, metadata.deletionTimestamp, pod['status']]).slice(0, 600)}`)
      process.stderr.write(`${[...said, ...standing, ...['kube-controller-manager', 'kwok'].map((name) => whole.plane.company.log(name))].join('\n---\n')}\n`)
      throw new Error(`${error instanceof Error ? error.message : String(error)}\n${said.map((one) => one.slice(-700)).join('\n')}`, { cause: error })
    }
  }

  test('GitHub was asked for nothing that its stand-in does not know, and nothing of the cluster\'s credentials was written', () => {
    expect(whole.github.unknown).toBe(0)
    for (let index = 0; index < runs.length; index++) expect(readFileSync(company.logFile(`heal-${index}`), 'utf8')).not.toContain(whole.plane.token)
    expect(JSON.stringify(whole.github.repository(repository).issues)).not.toContain(whole.plane.token)
  })

  async function pods(id: Id): Promise<readonly { readonly name: string; readonly uid: string | undefined }[]> {
    const { items } = await whole.cluster.list({ apiVersion: 'v1', kind: 'Pod' }, { namespace: 'shop', labelSelector: `app=${id}` })
    return items.filter(({ metadata }) => metadata.deletionTimestamp === undefined).map(({ metadata: { name, uid } }) => ({ name, uid }))
  }

  async function alerts(id: Id): Promise<readonly unknown[]> {
    return (await (await fetch(`${whole.alertmanager}/api/v2/alerts?filter=service=${id}`)).json()) as readonly unknown[]
  }
})

function ids(): readonly Id[] {
  return (Object.keys(kinds) as readonly Kind[]).flatMap((kind): readonly Id[] => [kind, `${kind}-again`])
}

function kindOf(id: Id): (typeof kinds)[Kind] {
  return kinds[id.replace('-again', '') as Kind]
}

function catalog(): string {
  const objective = (id: Id) => `  ${id}-availability:\n    sli: 'sum(rate(http_requests_total{service="${id}",code!~"5.."}[5m])) / sum(rate(http_requests_total{service="${id}"}[5m]))'\n    target: 0.99\n    error_budget_window: 30d\n`
  return `version: 1\nenvironments:\n  production: {namespace: shop}\nservices:\n${ids().map((id) => `  ${id}: {manifests: [k8s/${id}.yaml], slos: [${id}-availability]}\n`).join('')}slos:\n${ids().map(objective).join('')}`
}

function objectsOf(id: Id): readonly KubeObject[] {
  const labels = { app: id }
  const kind = kindOf(id)
  const spec = { selector: { matchLabels: labels }, ...(kind !== 'DaemonSet' && { replicas: 2 }), ...(kind === 'StatefulSet' && { serviceName: id }), template: { metadata: { labels }, spec: { containers: [{ name: 'server', image: `registry.example/${id}:1.10`, ports: [{ name: 'http', containerPort: 8080 }] }] } } }
  return [{ apiVersion: 'apps/v1', kind, metadata: { name: id }, spec }, { apiVersion: 'v1', kind: 'Service', metadata: { name: id }, spec: { selector: labels, ports: [{ name: 'http', port: 80, targetPort: 'http' }] } }]
}

/** Users, who ask every service forty times a second. */
function keepAsking(visitor: Visitor): { readonly visitor: Visitor; stop(): Promise<void> } {
  let asking = true
  const gone = (async () => {
    while (asking) {
      await Promise.all(ids().map((id) => visitor.ask(id)))
      await wait(25)
    }
  })()
  return {
    visitor,
    async stop() {
      asking = false
      await gone
      visitor.leave()
    },
  }
}

async function until<T>(ask: () => T | Promise<T>, holds: (value: T) => boolean): Promise<T> {
  const end = performance.now() + 60_000
  for (;;) {
    const value = await ask()
    if (holds(value)) return value
    if (performance.now() > end) throw new Error(`still ${JSON.stringify(value)}`)
    await wait(100)
  }
}
