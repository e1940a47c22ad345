import { receiverConfig } from '@fermata/heal'
import type { KubeCluster } from '@fermata/kube'
import { type AnswerBehaviour, createStory, type GitHubDispatch, sandboxToken, type StandInGitHub, startGitHub, type Story as PodStory } from '@fermata/sandbox'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { Story } from '../contract/metrics/samples.ts'
import { bin, type Company, freePorts, isBuilt, openCompany } from './company.ts'
import type { ControlPlane } from './control-plane.ts'
import { playedClusterIsBuilt, startPlayedCluster } from './played-cluster.ts'
import { remember } from './prometheus.ts'

/** A rule as Prometheus has it in a file of rules. */
export interface AlertRule {
  readonly alert: string
  readonly expr: string
  readonly for?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
}

export interface WholeCompanyWish {
  readonly story?: PodStory
  readonly speed?: number
  /** The one that the gateway stands before. Default: `shop`. */
  readonly namespace?: string
  /** How pods answer the gateway's requests. */
  readonly behaviours?: readonly AnswerBehaviour[]
  readonly rules?: readonly AlertRule[]
  /** Who is told of alerts, by repository_dispatch. Default: `garden/shop`. */
  readonly repository?: string
  /** What Prometheus has seen before, within the last thirty days. */
  readonly past?: readonly Story[]
  /** Whether the API server keeps an audit log. */
  readonly audit?: boolean
  /** What GitHub does with a dispatch that it has accepted. */
  readonly onDispatch?: (dispatch: GitHubDispatch) => void
}

/** Everything that a release meets: a real control plane, a real Prometheus that scrapes the gateway, a real Alertmanager that tells GitHub, and GitHub's stand-in. */
export interface WholeCompany {
  readonly plane: ControlPlane
  readonly cluster: KubeCluster
  /** Base addresses. */
  readonly gateway: string
  readonly prometheus: string
  readonly alertmanager: string
  readonly github: StandInGitHub
  stop(): Promise<void>
}

export function wholeCompanyIsBuilt(): boolean {
  return playedClusterIsBuilt() && isBuilt('prometheus', 'alertmanager')
}

interface Places { readonly gateway: string; readonly prometheus: string; readonly alertmanager: string }

export async function openWholeCompany({ story = createStory(), speed = 1, namespace = 'shop', behaviours = [], rules = [], repository = 'garden/shop', past = [], audit = false, onDispatch = () => {} }: WholeCompanyWish = {}): Promise<WholeCompany> {
  const company = openCompany()
  const github = await startGitHub({ repositories: [{ name: repository }], onDispatch })
  const [at = '', prometheusAt = '', alertmanagerAt = ''] = (await freePorts(3)).map((port) => `127.0.0.1:${port}`)
  const places = { gateway: at, prometheus: prometheusAt, alertmanager: alertmanagerAt }
  const file = (name: string, content: unknown): string => {
    writeFileSync(join(company.folder, name), typeof content === 'string' ? content : JSON.stringify(content), { mode: 0o600 })
    return join(company.folder, name)
  }
  const playing = startPlayedCluster({ story, speed, namespaces: [namespace], audit })
  const end = async (): Promise<void> => {
    await Promise.allSettled([playing.then((played) => played.stop()), github.close(), company.close()])
  }
  try {
    await startAlertmanager(company, places, file('alertmanager.yml', alertmanagerConfig(receiverConfig(repository, github.url), file('github-token', sandboxToken))))
    await startPrometheus(company, places, file('prometheus.yml', prometheusConfig(places, file('rules.yml', { groups: [{ name: 'company', interval: '1s', rules }] }))))
    const { plane, cluster } = await playing
    const kubeconfig = file('kubeconfig', plane.kubeconfig({ namespace }))
    await company.start({ name: 'gateway', file: process.execPath, args: ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, 'gateway-main.ts'), '--kubeconfig', kubeconfig, '--namespace', namespace, '--port', at.split(':')[1] as string, '--behaviours', file('behaviours.json', behaviours)] })
    await Promise.all([answers(company, 'gateway', `http://${at}/__counts`), answers(company, 'prometheus', `http://${prometheusAt}/-/ready`), answers(company, 'alertmanager', `http://${alertmanagerAt}/-/ready`)])
    for (const one of past) await remember(`http://${prometheusAt}`, [one])
    return { plane, cluster, gateway: `http://${at}`, prometheus: `http://${prometheusAt}`, alertmanager: `http://${alertmanagerAt}`, github, stop: end }
  } catch (error) {
    await end()
    throw error
  }
}

function startAlertmanager(company: Company, { alertmanager }: Places, config: string): Promise<unknown> {
  return company.start({ name: 'alertmanager', file: join(bin, 'alertmanager'), args: [`--config.file=${config}`, `--storage.path=${join(company.folder, 'alertmanager')}`, `--web.listen-address=${alertmanager}`, '--cluster.listen-address=', '--log.level=warn'] })
}

function startPrometheus(company: Company, { prometheus }: Places, config: string): Promise<unknown> {
  // An alert that finds no Alertmanager yet is told again after a second, not after a minute. Its first block is two months long, so that it takes samples of the month before.
  const remembering = ['--web.enable-remote-write-receiver', '--storage.tsdb.retention.time=400d', '--storage.tsdb.min-block-duration=1500h', '--storage.tsdb.max-block-duration=1500h']
  return company.start({ name: 'prometheus', file: join(bin, 'prometheus'), args: [`--config.file=${config}`, `--storage.tsdb.path=${join(company.folder, 'prometheus')}`, `--web.listen-address=${prometheus}`, '--rules.alert.resend-delay=1s', '--log.level=warn', ...remembering] })
}

/** Scrapes the gateway every second: what a counter says is a second old at most. */
function prometheusConfig({ gateway, alertmanager }: Places, rules: string): object {
  return {
    global: { scrape_interval: '1s', evaluation_interval: '1s' },
    rule_files: [rules],
    alerting: { alertmanagers: [{ static_configs: [{ targets: [alertmanager] }] }] },
    scrape_configs: [{ job_name: 'gateway', static_configs: [{ targets: [gateway] }] }],
  }
}

/** What `fermata heal receiver` prints, as it is but for where the token lies and how soon one is told. */
function alertmanagerConfig(printed: string, token: string): string {
  const changes = [[/credentials_file: [^}]+/, `credentials_file: ${token}`], [/group_wait: .*/, 'group_wait: 1s'], [/group_interval: .*/, 'group_interval: 1s'], [/repeat_interval: .*/, 'repeat_interval: 1h']] as const
  return changes.reduce((text, [from, to]) => {
    if (!from.test(text)) throw new Error(`What \`fermata heal receiver\` prints has no ${from.source}`)
    return text.replace(from, () => to)
  }, printed)
}

async function answers(company: Company, name: string, url: string): Promise<void> {
  const begin = performance.now()
  while ((await fetch(url).then(({ status }) => status, () => 0)) !== 200) {
    if (performance.now() - begin > 30_000) throw new Error(`${name} is not ready after 30 s. The end of its log:\n${company.log(name)}`)
    await wait(25)
  }
}
