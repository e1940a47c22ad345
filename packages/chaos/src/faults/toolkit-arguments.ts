import type { Amount } from '../experiment/model.ts'
import type { ToolkitMeaning } from './fault.ts'

export type Arguments = Readonly<Record<string, unknown>>

/** Arguments that a function takes and that are not among those known here would be dropped without a word. */
export function unknownArguments(args: Arguments, known: readonly string[]): { readonly problem: string } | undefined {
  const [first] = Object.keys(args).filter((name) => !known.includes(name) && args[name] !== null && args[name] !== undefined)
  return first === undefined ? undefined : { problem: `its argument ${JSON.stringify(first)} is not known here` }
}

/** `label_selector` and `ns`. Chaos Toolkit would take all pods of the namespace where no selector is written; here that is no target. */
export function aimedAt(args: Arguments, settings: Arguments, amount?: Amount): ToolkitMeaning {
  const { label_selector: selector, ns } = args
  if (typeof selector !== 'string' || selector.trim() === '') return { problem: 'it names no label_selector, so it would hit every pod of the namespace' }
  if (ns !== undefined && ns !== null && typeof ns !== 'string') return { problem: 'its ns is no name' }
  return { target: { by: 'selector', selector }, namespace: ns ?? undefined, amount, settings }
}
