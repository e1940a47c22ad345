import type { Trigger } from '@fermata/ports'
import * as z from 'zod/mini'
import { shownName } from '../display.ts'
import type { Plan } from './plan.ts'

/** An object name of SHA-1 or SHA-256. */
export const sha = z.string().check(z.regex(/^([0-9a-f]{40}|[0-9a-f]{64})$/, { error: 'expected 40 or 64 hexadecimal digits' }))
/** A ref or branch name, as git-check-ref-format(1) allows it, and nothing that git could take for an option or a range. */
export const refName = z.string().check(z.regex(/^(?!-)(?!.*\.\.)[^\x00-\x20\x7f~^:?*[\\]{1,1024}$/, { error: 'expected the name of a ref' }))
export const repositoryWithDefault = z.optional(z.object({ default_branch: z.optional(refName) }))

export function isZero(name: string): boolean {
  return /^0+$/.test(name)
}

/** The ref that `GITHUB_REF` names, if it is one of this kind: `branchOf('refs/heads/main')` is `main`. */
export function refBelow(prefix: 'refs/heads/' | 'refs/tags/', ref: string | undefined): string | undefined {
  return ref?.startsWith(prefix) === true && z.safeParse(refName, ref).success ? ref.slice(prefix.length) : undefined
}

/** Reads only what is asked for, and takes nothing else for granted. What does not fit ends in a plan that says so. */
export function reading<T>(schema: z.ZodMiniType<T>, trigger: Trigger, use: (payload: T) => Plan): Plan {
  const read = z.safeParse(schema, trigger.payload)
  if (read.success) return use(read.data)
  const [issue] = read.error.issues
  const field = issue === undefined || issue.path.length === 0 ? 'the payload itself' : shownName(issue.path.join('.'))
  return {
    kind: 'unknown',
    code: 'FM-CHANGES-BAD-PAYLOAD',
    says: `The event ${shownName(trigger.event)} cannot be read at ${field}: ${expectation(issue)}.`,
    head: headOf(trigger),
  }
}

function expectation(issue: z.core.$ZodIssue | undefined): string {
  if (issue?.code === 'invalid_type') return `expected ${issue.expected === 'int' ? 'a whole number' : `${/^[aeiou]/.test(issue.expected) ? 'an' : 'a'} ${issue.expected}`}`
  if (issue?.code === 'invalid_value') return `expected ${issue.values.map(String).join(' or ')}`
  return issue?.message.startsWith('expected') === true ? issue.message : 'another value was expected'
}

/** GITHUB_SHA, if it is an object name. */
export function headOf(trigger: Trigger): string | undefined {
  return trigger.sha !== undefined && z.safeParse(sha, trigger.sha).success && !isZero(trigger.sha) ? trigger.sha : undefined
}
