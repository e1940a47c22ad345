import { listAt, mapAt, numberAt, textAt } from '@fermata/ports'
import type { Router } from './router.ts'
import { type Backend, type Dialect, observed, resetRules, verified, weighed, weightsOf } from './rules.ts'

/** The subset that a VirtualService written by hand gives its canary. */
export const canarySubset = 'canary'

/** Istio knows a Service by its short name and by every longer one. */
function hostsOf(service: string, namespace: string): ReadonlySet<string> {
  return new Set([service, `${service}.${namespace}`, `${service}.${namespace}.svc`, `${service}.${namespace}.svc.cluster.local`])
}

const dialect: Dialect = {
  rules: (route, { namespace, stable, canary }) => {
    const [stableHosts, canaryHosts] = [hostsOf(stable, namespace), hostsOf(canary ?? '', namespace)]
    return listAt(route, 'spec', 'http').map((rule, index) => {
      const entries = listAt(rule, 'route')
      return {
        pointer: `/spec/http/${index}/route`,
        backends: entries.map((entry): Backend => {
          const host = textAt(entry, 'destination', 'host') ?? ''
          const subset = textAt(entry, 'destination', 'subset')
          const written = numberAt(entry, 'weight')
          const is = stableHosts.has(host) ? (subset === canarySubset ? 'canary' : 'stable') : canaryHosts.has(host) ? 'canary' : 'foreign'
          return { is, written, weight: written ?? (entries.length === 1 ? 100 : 0), entry }
        }),
      }
    })
  },
  canary: (stable, { canary }) => {
    const { subset: _, ...destination } = mapAt(stable, 'destination')
    return { ...(stable as object), destination: { ...destination, host: canary } }
  },
}

/**
 * Istio VirtualService. Weights of a rule sum to 100: https://istio.io/latest/docs/reference/config/networking/virtual-service/ HTTPRouteDestination.
 * A rule that leads to the canary alone, by a header, is left as it is. A subset `canary` that is written already is weighed instead of a backend of ours,
 * and goes back to 0.
 */
export const virtualService: Router = {
  name: 'istio',
  kinds: ['v1', 'v1beta1', 'v1alpha3'].map((version) => ({ apiVersion: `networking.istio.io/${version}`, kind: 'VirtualService' })),
  carries: (route, service) => dialect.rules(route, service).some(({ backends }) => backends.some(({ is }) => is === 'stable')),
  setWeight: (route, split) => weighed(dialect, route, split),
  observe: (route, split) => observed(dialect, route, split),
  verifyWeight: (route, split) => verified(dialect, route, split),
  weights: (route, split) => weightsOf(dialect, route, split),
  reset: (route, split, before) => resetRules(dialect, route, split, before, ({ entry }) => textAt(entry, 'destination', 'subset') === canarySubset),
}

/** Whether its rules name the subset `canary` of the Service: then the pods of the canary must carry the labels of that subset. */
export function namesCanarySubset(route: Parameters<Router['carries']>[0], service: Parameters<Router['carries']>[1]): boolean {
  return dialect.rules(route, service).some(({ backends }) => backends.some(({ is }) => is === 'canary'))
}
