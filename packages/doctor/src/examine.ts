import { readRequest } from '@fermata/capability'
import { type Catalog, readCatalog } from '@fermata/catalog'
import type { Ports } from '@fermata/ports'
import { orchestratedDeploy, releaseNeeds } from '@fermata/rollout'
import { buildReport, EnvironmentError, evidence, type Reason, type Report } from '@fermata/verdict'
import { because } from './codes.ts'
import { impossible, type Look, look, type Sighting, unasked } from './look.ts'
import type { DoctorRequest } from './request.ts'
import { roleOf } from './role.ts'

export type DoctorPorts = Pick<Ports, 'alerts' | 'clock' | 'cluster' | 'exec' | 'files' | 'forge' | 'git' | 'invocation' | 'metrics'>

/**
 * Looks at everything that a release leans on, each thing on its own: what is wrong with one does not hide the next.
 * Changes nothing. Never throws for what it finds.
 */
export async function examine(request: DoctorRequest, ports: DoctorPorts): Promise<Report> {
  const startedAt = ports.clock.now()
  const reading = readCatalog(ports.files, request.config)
  const [git, catalog, cluster] = await Promise.all([look('git', () => atGit(ports)), look('catalog', () => atCatalog(reading)), look('cluster', () => atCluster(request, ports, reading))])
  const lacks = [catalog, cluster].find(({ state }) => state === 'bad' || state === 'unknown')
  const release = lacks === undefined ? await look('a release of all services', () => atRelease(request, ports)) : impossible('a release of all services', `the ${lacks.title} is not in order`)
  const others = await Promise.all([
    request['prometheus-url'] === undefined ? unasked('Prometheus', 'prometheus-url') : look('Prometheus', () => atPrometheus(request['prometheus-url'] as string, request, ports)),
    request['alertmanager-url'] === undefined ? unasked('Alertmanager', 'alertmanager-url') : look('Alertmanager', () => atAlertmanager(request['alertmanager-url'] as string, request, ports)),
    request['github-token'] === undefined ? unasked('GitHub', 'github-token') : look('GitHub', () => atGitHub(ports)),
  ])
  return reportOf(request, ports, [git, catalog, cluster, release, ...others], startedAt)
}

/** What detection and records use: `cat-file --batch-command` came with 2.36. */
const oldestGit = [2, 36] as const

async function atGit({ exec, git }: DoctorPorts): Promise<Sighting> {
  const { code, stdout, stderr } = await exec.run({ file: 'git', args: ['--version'] })
  const [text = '', major, minor] = /(\d+)\.(\d+)[.\d]*/.exec(new TextDecoder().decode(stdout)) ?? []
  if (code !== 0 || text === '') throw new EnvironmentError(because('FM-DOCTOR-GIT', { says: `git --version ended with ${code}: ${stderr.trim().slice(0, 200)}` }))
  const isOld = Number(major) < oldestGit[0] || (Number(major) === oldestGit[0] && Number(minor) < oldestGit[1])
  return {
    found: `${text}${git.hasClone ? ', in a clone' : ''}`,
    reasons: [
      ...(isOld ? [because('FM-DOCTOR-GIT', { says: `This git is ${text}, and ${oldestGit.join('.')} is the oldest that has what detection uses.` })] : []),
      ...(git.hasClone ? [] : [because('FM-DOCTOR-NO-CLONE', { says: 'The working directory is in no git repository.' })]),
    ],
  }
}

async function atCatalog(reading: Promise<Catalog>): Promise<Sighting> {
  const { file, services, slos } = await reading
  const released = [...services.values()].filter(({ manifests }) => manifests.length > 0).length
  return { found: `${file}: ${counted(services.size, 'service')}, ${released} with manifests, ${counted(slos.size, 'objective')}` }
}

async function atCluster(request: DoctorRequest, { cluster }: DoctorPorts, reading: Promise<Catalog>): Promise<Sighting> {
  // Which context an environment means stands in the catalog; where that cannot be read, its own look says so.
  const environment = request.environment === undefined ? undefined : await reading.then(({ environments }) => environments.get(request.environment as string), () => undefined)
  const connected = await cluster({ kubeconfig: request.kubeconfig, context: request.context ?? environment?.context, namespace: request.namespace ?? environment?.namespace })
  const { server, context, namespace } = connected.identity
  return { found: `${await connected.version()} at ${server}, context ${context}, namespace ${request.namespace ?? environment?.namespace ?? namespace}` }
}

async function atRelease(request: DoctorRequest, ports: DoctorPorts): Promise<Sighting> {
  const passedOn: Readonly<Record<string, string | undefined>> = { mode: 'plan', environment: request.environment, kubeconfig: request.kubeconfig, context: request.context, namespace: request.namespace, config: request.config, 'prometheus-url': request['prometheus-url'], 'prometheus-token': request['prometheus-token'] }
  const { services, objects, namespace, rights, reasons } = await releaseNeeds(readRequest(orchestratedDeploy, (name) => passedOn[name]), ports)
  const wrong = reasons.filter(({ severity }) => severity !== 'note')
  return { found: `${counted(services.length, 'service')} of ${counted(objects, 'object')} in ${namespace}${wrong.length === 0 ? ', as the cluster would take it' : ''}`, reasons: wrong, rights }
}

async function atPrometheus(url: string, request: DoctorRequest, { metrics, clock }: DoctorPorts): Promise<Sighting> {
  const server = await metrics({ url, token: request['prometheus-token'] })
  await server.query('vector(1)', clock.now())
  const { version, retention } = await server.server()
  return { found: `${version} at ${server.identity.url}${retention === undefined ? '' : `, remembers ${retention}`}` }
}

async function atAlertmanager(url: string, request: DoctorRequest, { alerts }: DoctorPorts): Promise<Sighting> {
  const server = await alerts({ url, token: request['alertmanager-token'] })
  return { found: `${counted((await server.alerts()).length, 'alert')} at ${server.identity.url}` }
}

async function atGitHub({ forge, invocation }: DoctorPorts): Promise<Sighting> {
  try {
    return { found: `${invocation.repository ?? 'no repository'}, branch ${await forge.defaultBranch()}` }
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error
    throw new EnvironmentError(because('FM-DOCTOR-TOKEN', { says: error.reason.message, ...(error.reason.remedy !== undefined && { remedy: error.reason.remedy }) }), { cause: error })
  }
}

function counted(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? '' : 's'}`
}

function reportOf(request: DoctorRequest, { clock, invocation }: DoctorPorts, looks: readonly Look[], startedAt: number): Report {
  const role = roleOf(looks.flatMap(({ rights }) => rights))
  const asked = looks.filter(({ state }) => state !== 'skipped')
  const amiss = asked.filter(({ state }) => state !== 'good')
  return buildReport({
    capability: 'doctor',
    summary: amiss.length === 0 ? `All ${asked.length} things that were looked at are in order.` : `${amiss.length} of ${asked.length} things that were looked at are not in order: ${amiss.map(({ title }) => title).join(', ')}.`,
    startedAt,
    endedAt: clock.now(),
    subject: { ...(invocation.repository !== undefined && { repository: invocation.repository }), ...(request.environment !== undefined && { environment: request.environment }) },
    reasons: distinct(looks.flatMap(({ reasons }) => reasons)),
    sections: [
      { id: 'looks', title: 'What was looked at', blocks: [{ kind: 'table', columns: [{ title: 'Thing' }, { title: 'Found' }], rows: looks.map(({ title, found, state }) => [{ text: title, state }, found]) }] },
      ...(role === '' ? [] : [{ id: 'role', title: 'The least Role that would do', blocks: [{ kind: 'code', language: 'yaml', text: role } as const] }]),
    ],
    evidence: [evidence('looks', 'doctor', looks.map(({ title }) => title).join(', '), startedAt, Object.fromEntries(looks.map(({ title, state }) => [title, state])))],
    outputs: { role },
    onInconclusive: request['on-inconclusive'],
  })
}

/** Two looks may meet the same fault. */
function distinct(reasons: readonly Reason[]): readonly Reason[] {
  return reasons.filter((reason, index) => reasons.findIndex((other) => other.code === reason.code && other.message === reason.message) === index)
}
