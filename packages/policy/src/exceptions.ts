import type { Files } from '@fermata/ports'
import { parseYaml, type TextDocument } from '@fermata/source'
import { ConfigurationError, inFile, type Location, type Problem, type Reason } from '@fermata/verdict'
import * as z from 'zod/mini'
import { policyReason } from './codes.ts'
import type { Finding } from './findings.ts'
import { patternOf } from './read/pattern.ts'
import { readText } from './read/text.ts'

const written = z.string().check(z.minLength(1))
const day = z.string().check(z.regex(/^\d{4}-\d{2}-\d{2}$/))
const entrySchema = z.strictObject({ rule: written, files: z.optional(z.array(written)), object: z.optional(written), owner: written, reason: written, expires: day })
const fileSchema = z.strictObject({ exceptions: z.array(entrySchema) })

/** A finding that somebody accepts until a day. The day itself still belongs to it, in UTC. */
export interface Exception extends z.infer<typeof entrySchema> {
  readonly where: Location
}

export interface Excused {
  readonly finding: Finding
  readonly exception: Exception
}

const dayMs = 86_400_000
const soonDays = 14

/**
 * Reads the exceptions file.
 * @throws ConfigurationError when it is missing or an entry lacks rule, owner, reason or a day that exists
 */
export async function readExceptions(path: string, files: Files): Promise<readonly Exception[]> {
  const content = (await files.read(path)) === undefined ? { says: `There is no exceptions file ${path}.` } : await readText(path, files)
  if ('says' in content) throw new ConfigurationError([{ code: 'FM-POLICY-EXCEPTION-FILE', says: content.says, remedy: 'Correct the input exceptions, or leave it out.' }])
  const { documents: [document, second], problems } = parseYaml(content.text, { file: path, version: '1.2' })
  if (problems.length > 0) throw new ConfigurationError(problems.map(({ says, line, column }) => ({ code: 'FM-POLICY-EXCEPTION-FILE', says, where: inFile(path, line, column) })))
  if (document === undefined || second !== undefined) throw new ConfigurationError([{ code: 'FM-POLICY-EXCEPTION-FILE', says: 'An exceptions file is one document: exceptions, a list.', where: inFile(path) }])
  return entriesOf(document, path)
}

function entriesOf(document: TextDocument, path: string): readonly Exception[] {
  const at = (place: readonly (string | number)[]) => {
    const { line, column } = document.nearestPosition(place)
    return inFile(path, line, column)
  }
  const parsed = fileSchema.safeParse(document.value)
  if (!parsed.success) {
    throw new ConfigurationError(parsed.error.issues.map((issue): Problem => {
      const place = issue.path.filter((key) => typeof key !== 'symbol')
      return { code: 'FM-POLICY-EXCEPTION-FILE', says: `${place.length === 0 ? 'The exceptions file' : place.join('.')}: ${issue.code === 'unrecognized_keys' ? `unknown ${issue.keys.join(', ')}` : 'missing, or not in its form'}.`, remedy: 'Each entry has rule, owner, reason, expires (2027-01-31), and where it helps files and object (Deployment/cart).', where: at(place) }
    }))
  }
  const dated = parsed.data.exceptions.map((entry, index) => ({ ...entry, where: at(['exceptions', index]) }))
  const undated = dated.flatMap(({ expires }, index): readonly Problem[] => (new Date(`${expires}T00:00:00Z`).toJSON()?.startsWith(expires) === true ? [] : [{ code: 'FM-POLICY-EXCEPTION-FILE', says: `${expires} is no day.`, remedy: 'Write the day as 2027-01-31.', where: at(['exceptions', index, 'expires']) }]))
  if (undated.length > 0) throw new ConfigurationError(undated)
  return dated
}

/**
 * Which findings count and which are excused, and what is to be said about the exceptions themselves.
 * @param now milliseconds since the epoch
 */
export function applyExceptions(findings: readonly Finding[], exceptions: readonly Exception[], now: number): { readonly counting: readonly Finding[]; readonly excused: readonly Excused[]; readonly reasons: readonly Reason[] } {
  const used = new Set<Exception>()
  const counting: Finding[] = []
  const excused: Excused[] = []
  for (const finding of findings) {
    const fitting = exceptions.filter((exception) => fits(exception, finding))
    for (const exception of fitting) used.add(exception)
    const valid = fitting.find((exception) => daysLeft(exception, now) > 0)
    if (valid === undefined) counting.push(finding)
    else excused.push({ finding, exception: valid })
  }
  return { counting, excused, reasons: exceptions.flatMap((exception) => aboutException(exception, used.has(exception), now)) }
}

function aboutException(exception: Exception, isUsed: boolean, now: number): readonly Reason[] {
  const { rule, owner, expires, where } = exception
  const left = daysLeft(exception, now)
  if (!isUsed) return [policyReason('FM-POLICY-EXCEPTION-UNUSED', { says: `The exception for ${rule} of ${owner} excuses nothing.`, where })]
  if (left <= 0) return [policyReason('FM-POLICY-EXCEPTION-EXPIRED', { says: `The exception for ${rule} of ${owner} expired on ${expires}.`, where })]
  if (left <= soonDays) return [policyReason('FM-POLICY-EXCEPTION-EXPIRES', { says: `The exception for ${rule} of ${owner} expires on ${expires}.`, where })]
  return []
}

/** Days that are left, the last one counted; 0 or less when it is over. */
function daysLeft({ expires }: Exception, now: number): number {
  return Math.ceil((Date.parse(`${expires}T00:00:00Z`) + dayMs - now) / dayMs)
}

/** A rule is named as the report names it, `main/deny_root`, or by a pattern of such names. */
function fits({ rule, files, object }: Exception, finding: Finding): boolean {
  const patterns = files?.map(patternOf)
  const takesFile = patterns === undefined || patterns.findLast((pattern) => pattern.matches(finding.document.file))?.negative === false
  return takesFile && (object === undefined || object === finding.document.object) && (rule === finding.rule || (/[*?[{]/.test(rule) && patternOf(rule).matches(finding.rule)))
}
