import { containersOf, isMapping, type Mapping } from '@fermata/manifests'
import type { FoundObject } from './kubernetes-files.ts'
import type { Setting } from './unit.ts'

/** ConfigMaps of the repository by name. Where several have a name, the one in the same folder counts first. */
export type FindConfigMap = (name: string, near: FoundObject) => FoundObject | undefined

/**
 * What the containers of a workload are told: environment variables with literal values or from ConfigMaps of the repository, and arguments.
 * `$(NAME)` is filled in from the variables of the same container, as Kubernetes does.
 */
export function settingsOf(workload: FoundObject, findConfigMap: FindConfigMap): readonly Setting[] {
  return containersOf(workload.object).flatMap(({ container, path }) => {
    const place = (at: FoundObject, field: readonly (string | number)[]) => {
      const where = at.locate(field)
      return { file: at.file, line: where.kind === 'file' ? where.line : undefined }
    }
    const fromMaps = listOf(container['envFrom']).flatMap((source): readonly Setting[] => {
      const name = isMapping(source['configMapRef']) ? source['configMapRef']['name'] : undefined
      const map = typeof name === 'string' ? findConfigMap(name, workload) : undefined
      const prefix = typeof source['prefix'] === 'string' ? source['prefix'] : ''
      return map === undefined ? [] : Object.entries(dataOf(map)).map(([key, value]) => ({ variable: `${prefix}${key}`, value, ...place(map, ['data', key]) }))
    })
    const own = listOf(container['env']).flatMap((entry, index): readonly Setting[] => {
      const { name, value } = entry
      if (typeof name !== 'string') return []
      if (typeof value === 'string') return [{ variable: name, value, ...place(workload, [...path, 'env', index, 'value']) }]
      const reference = isMapping(entry['valueFrom']) ? entry['valueFrom']['configMapKeyRef'] : undefined
      if (!isMapping(reference) || typeof reference['name'] !== 'string' || typeof reference['key'] !== 'string') return []
      const map = findConfigMap(reference['name'], workload)
      const held = map === undefined ? undefined : dataOf(map)[reference['key']]
      return map === undefined || held === undefined ? [] : [{ variable: name, value: held, ...place(map, ['data', reference['key']]) }]
    })
    const variables = filledIn([...fromMaps, ...own])
    const known = new Map(variables.map(({ variable, value }) => [variable ?? '', value]))
    const words = (['command', 'args'] as const).flatMap((field) =>
      textsOf(container[field]).map((value, index) => ({ value: fill(value, known), ...place(workload, [...path, field, index]) })),
    )
    return [...variables, ...argumentSettings(words)]
  })
}

/** Arguments as settings: `--flag=value`, `--flag value`, and words that stand alone. */
export function argumentSettings(words: readonly { readonly value: string; readonly file: string; readonly line: number | undefined }[]): readonly Setting[] {
  return words.flatMap(({ value, file, line }, index): readonly Setting[] => {
    const flag = /^(-{1,2}[A-Za-z][\w.-]*)=([^]*)$/.exec(value)
    if (flag !== null) return [{ variable: flag[1], value: flag[2] as string, file, line }]
    if (value.startsWith('-')) return []
    const before = words[index - 1]?.value ?? ''
    return [{ variable: /^-{1,2}[A-Za-z][\w.-]*$/.test(before) ? before : undefined, value, file, line }]
  })
}

function filledIn(settings: readonly Setting[]): readonly Setting[] {
  const known = new Map<string, string>()
  return settings.map((setting) => {
    const value = fill(setting.value, known)
    known.set(setting.variable ?? '', value)
    return { ...setting, value }
  })
}

function fill(value: string, known: ReadonlyMap<string, string>): string {
  return value.length > 4_000 ? value : value.replace(/\$\(([\w.-]+)\)/g, (whole, name: string) => known.get(name) ?? whole)
}

function dataOf({ object }: FoundObject): Readonly<Record<string, string>> {
  const data = object['data']
  return isMapping(data) ? Object.fromEntries(Object.entries(data).filter((entry): entry is [string, string] => typeof entry[1] === 'string')) : {}
}

function listOf(value: unknown): readonly Mapping[] {
  return Array.isArray(value) ? value.map((entry: unknown) => (isMapping(entry) ? entry : {})) : []
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map((entry: unknown) => (typeof entry === 'string' ? entry : '')) : []
}
