import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export const root = join(import.meta.dirname, '../../..')

/** An expression that a file of this repository gives to a Prometheus, or shows to people. */
export interface Written {
  /** `examples/x/fermata.yaml:12`. */
  readonly place: string
  /** What it is in its file: an objective, what a canary is judged by, the expression of an alert. */
  readonly as: 'sli' | 'requests' | 'failures' | 'expr'
  readonly expression: string
}

/** Files of the repository that are not tests: as git has them, and those that are not committed yet. */
export function sources(endings: RegExp): readonly string[] {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 26 }).split('\n')
  return listed.filter((path) => endings.test(path) && !/^(dist|test)\/|\.test\.ts$|\/testing\//.test(path) && existsSync(join(root, path)))
}

/** Functions that stand in any expression over counters or histograms. */
export const promql = /\b(rate|irate|increase|resets|delta|histogram_quantile|absent|[a-z]+_over_time)\s*\(/

const line = /^\s*(?:- *)?["']?(?<as>sli|requests|failures|expr)["']?\s*:\s*(?<quote>["'`]?)(?<expression>.+?)\k<quote>\s*,?$/

/** Every such line of a catalog, a page or a script, whoever wrote it. Pods and windows are filled in as a release does. */
export function writtenExpressions(): readonly Written[] {
  return sources(/\.(ya?ml|md|ts)$/).flatMap((path) =>
    readFileSync(join(root, path), 'utf8').split('\n').flatMap((text, index) => {
      const found = line.exec(text)?.groups
      if (found === undefined || !promql.test(found['expression'] as string)) return []
      const expression = (found['expression'] as string).replaceAll('$pods', 'web-1|web-2').replaceAll('$window', '300s')
      return [{ place: `${path}:${index + 1}`, as: found['as'] as Written['as'], expression }]
    }),
  )
}
