import type { Invocation } from '@fermata/ports'

/** What kind of change wants to pass. */
export type ChangeClass = (typeof changeClasses)[number]
export const changeClasses = ['feature', 'fix', 'security', 'rollback'] as const

/** The class, and by which words it was found. */
export interface Change {
  readonly class: ChangeClass
  readonly because: string
}

/**
 * The class of a change by the event that started the run: labels of the pull request, which maintainers give, then titles in the form of
 * Conventional Commits. Of several commits the most demanding counts. What is not recognised is a feature.
 */
export function classify({ trigger }: Pick<Invocation, 'trigger'>): Change {
  const event = record(trigger.payload)
  const pull = record(event['pull_request'])
  const labels = list(pull['labels']).map((label) => text(record(label)['name']).toLowerCase())
  for (const [word, found] of Object.entries(byLabel)) if (labels.includes(word)) return { class: found, because: `label ${word} of the pull request` }
  if (text(pull['title']) !== '') return { class: classOfTitle(text(pull['title'])), because: 'title of the pull request' }
  const titles = list(event['commits']).map((commit) => text(record(commit)['message']))
  if (titles.length === 0) return { class: 'feature', because: `the event ${trigger.event} does not say` }
  const classes = titles.map(classOfTitle)
  return { class: changeClasses.find((one) => classes.includes(one)) ?? 'feature', because: `titles of ${titles.length} pushed commits` }
}

/** The first that applies: what is both a fix and a security fix is the latter. */
const byLabel: Readonly<Record<string, ChangeClass>> = { rollback: 'rollback', revert: 'rollback', security: 'security', bug: 'fix', bugfix: 'fix', fix: 'fix', hotfix: 'fix' }

/** `fix(cart): ...`, `fix(security): ...`, `security: ...`, `revert: ...`, and git's own `Revert "..."`. */
function classOfTitle(title: string): ChangeClass {
  if (title.startsWith('Revert "')) return 'rollback'
  const [, type = '', scope = '', breaking = ''] = /^([A-Za-z]+)(?:\(([^)\n]*)\))?(!)?:/.exec(title) ?? []
  if (breaking === '!') return 'feature'
  switch (type.toLowerCase()) {
    case 'revert':
    case 'rollback':
      return 'rollback'
    case 'security':
      return 'security'
    case 'fix':
    case 'hotfix':
      return scope.toLowerCase() === 'security' ? 'security' : 'fix'
    default:
      return 'feature'
  }
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
