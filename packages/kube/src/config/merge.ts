import { parseYaml } from '@fermata/source'
import { ConfigurationError, inFile, type Problem } from '@fermata/verdict'
import type { ConfigText } from './locate.ts'

/** One named entry of a kubeconfig, with the file that it stands in, since its relative paths start there. */
export interface Entry {
  readonly name: string
  readonly from: ConfigText
  readonly fields: Readonly<Record<string, unknown>>
}

/** Several kubeconfigs as one, by kubectl's rule: whoever says a thing first is believed. */
export interface MergedConfig {
  /** For messages: every file that took part. */
  readonly origin: string
  readonly currentContext: string | undefined
  readonly contexts: ReadonlyMap<string, Entry>
  readonly clusters: ReadonlyMap<string, Entry>
  readonly users: ReadonlyMap<string, Entry>
}

/** @throws ConfigurationError with everything that is wrong in any of the files; no value of them is repeated */
export function mergeConfigs(texts: readonly ConfigText[]): MergedConfig {
  const problems: Problem[] = []
  const roots = texts.map((text) => ({ text, root: parseRoot(text, problems) }))
  if (problems.length > 0) throw new ConfigurationError(problems)
  const origin = texts.map((text) => text.origin).join(' and ')
  if (roots.every(({ root }) => root === undefined)) {
    throw new ConfigurationError([{ code: 'FM-KUBE-CONFIG-EMPTY', says: `The kubeconfig is empty: ${origin}.`, remedy: 'Check that the secret or the step that writes it is there for this job.' }])
  }
  const named = (list: 'contexts' | 'clusters' | 'users', inner: string) => {
    const entries = new Map<string, Entry>()
    for (const { text, root } of roots) {
      for (const entry of entriesOf(text, root?.[list], list, inner, problems)) if (!entries.has(entry.name)) entries.set(entry.name, entry)
    }
    return entries
  }
  const merged: MergedConfig = {
    origin,
    currentContext: roots.map(({ root }) => root?.['current-context']).find((name): name is string => typeof name === 'string' && name !== ''),
    contexts: named('contexts', 'context'),
    clusters: named('clusters', 'cluster'),
    users: named('users', 'user'),
  }
  if (problems.length > 0) throw new ConfigurationError(problems)
  return merged
}

/** Undefined for a text without content. JSON is YAML too, and is read much faster. */
function parseRoot(config: ConfigText, problems: Problem[]): Readonly<Record<string, unknown>> | undefined {
  const text = config.text.trim()
  if (text === '') return undefined
  const refuse = (says: string, line?: number, column?: number) => {
    problems.push({ code: 'FM-KUBE-CONFIG-UNREADABLE', says: `The kubeconfig ${says}.`, remedy: 'Write it anew, for example with: kubectl config view --flatten --minify.', where: inFile(config.origin, line, column) })
    return undefined
  }
  if (text.startsWith('{')) {
    try {
      return asRecord(JSON.parse(text)) ?? refuse('is no mapping')
    } catch {
      // Flow-style YAML begins with a brace too; the YAML reader below also words the problem.
    }
  }
  const parsed = parseYaml(config.text, { file: config.origin, version: '1.1' })
  const problem = parsed.problems[0]
  // The reader's words may quote the text, and the text holds credentials: only the place is told.
  if (problem !== undefined) return refuse('is not YAML', problem.line, problem.column)
  const value = parsed.documents[0]?.value
  if (value === undefined || value === null) return undefined
  return asRecord(value) ?? refuse('is no mapping of clusters, contexts and users')
}

function entriesOf(from: ConfigText, list: unknown, listName: string, inner: string, problems: Problem[]): readonly Entry[] {
  if (list === undefined || list === null) return []
  if (!Array.isArray(list)) {
    problems.push({ code: 'FM-KUBE-CONFIG-INVALID', says: `${listName} of the kubeconfig is no list.`, where: inFile(from.origin) })
    return []
  }
  return list.flatMap((item: unknown, index) => {
    const name = asRecord(item)?.['name']
    if (typeof name === 'string' && name !== '') return [{ name, from, fields: asRecord(asRecord(item)?.[inner]) ?? {} }]
    problems.push({ code: 'FM-KUBE-CONFIG-INVALID', says: `${listName}[${index}] of the kubeconfig has no name.`, where: inFile(from.origin) })
    return []
  })
}

export function asRecord(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Readonly<Record<string, unknown>>) : undefined
}
