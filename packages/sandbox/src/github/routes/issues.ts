import * as z from 'zod/mini'
import { type CommentFacts, type IssueFacts, issue, issueComment } from '../answers/issue.ts'
import type { BodyOf } from '../answers/shape.ts'
import { created, notFound, notHere, ok } from '../reply.ts'
import { type Call, type Route, listed, paged, route } from '../route.ts'
import type { RepositoryState } from '../state.ts'
import type { PullStory } from '../story.ts'

const newIssue = z.strictObject({
  title: z.string().check(z.minLength(1)),
  body: z.exactOptional(z.string()),
  labels: z.exactOptional(z.array(z.string())),
}) satisfies z.ZodMiniType<BodyOf<'issues/create'>>
const issueChange = z.strictObject({
  title: z.exactOptional(z.string().check(z.minLength(1))),
  body: z.exactOptional(z.string()),
  labels: z.exactOptional(z.array(z.string())),
  state: z.exactOptional(z.enum(['open', 'closed'])),
  state_reason: z.exactOptional(z.enum(['completed', 'not_planned', 'duplicate', 'reopened'])),
}) satisfies z.ZodMiniType<BodyOf<'issues/update'>>
const commentBody = z.strictObject({ body: z.string().check(z.minLength(1), z.maxLength(65_536)) }) satisfies z.ZodMiniType<BodyOf<'issues/create-comment'>>

/** GitHub counts pull requests among the issues. */
function issuesOf(repository: RepositoryState, now: number): readonly IssueFacts[] {
  return [...repository.issues, ...repository.pulls.map((pull) => issueOf(pull, now))].toSorted((a, b) => b.number - a.number)
}

function issueOf(pull: PullStory, now: number): IssueFacts {
  return {
    number: pull.number,
    title: pull.title ?? `Pull request ${pull.number}`,
    body: null,
    labels: pull.labels ?? [],
    state: pull.merged ? 'closed' : (pull.state ?? 'open'),
    stateReason: null,
    createdAt: now,
    updatedAt: now,
    isPull: true,
  }
}

function worded(call: Call, facts: IssueFacts) {
  return issue(call.site, call.repository.name, facts, commentsOn(call, facts.number).length)
}

function commentsOn({ repository }: Call, number: number): readonly CommentFacts[] {
  return repository.comments.filter((each) => each.on === number)
}

function found(call: Call): IssueFacts | undefined {
  return issuesOf(call.repository, call.now).find((each) => String(each.number) === call.path['number'])
}

function one(call: Call) {
  const facts = found(call)
  return facts === undefined ? notFound : ok(worded(call, facts))
}

function create(call: Call<z.infer<typeof newIssue>>) {
  const { repository, body, now } = call
  const number = (issuesOf(repository, now)[0]?.number ?? 0) + 1
  const facts: IssueFacts = { number, title: body.title, body: body.body ?? null, labels: body.labels ?? [], state: 'open', stateReason: null, createdAt: now, updatedAt: now, isPull: false }
  repository.issues.unshift(facts)
  return created(worded(call, facts))
}

function change(call: Call<z.infer<typeof issueChange>>) {
  const before = found(call)
  if (before === undefined) return notFound
  if (before.isPull) return notHere('a change of a pull request')
  const { body } = call
  const state = body.state ?? before.state
  const stateReason = body.state_reason ?? (state === 'closed' && before.state === 'open' ? 'completed' : before.stateReason)
  const after: IssueFacts = { ...before, title: body.title ?? before.title, body: body.body ?? before.body, labels: body.labels ?? before.labels, state, stateReason, updatedAt: call.now }
  call.repository.issues.splice(call.repository.issues.indexOf(before), 1, after)
  return ok(worded(call, after))
}

function list(call: Call) {
  const state = call.query.get('state') ?? 'open'
  const labels = (call.query.get('labels') ?? '').split(',').filter((name) => name !== '')
  const matching = issuesOf(call.repository, call.now).filter((each) => (state === 'all' || each.state === state) && labels.every((name) => each.labels.includes(name)))
  return listed(call, matching, (each) => worded(call, each))
}

function comments(call: Call) {
  const of = found(call)
  return of === undefined ? notFound : listed(call, commentsOn(call, of.number), (each) => issueComment(call.site, call.repository.name, each))
}

function comment(call: Call<z.infer<typeof commentBody>>) {
  const of = found(call)
  if (of === undefined) return notFound
  const added: CommentFacts = { id: call.repository.nextId(), on: of.number, body: call.body.body, createdAt: call.now, updatedAt: call.now }
  call.repository.comments.push(added)
  return created(issueComment(call.site, call.repository.name, added))
}

function changeComment(call: Call<z.infer<typeof commentBody>>) {
  const known = call.repository.comments
  const index = known.findIndex(({ id }) => String(id) === call.path['id'])
  const before = known[index]
  if (before === undefined) return notFound
  const after: CommentFacts = { ...before, body: call.body.body, updatedAt: call.now }
  known[index] = after
  return ok(issueComment(call.site, call.repository.name, after))
}

export const issueRoutes: readonly Route[] = [
  { method: 'GET', path: '/issues', needs: ['issues', 'read'], query: ['state', 'labels'], paged, answer: list },
  route({ method: 'POST', path: '/issues', needs: ['issues', 'write'], body: newIssue, answer: create }),
  { method: 'GET', path: '/issues/{number}', needs: ['issues', 'read'], answer: one },
  route({ method: 'PATCH', path: '/issues/{number}', needs: ['issues', 'write'], body: issueChange, answer: change }),
  { method: 'GET', path: '/issues/{number}/comments', needs: ['issues', 'read'], paged, answer: comments },
  route({ method: 'POST', path: '/issues/{number}/comments', needs: ['issues', 'write'], body: commentBody, answer: comment }),
  route({ method: 'PATCH', path: '/issues/comments/{id}', needs: ['issues', 'write'], body: commentBody, answer: changeComment }),
]
