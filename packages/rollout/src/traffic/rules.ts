import { type KubeObject, textAt } from '@fermata/ports'
import type { Change, PatchOperation, Split, Weights } from './router.ts'

/** One backend of a rule, as a provider reads it. */
export interface Backend {
  readonly is: 'stable' | 'canary' | 'foreign'
  /** As written; undefined where none is. */
  readonly written: number | undefined
  /** What that means. */
  readonly weight: number
  readonly entry: unknown
}

/** A rule with the JSON pointer of its list of backends. */
export interface Rule {
  readonly pointer: string
  readonly backends: readonly Backend[]
}

/** What differs between the providers. */
export interface Dialect {
  rules(route: KubeObject, split: Pick<Split, 'namespace' | 'stable'> & { readonly canary?: string }): readonly Rule[]
  /** A backend for the canary, made after the stable one. */
  canary(stable: unknown, split: Split): unknown
}

interface Ours {
  readonly rule: Rule
  readonly stable: Backend
  readonly stableAt: number
  readonly canary: Backend | undefined
  readonly canaryAt: number
  /** What both have together. Foreign backends keep theirs, so this must stay; alone in the rule we may choose. */
  readonly whole: number
  readonly shared: boolean
}

/** The rules that have the stable backend. A rule that only has the canary (one that a header leads to) is not ours to weigh. */
function oursIn(dialect: Dialect, route: KubeObject, split: Split): readonly Ours[] {
  return dialect.rules(route, split).flatMap((rule): readonly Ours[] => {
    const stableAt = rule.backends.findIndex(({ is }) => is === 'stable')
    const stable = rule.backends[stableAt]
    if (stable === undefined) return []
    const canaryAt = rule.backends.findIndex(({ is }) => is === 'canary')
    const canary = rule.backends[canaryAt]
    const shared = rule.backends.some(({ is }) => is === 'foreign')
    return [{ rule, stable, stableAt, canary, canaryAt, whole: shared ? stable.weight + (canary?.weight ?? 0) : 100, shared }]
  })
}

export function observed(dialect: Dialect, route: KubeObject, split: Split): number | undefined {
  const shares = oursIn(dialect, route, split).map(shareOf)
  return shares.length === 0 ? undefined : Math.max(...shares)
}

export function verified(dialect: Dialect, route: KubeObject, split: Split): boolean {
  const shares = oursIn(dialect, route, split).map(shareOf)
  return shares.length > 0 && shares.every((share) => Math.abs(share - split.percent) < 1e-9)
}

function shareOf({ stable, canary }: Ours): number {
  const both = stable.weight + (canary?.weight ?? 0)
  return both === 0 ? 0 : (100 * (canary?.weight ?? 0)) / both
}

export function weighed(dialect: Dialect, route: KubeObject, split: Split): Change {
  const ours = oursIn(dialect, route, split)
  if (ours.length === 0) return { is: 'impossible', says: `${route.kind} ${route.metadata.name} has no backend ${split.stable}`, remedy: 'Name a route that sends traffic to the Service.' }
  const crooked = ours.find(({ whole }) => !Number.isInteger((whole * split.percent) / 100))
  if (crooked !== undefined) {
    const others = crooked.shared ? 'which it shares with backends that are not ours' : 'and weights are whole numbers'
    return { is: 'impossible', says: `${split.percent} % of the weight ${crooked.whole} of ${split.stable} in ${route.kind} ${route.metadata.name} is no whole number, ${others}`, remedy: 'Multiply all weights of the rule by 100; the shares stay what they are.' }
  }
  return changeOf(route, ours.flatMap((one) => {
    const canary = (one.whole * split.percent) / 100
    return [...setTo(one, one.stableAt, one.stable, one.whole - canary), ...(one.canary === undefined ? [{ op: 'add' as const, path: `${one.rule.pointer}/-`, value: { ...(dialect.canary(one.stable.entry, split) as object), weight: canary } }] : setTo(one, one.canaryAt, one.canary, canary))]
  }))
}

export function weightsOf(dialect: Dialect, route: KubeObject, split: Split): Weights {
  return oursIn(dialect, route, split).map(({ stable }) => stable.written ?? null)
}

/** @param keeps whether a canary backend was there before us, and stays with weight 0 */
export function resetRules(dialect: Dialect, route: KubeObject, split: Split, before: Weights | undefined, keeps: (backend: Backend) => boolean): Change {
  const ours = oursIn(dialect, route, split)
  return changeOf(route, ours.flatMap((one, index) => {
    if (one.canary === undefined) return []
    const known = before?.length === ours.length ? before[index] : undefined
    const kept = keeps(one.canary)
    const former = one.shared || kept || known === undefined ? Math.max(one.whole, one.stable.weight) : known
    const back = former === null ? [{ op: 'remove' as const, path: `${one.rule.pointer}/${one.stableAt}/weight` }] : setTo(one, one.stableAt, one.stable, former)
    return [...back, ...(kept ? setTo(one, one.canaryAt, one.canary, 0) : [{ op: 'remove' as const, path: `${one.rule.pointer}/${one.canaryAt}` }])]
  }))
}

function setTo({ rule }: Ours, index: number, backend: Backend, weight: number): readonly PatchOperation[] {
  if (backend.written === weight) return []
  return [{ op: backend.written === undefined ? 'add' : 'replace', path: `${rule.pointer}/${index}/weight`, value: weight }]
}

/** The patch holds only for the version that was looked at: between our look and our write nobody may have moved a backend. */
function changeOf(route: KubeObject, operations: readonly PatchOperation[]): Change {
  if (operations.length === 0) return { is: 'nothing' }
  const version = textAt(route, 'metadata', 'resourceVersion')
  return { is: 'patch', operations: [...(version === undefined ? [] : [{ op: 'test' as const, path: '/metadata/resourceVersion', value: version }]), ...operations] }
}
