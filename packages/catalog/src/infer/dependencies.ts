import { inFile, type Reason } from '@fermata/verdict'
import { yamlComment } from '@fermata/source'
import type { ServiceId } from '../model.ts'
import { hostsIn, type NamedHost } from './addresses.ts'
import { initReason } from './codes.ts'
import type { HostEntry, Origin, Setting, Unit } from './unit.ts'

/** `from` needs `to`, because of what stands at the origin. */
export interface Edge {
  readonly from: ServiceId
  readonly to: ServiceId
  readonly origin: Origin
}

export interface Edges {
  readonly edges: readonly Edge[]
  readonly reasons: readonly Reason[]
}

/**
 * Who needs whom: where a setting names the host of another unit, or a compose file says so.
 * A host counts only when it equals the name of a Service of the repository; what looks like one and is none is said, never added.
 */
export function dependenciesOf(units: readonly Unit[], hosts: readonly HostEntry[]): Edges {
  const edges = new Map<string, Edge>()
  const reasons = new Map<string, Reason>()
  const find = hostFinder(hosts)
  for (const unit of units) {
    const add = (to: readonly ServiceId[], origin: Origin) => {
      for (const id of to) if (id !== unit.id && !edges.has(`${unit.id} ${id}`)) edges.set(`${unit.id} ${id}`, { from: unit.id, to: id, origin })
    }
    for (const setting of unit.settings) {
      for (const named of hostsIn(setting.variable, setting.value)) {
        const finding = find(named.host)
        const origin = originOf(setting, named)
        if (finding.kind === 'found' && finding.units.length > 0) add(finding.units, origin)
        else {
          const reason = hostReason(unit.id, setting, named, finding, origin)
          if (reason !== undefined && !reasons.has(`${unit.id} ${named.host}`)) reasons.set(`${unit.id} ${named.host}`, reason)
        }
      }
    }
    for (const { host, origin } of unit.declared) {
      const finding = find(host)
      if (finding.kind === 'found') add(finding.units, origin)
    }
  }
  return { edges: [...edges.values()], reasons: [...reasons.values()] }
}

type HostFinding = { readonly kind: 'found'; readonly units: readonly ServiceId[]; readonly where: Origin } | { readonly kind: 'inside' | 'outside' }

/**
 * Reads names as the cluster's DNS does: `cart`, `cart.shop`, `cart.shop.svc`, `cart.shop.svc.cluster.local`, and `db-0.db` for a pod of a StatefulSet.
 * `cart.shop` alone counts only when some manifest names the namespace shop: `redis.io` is somebody else's.
 */
function hostFinder(hosts: readonly HostEntry[]): (host: string) => HostFinding {
  const namespaces = new Set(hosts.map(({ namespace }) => namespace))
  const byHost = Map.groupBy(hosts, ({ host }) => host)
  return function find(host): HostFinding {
    const [name = '', namespace, svc, ...zone] = host.split('.')
    const inCluster = svc === 'svc' && (zone.length === 0 || zone.join('.') === 'cluster.local')
    if (/-\d+$/.test(name) && namespace !== undefined && byHost.has(namespace)) return find(host.slice(name.length + 1))
    if (namespace !== undefined && !inCluster && (svc !== undefined || !namespaces.has(namespace))) return byHost.has(host) ? found(byHost.get(host) ?? []) : { kind: 'outside' }
    const entries = (byHost.get(name) ?? []).filter((entry) => namespace === undefined || entry.namespace === undefined || entry.namespace === namespace)
    if (entries.length > 0) return found(entries)
    return { kind: namespace === undefined || namespaces.has(namespace) ? 'inside' : 'outside' }
  }
}

function found(entries: readonly HostEntry[]): HostFinding {
  return { kind: 'found', units: [...new Set(entries.flatMap(({ units }) => units))], where: (entries[0] as HostEntry).where }
}

function hostReason(service: ServiceId, setting: Setting, named: NamedHost, finding: HostFinding, origin: Origin): Reason | undefined {
  const where = inFile(setting.file, setting.line)
  const address = named.port === undefined ? named.host : `${named.host}:${named.port}`
  const text = { where, service }
  if (finding.kind === 'found') return initReason('FM-INIT-HOST-EMPTY', { says: `${service} needs ${address} (${origin.says}), and ${finding.where.says} of ${finding.where.file} leads to no workload here.`, ...text })
  // A bare word and a word of a command line are too weak to call somebody missing.
  if (named.form === 'bare' || (setting.variable === undefined && named.form !== 'url')) return undefined
  if (finding.kind === 'outside') return initReason('FM-INIT-HOST-OUTSIDE', { says: `${service} uses ${address} (${origin.says}), which is outside of the repository.`, ...text })
  return initReason('FM-INIT-HOST-UNKNOWN', { says: `${service} uses ${address} (${origin.says}), and no Service of the repository is called ${named.host}.`, ...text })
}

/** What is shown of a setting: its name and the address in it, without user, password or the rest of the value. */
function originOf({ variable, file, line }: Setting, { shown }: NamedHost): Origin {
  return { file, line, says: yamlComment(variable === undefined ? shown : `${variable}=${shown}`) }
}
