import type { PolicyAnswer, PolicyDefinition, PolicyOutcome, PolicyResult, PolicyRule, PolicyRuleKind } from '@fermata/ports'
import type { Path } from '@fermata/source'
import { inFile, type Location } from '@fermata/verdict'
import type { ScannedDocument } from './read/documents.ts'

/** What a rule found in a document. */
export interface Finding {
  /** `main/deny_root`. */
  readonly rule: string
  readonly kind: PolicyRuleKind
  readonly message: string
  readonly where: Location
  /** Other places that were found by the same rule with the same words. */
  readonly also: readonly Location[]
  /** Path of the field, as people write it: `spec.containers[0].image`. Empty for the whole document. */
  readonly field: string
  readonly document: ScannedDocument
  /** What the rule's METADATA say to do, in `custom.remedy` or `custom.remediation`. */
  readonly remedy: string | undefined
}

/** A finding that an `exception` rule of its own namespace takes back. */
export interface ExcusedByRule extends Finding {
  readonly by: 'rule'
}

/** Something that a rule gave and that is no finding: it might have been one. */
export interface Oddity {
  readonly what: 'rule-shape' | 'result-shape' | 'no-message' | 'failed'
  readonly rule: string
  readonly says: string
  readonly where: Location
}

export interface Judged {
  readonly findings: readonly Finding[]
  readonly excused: readonly ExcusedByRule[]
  readonly oddities: readonly Oddity[]
}

/** How inputs of the engine lead back to documents: one for each, or all in one. */
export type InputMap = (input: number, path: Path) => { readonly document: ScannedDocument; readonly path: Path } | undefined

/** Turns what the engine answered into findings with places, in the order of files and lines. */
export function judgedBy(answer: PolicyAnswer, documents: InputMap): Judged {
  const known = new Map<string, PolicyRule>(answer.namespaces.flatMap((space) => space.rules.map((rule) => [`${space.name}/${rule.name}`, rule] as const)))
  const findings: Finding[] = []
  const excused: ExcusedByRule[] = []
  const oddities: Oddity[] = []
  for (const result of answer.results) {
    const rule = `${result.namespace}/${result.rule}`
    const { kind = 'fail', definitions = [] } = known.get(rule) ?? {}
    oddities.push(...odditiesOf(result, rule, definitions[0], documents))
    for (const outcome of result.outcomes ?? []) {
      const found = findingOf(outcome, { rule, kind, remedy: remedyOf(definitions, outcome.definition) }, result.input, documents)
      if (found === 'nothing') continue
      if (found === 'odd') oddities.push({ what: isObject(outcome.value) ? 'no-message' : 'result-shape', rule, says: `${rule} gave ${JSON.stringify(outcome.value).slice(0, 200)}, which is no finding.`, where: placeOf(definitions[outcome.definition] ?? definitions[0]) })
      else if ((result.exceptions ?? 0) > 0) excused.push({ ...found, by: 'rule' })
      else findings.push(found)
    }
  }
  return { findings: findings.toSorted(inOrder), excused: excused.toSorted(inOrder), oddities }
}

function findingOf({ value, paths }: PolicyOutcome, about: Pick<Finding, 'rule' | 'kind' | 'remedy'>, input: number, documents: InputMap): Finding | 'nothing' | 'odd' {
  const message = typeof value === 'string' ? value : messageOf(value)
  if (message === undefined) return 'odd'
  if (message === '') return 'nothing'
  const places = (paths ?? [[]]).flatMap((path) => documents(input, path) ?? [])
  const [first, ...others] = places.length > 0 ? places : [documents(input, [])]
  if (first === undefined) return 'odd'
  return {
    ...about,
    message,
    where: writtenPlace(value) ?? first.document.locate(first.path),
    also: others.flatMap((one) => (one === undefined ? [] : [one.document.locate(one.path)])),
    field: fieldText(first.path),
    document: first.document,
  }
}

/** METADATA stand above one definition of a rule, mostly the first, and are meant for all. */
function remedyOf(definitions: readonly PolicyDefinition[], at: number): string | undefined {
  const own = definitions[at]
  return [...(own === undefined ? [] : [own]), ...definitions].map(({ custom }) => custom?.['remedy'] ?? custom?.['remediation']).find((written) => typeof written === 'string')
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function messageOf(value: unknown): string | undefined {
  return isObject(value) && 'msg' in value && typeof value.msg === 'string' ? value.msg : undefined
}

/** conftest's own way to say where: `_loc: {file, line}`. */
function writtenPlace(value: unknown): Location | undefined {
  if (typeof value !== 'object' || value === null || !('_loc' in value)) return undefined
  const loc = value._loc
  if (typeof loc !== 'object' || loc === null || !('file' in loc) || typeof loc.file !== 'string') return undefined
  return inFile(loc.file, 'line' in loc && typeof loc.line === 'number' && Number.isInteger(loc.line) && loc.line > 0 ? loc.line : undefined)
}

function odditiesOf(result: PolicyResult, rule: string, definition: PolicyDefinition | undefined, documents: InputMap): readonly Oddity[] {
  const shape: readonly Oddity[] = result.shape === 'set' || result.shape === 'undefined' || result.shape === 'error' ? [] : [{ what: 'rule-shape', rule, says: `${rule} gave ${article(result.shape)} instead of a set of results.`, where: placeOf(definition) }]
  const spoke = (result.outcomes ?? []).length > 0
  const of = documents(result.input, [])?.document
  const failed = spoke ? [] : (result.errors ?? []).map(({ message, file, line }): Oddity => ({ what: 'failed', rule, says: `${rule} could not judge ${of === undefined ? 'the input' : `${of.file}${of.object === undefined ? '' : ` (${of.object})`}`}: ${message}.`, where: file === undefined ? placeOf(definition) : inFile(file, line) }))
  return [...shape, ...failed]
}

function article(shape: string): string {
  return shape === 'null' ? 'null' : `${/^[aeiou]/.test(shape) ? 'an' : 'a'} ${shape}`
}

export function placeOf(definition: Pick<PolicyDefinition, 'file' | 'line'> | undefined): Location {
  return inFile(definition?.file ?? 'policy', definition?.line)
}

export function fieldText(path: Path): string {
  return path.map((key, at) => (typeof key === 'number' ? `[${key}]` : /^[A-Za-z_][\w-]*$/.test(key) ? `${at === 0 ? '' : '.'}${key}` : `[${JSON.stringify(key)}]`)).join('')
}

function inOrder(a: Finding, b: Finding): number {
  const [x, y] = [a.where, b.where].map((where) => (where.kind === 'file' ? where : { file: '', line: 0, column: 0 })) as [{ file: string; line?: number; column?: number }, { file: string; line?: number; column?: number }]
  return compare(x.file, y.file) || (x.line ?? 0) - (y.line ?? 0) || (x.column ?? 0) - (y.column ?? 0) || compare(a.rule, b.rule) || compare(a.message, b.message)
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
