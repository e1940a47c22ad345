import { connectCluster } from '@fermata/kube'
import type { Cluster } from '@fermata/ports'
import { type AnswerBehaviour, type Delivery, realClock, sandboxToken, startAlertmanager, startCluster, startGateway, startGitHub, startPrometheus, type StandInGitHub } from '@fermata/sandbox'
import { build, type Place, type PlaceWish, type Where } from './place.ts'
import { type AlertRule, startRuler } from './ruler.ts'
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
  /** Whether its Prometheus knows the month before the story. */
  readonly remembers: boolean
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

const day = 86_400_000

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
    remembers: true,
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

function tellPast(prometheus: Awaited<ReturnType<typeof startPrometheus>>, past: readonly Past[]): void {
  const opened = Date.now()
  const scraping = { everyMs: 60_000, from: opened - 31 * day }
  for (const { service, perSecond, failing } of past) {
    const labels = { host: service, service, version: 'before', pod: 'before' }
    const until = (rate: number) => (at: number) => (at < opened ? rate : 0)
    prometheus.counter('http_requests_total', { ...labels, code: '200' }, until(perSecond * (1 - failing)), scraping)
    prometheus.counter('http_requests_total', { ...labels, code: '500' }, until(perSecond * failing), scraping)
  }
}

/** What the template of `fermata heal receiver` makes of a notification, sent with the token that a real one reads from a file. */
async function dispatch({ url, body }: Delivery): Promise<number> {
  const { status, receiver, notification_reason: reason, groupLabels, commonLabels, commonAnnotations, externalURL, alerts } = body
  const payload = { schema: 'alertmanager/v4', status, receiver, reason, groupLabels, commonLabels, commonAnnotations, externalURL, alerts }
  const answer = await fetch(url, { method: 'POST', headers: { accept: 'application/vnd.github+json', authorization: `Bearer ${sandboxToken}`, 'content-type': 'application/json' }, body: JSON.stringify({ event_type: 'alert-triggered', client_payload: payload }) })
  await answer.arrayBuffer()
  return answer.status
}

async function realTown({ story, namespace, speed, repository, rules }: TownWish): Promise<Town> {
  build('etcd', 'kwok', 'kubernetes', 'prometheus', 'alertmanager')
  // Who plays on the sandbox loads none of this.
  const { openWholeCompany } = await import('../../test/real/whole-company.ts')
  const company = await openWholeCompany({ story, speed, namespace, rules, repository })
  return {
    says: `a real control plane, Kubernetes ${await company.cluster.version()} at ${company.plane.url}, whose containers are played, with a real Prometheus and a real Alertmanager`,
    context: 'real',
    cluster: company.cluster,
    remembers: false,
    gateway: company.gateway,
    prometheus: company.prometheus,
    alertmanager: company.alertmanager,
    github: company.github,
    kubeconfig: (wish) => company.plane.kubeconfig(wish),
    requests: () => 0,
    unknown: () => company.github.unknown,
    async behave(behaviours) {
      const answer = await fetch(`${company.gateway}/__behaviours`, { method: 'PUT', body: JSON.stringify(behaviours) })
      if (!answer.ok) throw new Error(`The gateway does not take how pods behave: ${await answer.text()}`)
    },
    stop: company.stop,
  }
}
