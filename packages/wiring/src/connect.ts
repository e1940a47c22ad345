import type { PortName } from '@fermata/capability'
import type { Forge, Git, Http, PolicyEngine, Ports } from '@fermata/ports'
import type { Connect, Host } from '@fermata/runner'
import { lateForge } from './late-forge.ts'

/**
 * Which adapter stands behind which port: the one place that knows.
 * An adapter is loaded when a capability needs it, since loading is most of what a short run costs.
 */
export const connect: Connect = async (needs, request, host) => {
  const token = request['github-token']
  const needed = new Set<PortName>(needs)
  const forge = needed.has('forge') ? lateForge(() => forgeOf(host, token)) : undefined
  const git = needed.has('git') ? await gitOf(host, token) : undefined
  const http = needed.has('http') ? await httpOf() : undefined
  const policyEngine = needed.has('policyEngine') ? await policyEngineOf(host) : undefined
  const { clock, random, log, files, exec, invocation, signal, keep } = host
  return {
    clock,
    random,
    log,
    files,
    exec,
    invocation,
    signal,
    keep,
    get forge() {
      return forge ?? undeclared('forge')
    },
    get git() {
      return git ?? undeclared('git')
    },
    get http() {
      return http ?? undeclared('http')
    },
    get policyEngine() {
      return policyEngine ?? undeclared('policyEngine')
    },
    cluster: needed.has('cluster') ? clusterOf(host) : () => undeclared('cluster'),
    metrics: needed.has('metrics') ? metricsOf(host) : () => undeclared('metrics'),
    alerts: needed.has('alerts') ? alertsOf(host) : () => undeclared('alerts'),
  }
}

async function forgeOf({ environment, invocation, clock, signal, log }: Host, token: string | undefined): Promise<Forge> {
  const { createForge } = await import('@fermata/forge')
  return createForge({ token, apiUrl: environment['GITHUB_API_URL'] || undefined, repository: invocation.repository, clock, signal, log })
}

async function gitOf({ exec, root, environment, invocation, mask }: Host, token: string | undefined): Promise<Git> {
  const { openGit } = await import('@fermata/git')
  const { repository, temporary } = invocation
  const remote = repository === undefined ? undefined : { url: `${environment['GITHUB_SERVER_URL'] ?? 'https://github.com'}/${repository}`, header: token === undefined ? undefined : authorization(token, mask) }
  return openGit(exec, { directory: root, temporary, remote })
}

async function httpOf(): Promise<Http> {
  const { createHttp } = await import('@fermata/probe')
  return createHttp()
}

async function policyEngineOf({ signal }: Host): Promise<PolicyEngine> {
  const { createPolicyEngine } = await import('@fermata/opa')
  return createPolicyEngine(signal)
}

/** As actions/checkout sends it. What the header encodes is as secret as the token. */
function authorization(token: string, mask: Host['mask']): string {
  const credentials = Buffer.from(`x-access-token:${token}`).toString('base64')
  mask(credentials)
  return `AUTHORIZATION: basic ${credentials}`
}

function clusterOf({ clock, random, signal, environment }: Host): Ports['cluster'] {
  return async (wish) => {
    const { connectCluster } = await import('@fermata/kube')
    return connectCluster({ ...wish, clock, random, signal, environment })
  }
}

function metricsOf({ clock, signal, log }: Host): Ports['metrics'] {
  return async (wish) => {
    const { createMetrics } = await import('@fermata/prometheus')
    return createMetrics({ ...wish, clock, signal, log })
  }
}

function alertsOf({ clock, signal, log }: Host): Ports['alerts'] {
  return async (wish) => {
    const { createAlerts } = await import('@fermata/prometheus')
    return createAlerts({ ...wish, clock, signal, log })
  }
}

/** A capability that uses a port which it does not name is our own mistake. */
function undeclared(port: PortName): never {
  throw new Error(`This capability uses the port ${port} and does not say so in its needs.`)
}
