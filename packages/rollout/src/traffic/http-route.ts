import { at, listAt, numberAt, textAt } from '@fermata/ports'
import type { Router } from './router.ts'
import { type Backend, type Dialect, observed, resetRules, verified, weighed, weightsOf } from './rules.ts'

const dialect: Dialect = {
  rules: (route, { namespace, stable, canary }) =>
    listAt(route, 'spec', 'rules').map((rule, index) => ({
      pointer: `/spec/rules/${index}/backendRefs`,
      backends: listAt(rule, 'backendRefs').map((entry): Backend => {
        const local = (textAt(entry, 'group') ?? '') === '' && (textAt(entry, 'kind') ?? 'Service') === 'Service' && (textAt(entry, 'namespace') ?? textAt(route, 'metadata', 'namespace') ?? namespace) === namespace
        const name = textAt(entry, 'name')
        const written = numberAt(entry, 'weight')
        return { is: !local ? 'foreign' : name === stable ? 'stable' : name === canary ? 'canary' : 'foreign', written, weight: written ?? 1, entry }
      }),
    })),
  canary: (stable, { canary }) => ({ ...(stable as object), name: canary }),
}

/** Gateway API HTTPRoute, v1. Weights: https://gateway-api.sigs.k8s.io/reference/spec/ HTTPBackendRef.weight, default 1. */
export const httpRoute: Router = {
  name: 'gateway-api',
  kinds: [{ apiVersion: 'gateway.networking.k8s.io/v1', kind: 'HTTPRoute' }],
  carries: (route, service) => at(route, 'spec') !== undefined && dialect.rules(route, service).some(({ backends }) => backends.some(({ is }) => is === 'stable')),
  setWeight: (route, split) => weighed(dialect, route, split),
  observe: (route, split) => observed(dialect, route, split),
  verifyWeight: (route, split) => verified(dialect, route, split),
  weights: (route, split) => weightsOf(dialect, route, split),
  reset: (route, split, before) => resetRules(dialect, route, split, before, () => false),
}
