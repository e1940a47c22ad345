/** What neither GitHub's language service nor actionlint judges: pins, reasons of permissions, text of events in scripts, limits. */
export function houseRules(path: string, text: string): readonly string[] {
  const lines = text.split('\n')
  const at = (index: number, says: string) => `${path}:${index + 1}: ${says}`
  const byLine = lines.flatMap((line, index) => lineRules.map((rule) => rule(line, lines, index)).filter((says) => says !== undefined).map((says) => at(index, says)))
  const missing = path.endsWith('action.yml') ? [] : needed.filter(({ has }) => !has(text)).map(({ says }) => at(0, says))
  return [...byLine, ...missing]
}

type LineRule = (line: string, lines: readonly string[], index: number) => string | undefined

const lineRules: readonly LineRule[] = [
  (line) => (/^\s*(-\s+)?uses:\s*[^.$\s]/.test(line) && !/@[0-9a-f]{40} # v\d/.test(line) && !/OWNER\/fermata\/\S+@v\d+$/.test(line) ? 'actions of others are pinned by full commit SHA, with the version as a comment' : undefined),
  (line) => (/^\s+[a-z-]+: (read|write)\s*$/.test(line) ? 'a permission says in a comment what it is for' : undefined),
  (line, lines, index) => (line.includes('${{') && insideRun(lines, index) ? 'an expression inside run: is an injection; pass it through env:' : undefined),
  (line) => (/secrets:\s*inherit/.test(line) ? 'secrets are named one by one' : undefined),
]

const needed: readonly { readonly has: (text: string) => boolean; readonly says: string }[] = [
  { has: (text) => /^permissions: \{\}$/m.test(text), says: 'a workflow begins with `permissions: {}`' },
  // One that is called has its own in the job: at the top it would share the group of its caller, and wait for it for ever.
  { has: (text) => /^concurrency:/m.test(text) !== isCalled(text), says: 'a workflow says its concurrency at the top; one that is called says it in its jobs' },
  { has: (text) => jobsOf(text).every((job) => /^ {4}uses: /m.test(job) || /^ {4}timeout-minutes: /m.test(job)), says: 'every job has a timeout' },
  { has: (text) => jobsOf(text).every((job) => /^ {4}permissions:/m.test(job)), says: 'every job says its permissions' },
]

function isCalled(text: string): boolean {
  return /^ {2}workflow_call:/m.test(text)
}

/** The text of each job. */
function jobsOf(text: string): readonly string[] {
  const jobs = text.split(/^jobs:\s*$/m)[1]?.split(/^(?=\S)/m)[0] ?? ''
  return jobs.split(/^(?= {2}\S)/m).filter((job) => /^ {2}[^\s#]/.test(job))
}

function insideRun(lines: readonly string[], index: number): boolean {
  if (/^\s*(-\s+)?run:/.test(lines[index] as string)) return true
  const indent = (line: string) => line.length - line.trimStart().length
  const own = indent(lines[index] as string)
  for (let above = index - 1; above >= 0; above--) {
    const line = lines[above] as string
    if (line.trim() !== '' && indent(line) < own) return /^\s*(-\s+)?run:\s*[|>]/.test(line)
  }
  return false
}
