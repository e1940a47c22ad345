/**
 * Experiments of Chaos Toolkit, as its code accepts them: https://chaostoolkit.org/reference/api/experiment/
 * What is not carried out here is refused by name: an experiment that runs in part tests something else than it says.
 */
import { at, listAt, mapAt, textAt } from '@fermata/ports'
import type { Path } from '@fermata/source'
import * as defaults from '../defaults.ts'
import type { FaultKind } from '../faults/fault.ts'
import type { Complain, Dialect } from './dialect.ts'
import { makeFault } from './make-fault.ts'
import { parseSelector } from '../target/selector.ts'
import type { Experiment, Expectation, Probe } from './model.ts'

type Mapping = Readonly<Record<string, unknown>>

/** Experiments of Chaos Toolkit: mappings with `method`, as every one has it, or with a hypothesis. */
export const toolkitForm: Dialect = {
  form: 'chaos-toolkit',
  speaks: isToolkit,
  read: (value, kinds, complain, place) => (isToolkit(value) ? fromToolkit(value, kinds, complain, place) : undefined),
}

function isToolkit(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && (Object.hasOwn(value, 'method') || Object.hasOwn(value, 'steady-state-hypothesis'))
}

/** Every part that cannot be carried out is complained about, by its name. */
function fromToolkit(value: Mapping, kinds: readonly FaultKind[], complain: Complain, place: Pick<Experiment, 'file' | 'where'>): Experiment | undefined {
  const title = textAt(value, 'title') ?? ''
  for (const key of ['title', 'description']) if ((textAt(value, key) ?? '') === '') complain([key], `The experiment has no ${key}.`, 'Chaos Toolkit wants one too.')
  const steadyState = hypothesisOf(value, complain)
  const injection = injectionOf(value, kinds, complain)
  checkRollbacks(value, kinds, complain)
  if (injection === undefined || steadyState.length === 0) return undefined
  const ignored = ['controls', 'contributions', 'extensions', 'runtime', 'tags'].filter((key) => Object.hasOwn(value, key) && key !== 'tags').map((key) => `${key}: not carried out`)
  return { ...place, ...injection, title, form: toolkitForm.form, contexts: [], steadyState, effect: [], pace: { everyMs: defaults.sampleEvery, windowMs: undefined, consecutive: defaults.consecutiveGood }, ignored }
}

function hypothesisOf(value: Mapping, complain: Complain): readonly Probe[] {
  const place: Path = ['steady-state-hypothesis', 'probes']
  const written = listAt(value, 'steady-state-hypothesis', 'probes')
  if (written.length === 0) complain(['steady-state-hypothesis'], 'The experiment has no steady-state hypothesis with probes, so nothing would be tested.', 'Add an http probe with a tolerance.')
  return written.flatMap((probe, index) => probeOf(probe, [...place, index], value, complain) ?? [])
}

function probeOf(written: unknown, path: Path, whole: Mapping, complain: Complain): Probe | undefined {
  const name = textAt(written, 'name') ?? `probe ${path.at(-1)}`
  const type = textAt(written, 'provider', 'type')
  if (type !== 'http') return void complain([...path, 'provider'], `Probe ${JSON.stringify(name)} has the provider ${providerText(written)}, which is not carried out here.`, 'Use an http probe.', 'FM-CHAOS-PROVIDER')
  const provider = substituted(mapAt(written, 'provider'), whole, [...path, 'provider'], complain) as Mapping
  const expects = toleranceOf(at(written, 'tolerance'), name, [...path, 'tolerance'], complain)
  const url = textAt(provider, 'url') ?? ''
  if (!['http:', 'https:'].includes(URL.parse(url)?.protocol ?? '')) complain([...path, 'provider', 'url'], `Probe ${JSON.stringify(name)} has no address that begins with http:// or https://.`)
  const unknown = Object.keys(provider).find((key) => !['type', 'url', 'method', 'headers', 'timeout', 'verify_tls', 'expected_status', 'max_retries'].includes(key))
  if (unknown !== undefined) complain([...path, 'provider', unknown], `Probe ${JSON.stringify(name)}: ${unknown} of an http provider is not carried out here.`, 'Put what it says into the address or the headers.')
  if (expects === undefined || unknown !== undefined) return undefined
  return { name, url, method: textAt(provider, 'method') ?? 'GET', headers: headersOf(provider), body: undefined, timeoutMs: timeoutOf(provider), verifyTls: provider['verify_tls'] !== false, expects, latencyMs: undefined }
}

function headersOf(provider: Mapping): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(mapAt(provider, 'headers')).map(([key, value]) => [key, String(value)]))
}

/** Seconds, or a pair for connecting and reading. */
function timeoutOf({ timeout }: Mapping): number {
  const seconds = Array.isArray(timeout) ? timeout.reduce((sum: number, part) => sum + Number(part), 0) : Number(timeout)
  return seconds > 0 ? seconds * 1000 : defaults.probeTimeout
}

function toleranceOf(tolerance: unknown, name: string, path: Path, complain: Complain): readonly Expectation[] | undefined {
  if (typeof tolerance === 'number' && Number.isInteger(tolerance)) return [{ is: 'status', oneOf: [tolerance] }]
  // An answer has a status, so a list means membership, also one of two numbers.
  if (Array.isArray(tolerance) && tolerance.length > 0 && tolerance.every((one) => Number.isInteger(one))) return [{ is: 'status', oneOf: tolerance as number[] }]
  const [low, high] = listAt(tolerance, 'range').map(Number)
  const target = textAt(tolerance, 'target') ?? 'body'
  if (textAt(tolerance, 'type') === 'range' && low !== undefined && high !== undefined && low <= high && (target === 'status' || target === 'body')) return [{ is: 'range', of: target, low, high }]
  const written = tolerance === undefined ? 'no tolerance' : `the tolerance ${JSON.stringify(textAt(tolerance, 'type') ?? tolerance)}`
  return void complain(path, `Probe ${JSON.stringify(name)} has ${written}, which is not judged here.`, 'Use a status such as 200, a list of them, or a range of status or body.')
}

function injectionOf(value: Mapping, kinds: readonly FaultKind[], complain: Complain): Pick<Experiment, 'fault' | 'amount' | 'target' | 'namespace'> | undefined {
  const method = listAt(value, 'method')
  const actions = method.flatMap((activity, index) => {
    const path: Path = ['method', index]
    const name = textAt(activity, 'name') ?? `activity ${index}`
    const meant = kinds.flatMap((kind) => Object.entries(kind.toolkit).map(([call, read]) => ({ kind, call, read }))).find(({ call }) => call === callOf(activity))
    if (meant !== undefined) return [{ ...meant, activity, path, name }]
    const word = textAt(activity, 'type') === 'probe' ? 'Probe' : 'Action'
    complain(textAt(activity, 'provider', 'type') === undefined ? path : [...path, 'provider'], `${word} ${JSON.stringify(name)} of the method has the provider ${providerText(activity)}, which is not carried out here.`, `Known are ${kinds.flatMap(({ toolkit }) => Object.keys(toolkit)).join(', ')}.`, 'FM-CHAOS-PROVIDER')
    return []
  })
  const [action, second] = actions
  if (method.length === 0) return void complain(['method'], 'The method is empty, so no fault would be injected.')
  if (second !== undefined) complain(second.path, `The method has a second fault, ${JSON.stringify(second.name)}; one experiment has one.`, 'Write an experiment for each.')
  if (action === undefined) return undefined
  const args = substituted(mapAt(action.activity, 'provider', 'arguments'), value, [...action.path, 'provider', 'arguments'], complain) as Mapping
  const meaning = action.read(args)
  if ('problem' in meaning) return void complain([...action.path, 'provider', 'arguments'], `Action ${JSON.stringify(action.name)} (${action.call}): ${meaning.problem}.`)
  if (meaning.target.by === 'selector') {
    const parsed = parseSelector(meaning.target.selector)
    if (typeof parsed['problem'] === 'string') complain([...action.path, 'provider', 'arguments'], `Action ${JSON.stringify(action.name)}: its selector ${parsed['problem']}.`)
  }
  const pause = Number(at(action.activity, 'pauses', 'after'))
  const made = makeFault(action.kind, meaning.settings, action.kind.lasts === 'until lifted' ? (pause > 0 ? pause * 1000 : undefined) : undefined)
  if ('fault' in made) return { fault: made.fault, amount: meaning.amount ?? action.kind.usually, target: meaning.target, namespace: meaning.namespace }
  for (const { says } of made.problems) complain(action.path, says, action.kind.lasts === 'until lifted' ? 'Give it as pauses.after of the action, in seconds.' : undefined)
  return undefined
}

/** What undoes a fault of ours is done anyway, also when the run is cancelled. Anything else would be left out without a word. */
function checkRollbacks(value: Mapping, kinds: readonly FaultKind[], complain: Complain): void {
  const known = kinds.flatMap(({ toolkitUndo }) => toolkitUndo)
  for (const [index, activity] of listAt(value, 'rollbacks').entries()) {
    if (known.includes(callOf(activity))) continue
    complain(['rollbacks', index], `Rollback ${JSON.stringify(textAt(activity, 'name') ?? index)} has the provider ${providerText(activity)}, which is not carried out here.`, 'Leave out what only undoes the fault: that is done anyway.', 'FM-CHAOS-PROVIDER')
  }
}

/** `module.func` of a python provider. */
function callOf(activity: unknown): string {
  return `${textAt(activity, 'provider', 'module') ?? ''}.${textAt(activity, 'provider', 'func') ?? ''}`
}

function providerText(activity: unknown): string {
  const type = textAt(activity, 'provider', 'type')
  if (type === undefined) return textAt(activity, 'ref') === undefined ? 'none' : `ref ${JSON.stringify(textAt(activity, 'ref'))}`
  if (type === 'python') return `python ${callOf(activity)}`
  return type === 'process' ? `process ${JSON.stringify(textAt(activity, 'provider', 'path') ?? '')}` : type
}

/** `${name}` from literal values of `configuration`. A text that is one name keeps the type of the value. What has no value here is refused. */
function substituted(value: unknown, whole: Mapping, path: Path, complain: Complain): unknown {
  if (Array.isArray(value)) return value.map((one, index) => substituted(one, whole, [...path, index], complain))
  if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, substituted(one, whole, [...path, key], complain)]))
  if (typeof value !== 'string') return value
  const valueOf = (name: string): unknown => {
    const found = at(whole, 'configuration', name)
    if (['string', 'number', 'boolean'].includes(typeof found)) return found
    const preset = at(found, 'default')
    if (textAt(found, 'type') === 'env' && preset !== undefined) return preset
    complain(path, `The value of \${${name}} is not known here: only literal values of configuration, and defaults of type env, are.`, 'Write the value into the experiment.')
    return ''
  }
  const [, only] = /^\$\{([^{}]+)\}$/.exec(value) ?? []
  return only === undefined ? value.replaceAll(/\$\{([^{}]+)\}/g, (_, name: string) => String(valueOf(name))) : valueOf(only)
}
