import type { AccessQuestion } from '@fermata/ports'

/** The order in which people write them. */
const verbs = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete']

/**
 * What an identity must be given to have exactly these rights, as YAML: a Role for each namespace, and a ClusterRole for what lies in none.
 * Resources of one group with the same verbs share a rule.
 */
export function roleOf(rights: readonly AccessQuestion[]): string {
  const places = [...new Set(rights.map(({ namespace }) => namespace))].toSorted((a = '', b = '') => (a < b ? -1 : 1))
  return places.map((place) => documentOf(place, rulesOf(rights.filter(({ namespace }) => namespace === place)))).join('---\n')
}

function documentOf(namespace: string | undefined, rules: readonly string[]): string {
  const kind = namespace === undefined ? 'ClusterRole' : 'Role'
  const where = namespace === undefined ? '' : `\n  namespace: ${namespace}`
  return `apiVersion: rbac.authorization.k8s.io/v1\nkind: ${kind}\nmetadata:\n  name: fermata${where}\nrules:\n${rules.join('')}`
}

function rulesOf(rights: readonly AccessQuestion[]): readonly string[] {
  const verbsOf = new Map<string, Set<string>>()
  for (const { group, resource, verb } of rights) {
    const key = `${group}\n${resource}`
    verbsOf.set(key, (verbsOf.get(key) ?? new Set()).add(verb))
  }
  const rules = new Map<string, string[]>()
  for (const [key, wanted] of verbsOf) {
    const [group = '', resource = ''] = key.split('\n')
    const rule = `${group}\n${verbs.filter((verb) => wanted.has(verb)).join(', ')}`
    rules.set(rule, [...(rules.get(rule) ?? []), resource])
  }
  return [...rules].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([rule, resources]) => {
    const [group = '', allowed = ''] = rule.split('\n')
    return `  - apiGroups: ["${group}"]\n    resources: [${resources.toSorted().join(', ')}]\n    verbs: [${allowed}]\n`
  })
}
