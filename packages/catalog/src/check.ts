import type { Path } from '@fermata/source'
import type { Problem } from '@fermata/verdict'
import { milliseconds } from './build.ts'
import { defaults } from './defaults.ts'
import { suggester, type Places } from './problems.ts'
import { readRepositoryPath } from './repository-path.ts'
import type { CatalogText, ServiceText } from './schema.ts'

/** Every name that the file defines, also those whose definition is wrong: a mistake in one place is not reported in another. */
export interface KnownNames {
  readonly services: ReadonlySet<string>
  readonly slos: ReadonlySet<string>
}

/** What no schema can say: names that must exist, paths that must stay inside, splits that must rise. */
export function meaningProblems(text: CatalogText, known: KnownNames, places: Places): readonly Problem[] {
  const problems: Problem[] = []
  const check: Check = {
    known,
    meantService: suggester(known.services),
    meantSlo: suggester(known.slos),
    report: (says, remedy, ...at) => problems.push({ says, remedy, where: places.value(at) }),
  }
  for (const id of Object.keys(text.services ?? {})) {
    const service = text.services?.[id] ?? null
    if (service !== null) checkService(id, service, check)
  }
  checkSplit(text.defaults?.traffic_split, (...within) => ['defaults', 'traffic_split', ...within], check)
  checkShared(text, check)
  return problems
}

interface Check {
  readonly known: KnownNames
  readonly meantService: (word: string) => string
  readonly meantSlo: (word: string) => string
  readonly report: (says: string, remedy: string, ...at: Path) => void
}

/** Says where, for a problem. Most services have none, and then no path is made. */
type Where = (...within: Path) => Path

function checkService(id: string, service: ServiceText, check: Check): void {
  const { known, report } = check
  const at: Where = (...within) => ['services', id, ...within]
  for (let index = 0; index < (service.dependencies?.length ?? 0); index++) {
    const dependency = service.dependencies?.[index] as string
    if (dependency === id) report(`Service ${id} depends on itself.`, 'Remove this dependency.', ...at('dependencies', index))
    else if (!known.services.has(dependency)) report(`Service ${id} depends on ${JSON.stringify(dependency)}, which is no service.${check.meantService(dependency)}`, 'Define it under services, or remove the dependency.', ...at('dependencies', index))
  }
  service.slos?.forEach((slo, index) => {
    if (!known.slos.has(slo)) report(`Service ${id} names the SLO ${JSON.stringify(slo)}, which is not defined.${check.meantSlo(slo)}`, 'Define it under slos, or remove the name.', ...at('slos', index))
  })
  service.manifests?.forEach((entry, index) => {
    if (typeof entry === 'string') checkPath(entry, () => at('manifests', index), check)
    else checkPath(entry.path, () => at('manifests', index, 'path'), check)
  })
  service.migration_scripts?.forEach((path, index) => checkPath(path, () => at('migration_scripts', index), check))
  checkOwnedPaths(service.paths, (...within) => at('paths', ...within), check)
  checkSplit(service.traffic_split, (...within) => at('traffic_split', ...within), check)
  if (service.analysis === undefined) return
  const { hold, interval } = service.analysis
  const [holdMs, intervalMs] = [milliseconds(hold) ?? defaults.analysisHold, milliseconds(interval) ?? defaults.analysisInterval]
  if (intervalMs < 1_000) report(`Service ${id} would be looked at every ${interval}, and metrics are not made so fast.`, 'Write at least 1s; usual is the time between two scrapes or more.', ...at('analysis', 'interval'))
  else if (intervalMs > holdMs) report(`Service ${id} would be looked at every ${intervalMs / 1000} s, but each share lasts only ${holdMs / 1000} s.`, 'Write a shorter interval or a longer hold.', ...at('analysis'))
}

function checkOwnedPaths(paths: readonly string[] | undefined, at: Where, check: Check): void {
  if (paths === undefined || paths.length === 0) return
  paths.forEach((path, index) => checkPath(path.startsWith('!') ? path.slice(1) : path, () => at(index), check))
  if (paths.every((path) => path.startsWith('!'))) check.report('These paths only subtract, so nothing is left.', 'Begin with a path that adds, such as "." for the whole repository.', ...at())
}

function checkPath(written: string, at: () => Path, { report }: Check): void {
  const reading = readRepositoryPath(written)
  if ('says' in reading) report(reading.says, reading.remedy, ...at())
}

function checkSplit(split: readonly number[] | undefined, at: Where, { report }: Check): void {
  if (split === undefined) return
  const falls = split.findIndex((percent, index) => index > 0 && percent <= (split[index - 1] as number))
  if (falls !== -1) report(`The traffic split does not rise: ${split[falls]} follows ${split[falls - 1]}.`, 'Write rising percentages such as [10, 50, 100].', ...at(falls))
  const last = split.at(-1)
  if (last === undefined) report('The traffic split is empty.', 'Write rising percentages such as [10, 50, 100], or leave it out.', ...at())
  else if (last !== 100) report(`The traffic split ends at ${last} and not at 100.`, 'Write 100 as its last percentage.', ...at(split.length - 1))
}

function checkShared(text: CatalogText, check: Check): void {
  text.shared?.forEach(({ paths, affects }, number) => {
    if (paths.length === 0) check.report('A shared rule without a path touches nothing.', 'Name a path, or remove the rule.', 'shared', number)
    checkOwnedPaths(paths, (...within) => ['shared', number, 'paths', ...within], check)
    if (!Array.isArray(affects)) return
    if (affects.length === 0) check.report('A shared rule that affects no service does nothing.', 'Name a service, or write all.', 'shared', number, 'affects')
    affects.forEach((id, index) => {
      if (!check.known.services.has(id)) check.report(`Shared paths affect ${JSON.stringify(id)}, which is no service.${check.meantService(id)}`, 'Define it under services, or remove the name.', 'shared', number, 'affects', index)
    })
  })
}
