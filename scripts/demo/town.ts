import { connectCluster } from '@fermata/kube'
import type { Cluster } from '@fermata/ports'
import { type AnswerBehaviour, type Delivery, realClock, sandboxToken, startAlertmanager, startCluster, startGateway, startGitHub, type SandboxPrometheus, startPrometheus, type StandInGitHub } from '@fermata/sandbox'
import { build, type Place, type PlaceWish } from './place.ts'
import { type AlertRule, startRuler } from './ruler.ts'
import type { Where } from './scenario.ts'
import { scrape } from './scraping.ts'

/** A cluster with all that stands around one: users come through a gateway, Prometheus counts them, Alertmanager tells GitHub. */
export interface Town extends Place {
  /** As somebody else than Fermata sees it. */
  readonly cluster: Cluster
  /** Base addresses. */
  readonly gateway: string
  readonly prometheus: string
  readonly alertmanager: string
  readonly github: StandInGitHub
  /** How many of its seconds pass in one of ours for its controllers. Those of a real cluster keep to the wall clock. */
  readonly controllerSpeed: number
  /** From now on pods answer so; what was told before is forgotten. */
  behave(behaviours: readonly AnswerBehaviour[]): Promise<void>
}

export interface TownWish extends PlaceWish {
  readonly repository: string
  readonly rules: readonly AlertRule[]
  readonly past: readonly Past[]
}

/** What a service has answered in the month before. */
export interface Past {
  readonly service: string
  readonly perSecond: number
  /** The share that failed. */
  readonly failing: number
}

export async function openTown(which: Where, wish: TownWish): Promise<Town> {
  return which === 'real' ? realTown(wish) : sandboxTown(wish)
}

/** Thirty days and an hour: a little more than the budgets look back. */
const month = 30 * 86_400_000 + 3_600_000

async function sandboxTown({ story, namespace, speed, repository, rules, past }: TownWish): Promise<Town> {
  const cluster = await startCluster({ clock: realClock({ speed }), story, namespaces: [namespace] })
  const kube = await connectCluster({ kubeconfig: cluster.kubeconfig({ namespace }), clock: realClock(), random: { next: () => 0.5 }, environment: {}, userAgent: 'gateway' })
  const gateway = await startGateway({ cluster: kube, namespace, connectTimeout: 200 })
  const github = await startGitHub({ repositories: [{ name: repository }] })
  const prometheus = await startPrometheus()
  tellPast(prometheus, past)
  const alertmanager = await startAlertmanager({
    config: { route: { receiver: 'fermata', group_by: ['service', 'alertname'], group_wait: '1s', group_interval: '1s', repeat_interval: '1h' }, receivers: [{ name: 'fermata', webhook_configs: [{ url: `${github.url}/repos/${repository}/dispatches`, send_resolved: true, max_alerts: 20 }] }] },
    deliver: dispatch,
  })
  const endScraping = scrape(gateway.counts, prometheus)
  const ruler = startRuler(rules, prometheus.url, alertmanager.url)
  return {
    says: `a cluster, a gateway, a Prometheus, an Alertmanager and a GitHub in this process, ${cluster.url}`,
    context: 'sandbox',
    cluster: kube,
    controllerSpeed: speed,
    gateway: gateway.url,
    prometheus: prometheus.url,
    alertmanager: alertmanager.url,
    github,
    kubeconfig: (asked) => cluster.kubeconfig(asked),
    requests: () => cluster.requests.count(),
    unknown: () => cluster.unknown + prometheus.unknown() + alertmanager.unknown() + github.unknown,
    behave: async (behaviours) => gateway.behave(behaviours),
    async stop() {
      endScraping()
      await ruler.stop()
      await Promise.all([gateway.close(), github.close(), prometheus.close(), alertmanager.close()])
      kube.close()
      await cluster.stop()
    },
  }
}

const everyMinute = 60_000

function pastLabels({ service }: Past, code: string): Readonly<Record<string, string>> {
  return { host: service, service, version: 'before', pod: 'before', code }
}

function tellPast(prometheus: SandboxPrometheus, past: readonly Past[]): void {
  const opened = Date.now()
  const scraping = { everyMs: everyMinute, from: opened - month }
  const until = (rate: number) => (at: number) => (at < opened ? rate : 0)
  for (const one of past) {
    prometheus.counter('http_requests_total', pastLabels(one, '200'), until(one.perSecond * (1 - one.failing)), scraping)
    prometheus.counter('http_requests_total', pastLabels(one, '500'), until(one.perSecond * one.failing), scraping)
  }
}

/** The same as samples, for a Prometheus that does not listen to stories. */
function recorded(one: Past) {
  const from = Math.floor((Date.now() - month) / everyMinute) * everyMinute
  const samples = (rate: number) => Array.from({ length: Math.floor((Date.now() - from) / everyMinute) }, (_, index) => ({ at: from + index * everyMinute, value: (rate * index * everyMinute) / 1_000 }))
  return [
    { name: 'http_requests_total', labels: pastLabels(one, '200'), samples: samples(one.perSecond * (1 - one.failing)) },
    { name: 'http_requests_total', labels: pastLabels(one, '500'), samples: samples(one.perSecond * one.failing) },
  ]
}

/** What the template of `fermata heal receiver` makes of a notification, sent with the token that a real one reads from a file. */
async function dispatch({ url, body }: Delivery): Promise<number> {
  const { status, receiver, notification_reason: reason, groupLabels, commonLabels, commonAnnotations, externalURL, alerts } = body
  const payload = { schema: 'alertmanager/v4', status, receiver, reason, groupLabels, commonLabels, commonAnnotations, externalURL, alerts }
  const answer = await fetch(url, { method: 'POST', headers: { accept: 'application/vnd.github+json', authorization: `Bearer ${sandboxToken}`, 'content-type': 'application/json' }, body: JSON.stringify({ event_type: 'alert-triggered', client_payload: payload }) })
  await answer.arrayBuffer()
  return answer.status
}

async function realTown({ story, namespace, speed, repository, rules, past }: TownWish): Promise<Town> {
  build('etcd', 'kwok', 'kubernetes', 'prometheus', 'alertmanager')
  // Who plays on the sandbox loads none of this.
  const [{ openWholeCompany }, { askedByFermata }] = await Promise.all([import('../../test/real/whole-company.ts'), import('../../test/real/audit.ts')])
  const company = await openWholeCompany({ story, speed, namespace, rules, repository, past: past.flatMap(recorded), audit: true })
  return {
    says: `a real control plane, Kubernetes ${await company.cluster.version()} at ${company.plane.url}, whose containers are played, with a real Prometheus and a real Alertmanager`,
    context: 'real',
    cluster: company.cluster,
    controllerSpeed: 1,
    gateway: company.gateway,
    prometheus: company.prometheus,
    alertmanager: company.alertmanager,
    github: company.github,
    kubeconfig: (wish) => company.plane.kubeconfig(wish),
    requests: () => askedByFermata(company.plane).length,
    unknown: () => company.github.unknown,
    async behave(behaviours) {
      const answer = await fetch(`${company.gateway}/__behaviours`, { method: 'PUT', body: JSON.stringify(behaviours) })
      if (!answer.ok) throw new Error(`The gateway does not take how pods behave: ${await answer.text()}`)
    },
    stop: company.stop,
  }
}
