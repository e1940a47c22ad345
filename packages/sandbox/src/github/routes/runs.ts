import * as z from 'zod/mini'
import { workflowRun } from '../answers/run.ts'
import { type BodyOf, numberFor } from '../answers/shape.ts'
import { linkHeader, slice } from '../paging.ts'
import { noContent, notFound, notHere, ok, problem } from '../reply.ts'
import { type Call, type Route, paged, route } from '../route.ts'

/** With a filter GitHub lists no more than this. */
const filteredRuns = 1_000
const filters = ['branch', 'status', 'event', 'head_sha'] as const

/** A workflow is named by its file or by its number. */
function workflowOf(call: Call): string | undefined {
  const asked = call.path['workflow'] ?? ''
  return [...call.repository.workflows].find((workflow) => workflow === asked || String(numberFor(`${call.repository.name}:${workflow}`)) === asked)
}

function runs(call: Call) {
  const workflow = workflowOf(call)
  if (workflow === undefined) return notFound
  const wanted = (name: (typeof filters)[number], ...values: readonly (string | null | undefined)[]) => !call.query.has(name) || values.includes(call.query.get(name))
  const all = call.repository.runs.filter((run) => run.workflow === workflow)
  const matching = all.filter(
    (run) => wanted('branch', run.branch) && wanted('event', run.event ?? 'push') && wanted('head_sha', run.sha) && wanted('status', run.status ?? 'completed', run.conclusion === undefined ? 'success' : run.conclusion),
  )
  const reachable = filters.some((name) => call.query.has(name)) ? matching.slice(0, filteredRuns) : matching
  const shown = slice(reachable, call.page).map((run) => workflowRun(call.site, call.repository, run, all.length - all.indexOf(run), call.now))
  return ok({ total_count: matching.length, workflow_runs: shown }, linkHeader(call.url, call.page, reachable.length))
}

/** At most ten properties: https://docs.github.com/en/rest/repos/repos#create-a-repository-dispatch-event */
const repositoryDispatch: z.ZodMiniType<BodyOf<'repos/create-dispatch-event'>> = z.strictObject({
  event_type: z.string().check(z.minLength(1), z.maxLength(100)),
  client_payload: z.exactOptional(z.record(z.string(), z.unknown()).check(z.refine((payload) => Object.keys(payload).length <= 10, 'No more than 10 properties are allowed'))),
})

const workflowDispatch = z.strictObject({
  ref: z.string().check(z.minLength(1)),
  inputs: z.exactOptional(z.record(z.string(), z.unknown())),
}) satisfies z.ZodMiniType<BodyOf<'actions/create-workflow-dispatch'>>

export const runRoutes: readonly Route[] = [
  { method: 'GET', path: '/actions/workflows/{workflow}/runs', needs: ['actions', 'read'], query: filters, paged, answer: runs },
  route({
    method: 'POST',
    path: '/dispatches',
    needs: ['contents', 'write'],
    body: repositoryDispatch,
    answer(call) {
      call.deliver({ event: 'repository_dispatch', repository: call.repository.name, eventType: call.body.event_type, payload: call.body.client_payload ?? {} })
      return noContent
    },
  }),
  route({
    method: 'POST',
    path: '/actions/workflows/{workflow}/dispatches',
    needs: ['actions', 'write'],
    body: workflowDispatch,
    async answer(call) {
      const workflow = workflowOf(call)
      if (workflow === undefined) return notFound
      if (/^[0-9a-f]{40}$/.test(call.body.ref)) return notHere('a workflow dispatch at a commit')
      if ((await call.repository.history.commit(call.body.ref)) === undefined) return problem(422, `No ref found for: ${call.body.ref}`)
      call.deliver({ event: 'workflow_dispatch', repository: call.repository.name, workflow, ref: call.body.ref, inputs: call.body.inputs ?? {} })
      return noContent
    },
  }),
]
