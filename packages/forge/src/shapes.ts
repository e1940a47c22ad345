import * as z from 'zod/mini'

/**
 * What we read of GitHub's answers, and no more of them: fields may be added on their side at any time.
 * What we do read is checked, so that a cut or foreign answer never becomes undefined data.
 */
const objectName = z.string().check(z.regex(/^[0-9a-f]{40}(?:[0-9a-f]{24})?$/))
const instant = z.pipe(z.pipe(z.string(), z.transform((text: string) => Date.parse(text))), z.number())
const id = z.number().check(z.int(), z.positive())

export const repository = z.object({ default_branch: z.string().check(z.minLength(1)) })

const file = z
  .object({
    filename: z.string().check(z.minLength(1)),
    status: z.enum(['added', 'removed', 'modified', 'renamed', 'copied', 'changed', 'unchanged']),
    previous_filename: z.optional(z.string()),
  })
  .check(z.refine(({ status, previous_filename }) => status !== 'renamed' || previous_filename !== undefined, 'a renamed file without its former name'))
export type FileAnswer = z.infer<typeof file>
export const files = z.array(file)

export const comparison = z.object({
  status: z.enum(['ahead', 'behind', 'diverged', 'identical']),
  merge_base_commit: z.object({ sha: objectName }),
  files,
})

export const pullRequest = z.object({
  number: id,
  title: z.string(),
  labels: z.array(z.object({ name: z.string() })),
  base: z.object({ ref: z.string(), sha: objectName }),
  head: z.object({ sha: objectName, repo: z.nullable(z.object({ full_name: z.string() })) }),
  merged: z.boolean(),
  merge_commit_sha: z.nullable(objectName),
  changed_files: z.number(),
})

export const workflowRuns = z.object({
  total_count: z.number(),
  workflow_runs: z.array(
    z.object({
      id,
      head_sha: objectName,
      status: z.string(),
      conclusion: z.nullable(z.string()),
      head_repository: z.nullable(z.object({ full_name: z.string() })),
    }),
  ),
})

export const deployments = z.array(z.object({ id, sha: objectName, environment: z.string(), payload: z.unknown(), created_at: instant }))
export const deploymentStatuses = z.array(z.object({ id, state: z.string() }))
export const created = z.object({ id })
export const numbered = z.object({ number: z.number() })
/** GitHub lists pull requests among the issues. */
export const issues = z.array(z.object({ number: z.number(), title: z.string(), body: z.optional(z.nullable(z.string())), pull_request: z.optional(z.unknown()) }))
export const nothing = z.unknown()

export const releases = z.array(z.object({ tag_name: z.string(), draft: z.boolean(), prerelease: z.boolean(), published_at: z.nullable(instant) }))

/** A folder is answered with a list, everything else with an object of a type. */
export const content = z.union([
  z.array(z.unknown()),
  z.object({ type: z.literal('file'), sha: objectName, size: z.number(), encoding: z.string(), content: z.string() }),
  z.object({ type: z.enum(['dir', 'submodule', 'symlink']) }),
])
export const blob = z.object({ size: z.number(), encoding: z.literal('base64'), content: z.string() })
export const commit = z.object({ sha: objectName })
