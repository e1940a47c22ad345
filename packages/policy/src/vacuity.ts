import type { PolicyAnswer, PolicyDefinition, PolicyNamespace } from '@fermata/ports'
import { didYouMean, inFile, type Reason } from '@fermata/verdict'
import { policyReason } from './codes.ts'
import { type Oddity, placeOf } from './findings.ts'
import { ownRoot } from './read/data.ts'

/**
 * What passes without having been judged: conftest is silent about all of it.
 * Rules of packs that no document reaches are no reason, since packs are about more kinds than anybody has.
 */
export function silentPasses(answer: PolicyAnswer, wanted: readonly string[]): readonly Reason[] {
  const judged = answer.namespaces.filter(({ name }) => answer.selected.includes(name))
  return [...unknownNamespaces(answer, wanted), ...rulelessNamespaces(judged), ...unaskedRules(judged), ...unreachedRules(judged)]
}

function unknownNamespaces({ namespaces, selected }: PolicyAnswer, wanted: readonly string[]): readonly Reason[] {
  const there = namespaces.map(({ name }) => name).filter((name) => !isOwn(name))
  return wanted.filter((name) => (/[*?[]/.test(name) ? !selected.some((one) => !isOwn(one)) : !there.includes(name))).map((name) => {
    const meant = didYouMean(name, there)
    return policyReason('FM-POLICY-NAMESPACE-UNKNOWN', { says: `No policy has the package ${name}.${meant === undefined ? '' : ` Did you mean ${meant}?`} There ${there.length === 1 ? 'is' : 'are'} ${there.join(', ') || 'none'}.` })
  })
}

function rulelessNamespaces(judged: readonly PolicyNamespace[]): readonly Reason[] {
  if (judged.length === 0 || judged.some(({ rules }) => rules.length > 0)) return []
  return [policyReason('FM-POLICY-NAMESPACE-EMPTY', { says: `${judged.map(({ name }) => name).join(', ')} ${judged.length === 1 ? 'has' : 'have'} no rule that is asked: none is named deny, violation or warn.` })]
}

function unaskedRules(judged: readonly PolicyNamespace[]): readonly Reason[] {
  return judged.flatMap(({ name, others }) => (others ?? []).map((other) => policyReason('FM-POLICY-RULE-NOT-ASKED', { says: `Nobody asks the rule ${name}/${other.name}.`, where: inFile(other.file, other.line) })))
}

function unreachedRules(judged: readonly PolicyNamespace[]): readonly Reason[] {
  const all = judged.flatMap((space) => space.rules.flatMap((rule) => rule.definitions.map((definition) => ({ space: space.name, rule: rule.name, definition }))))
  if (all.length > 0 && all.every(({ definition }) => definition.reached === 'no')) return [policyReason('FM-POLICY-NOTHING-REACHED', { says: `No document got as far as the last condition of any of ${all.length} rules.` })]
  return all.filter(({ space, definition }) => !isOwn(space) && definition.reached === 'no').map(({ space, rule, definition }) => unreached(`${space}/${rule}`, definition))
}

function unreached(rule: string, definition: PolicyDefinition): Reason {
  return policyReason('FM-POLICY-RULE-UNREACHED', { says: `No document got as far as the last condition of ${rule}.`, where: placeOf(definition) })
}

const codeOf = { 'rule-shape': 'FM-POLICY-RULE-SHAPE', 'result-shape': 'FM-POLICY-RESULT-SHAPE', 'no-message': 'FM-POLICY-RESULT-SHAPE', failed: 'FM-POLICY-RULE-FAILED' } as const

/** Each oddity once, however many documents show it. */
export function odditiesTold(oddities: readonly Oddity[]): readonly Reason[] {
  const told = new Map<string, Reason>()
  for (const { what, says, where } of oddities) {
    const reason = policyReason(codeOf[what], { says, where })
    told.set(`${reason.code} ${says}`, reason)
  }
  return [...told.values()]
}

export function isOwn(namespace: string): boolean {
  return namespace === ownRoot || namespace.startsWith(`${ownRoot}.`)
}
