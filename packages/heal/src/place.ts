import { type Catalog, type Environment, readCatalog } from '@fermata/catalog'
import { journalsIn } from '@fermata/custody'
import { ConfigurationError, didYouMean } from '@fermata/verdict'
import type { HealPorts } from './heal-ports.ts'
import { type Ledger, ledgerSchema } from './ladder/ledger.ts'
import type { Practice } from './practice.ts'
import type { HealRequest } from './request.ts'

/** What the repository says. */
export interface Site {
  readonly catalog: Catalog
  readonly environment: Environment | undefined
}

/** Where the services run, and where their ledgers lie. */
export type Place = Pick<Practice, 'catalog' | 'cluster' | 'namespace' | 'journals'>

/** @throws ConfigurationError */
export async function readSite(request: HealRequest, { files }: HealPorts): Promise<Site> {
  const catalog = await readCatalog(files, request.config)
  return { catalog, environment: environmentOf(catalog, request.environment) }
}

/** @throws ConfigurationError, EnvironmentError */
export async function findPlace(request: HealRequest, ports: HealPorts, { catalog, environment }: Site): Promise<Place> {
  const connected = await ports.cluster({ kubeconfig: request.kubeconfig, context: request.context ?? environment?.context, namespace: request.namespace ?? environment?.namespace })
  // A way back must still be gone after a request to stop.
  const cluster = connected.under(undefined)
  const namespace = request.namespace ?? environment?.namespace ?? cluster.identity.namespace
  return { catalog, cluster, namespace, journals: journalsIn<Ledger>(cluster, namespace, ledgerSchema) }
}

function environmentOf(catalog: Catalog, name: string | undefined): Environment | undefined {
  const found = name === undefined ? undefined : catalog.environments.get(name)
  if (name === undefined || found !== undefined) return found
  const meant = didYouMean(name, [...catalog.environments.keys()])
  throw new ConfigurationError([{ says: `Input environment: ${catalog.file} has no environment ${JSON.stringify(name)}.`, remedy: meant === undefined ? 'Name one that is defined under environments.' : `Did you mean ${meant}?` }])
}
