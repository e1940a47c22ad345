import { describe, expect, test } from '@jest/globals'
import type { Trigger } from '@fermata/ports'
import * as fc from 'fast-check'
import { planFor } from './event.ts'

const sha = 'a'.repeat(40)
const other = 'b'.repeat(64)
const of = (event: string, payload: unknown, more: Partial<Trigger> = {}): Trigger => ({ event, payload, sha, ref: 'refs/heads/main', ...more })
const pull = { number: 1, head: { sha, ref: 'f' }, base: { ref: 'main' } }

test.each([
  ['nothing at all', 'push', undefined, 'the payload itself'],
  ['no object', 'push', 'text', 'the payload itself'],
  ['a list', 'push', [], 'the payload itself: expected an object'],
  ['a missing field', 'push', { ref: 'refs/heads/main', after: sha }, 'before'],
  ['a number for a commit', 'push', { ref: 'refs/heads/main', before: 7, after: sha }, 'before: expected a string'],
  ['an option for a commit', 'push', { ref: 'refs/heads/main', before: '--upload-pack=x', after: sha }, 'before'],
  ['a range for a commit', 'merge_group', { merge_group: { head_sha: sha, base_sha: `${sha}..${sha}` } }, 'merge_group.base_sha'],
  ['a short commit', 'merge_group', { merge_group: { head_sha: sha, base_sha: 'abc' } }, 'merge_group.base_sha'],
  ['an option for a branch', 'pull_request_target', { pull_request: { ...pull, base: { ref: '--exec=x' } } }, 'pull_request.base.ref'],
  ['a line break in a branch', 'pull_request', { pull_request: { ...pull, head: { sha, ref: 'x\n::error::owned' } } }, 'pull_request.head.ref'],
  ['no head', 'pull_request', { pull_request: { number: 1, base: { ref: 'main' } } }, 'pull_request.head'],
  ['a text for a number', 'issue_comment', { issue: { number: '1; rm', pull_request: {} } }, 'issue.number'],
  ['a range for a tag', 'release', { release: { tag_name: 'a..b' } }, 'release.tag_name'],
  ['no run', 'workflow_run', {}, 'workflow_run'],
  ['another kind of ref', 'create', { ref: 'x', ref_type: 'note' }, 'ref_type'],
  ['no deployment', 'deployment_status', { deployment: null }, 'deployment'],
])('%s in a payload of %s is told, and where', (_, event, payload, where) => {
  const plan = planFor(of(event, payload))
  expect(plan).toMatchObject({ kind: 'unknown', code: 'FM-CHANGES-BAD-PAYLOAD', head: sha })
  expect(plan).toHaveProperty('says', expect.stringContaining(where))
})

test.each([['project_card'], ['constructor'], ['__proto__'], ['x\n::error::owned'], ['']])('the event %j is not guessed at', (event) => {
  const plan = planFor(of(event, {}))
  expect(plan).toMatchObject({ kind: 'unknown', code: 'FM-CHANGES-UNKNOWN-EVENT' })
  expect(JSON.stringify(plan)).not.toContain('::')
})

test.each([['a payload of zeros', '0'.repeat(40)], ['a text', 'HEAD'], ['nothing', undefined]])('a dispatch whose commit is %s has none', (_, commit) => {
  expect(planFor(of('schedule', {}, { sha: commit }))).toMatchObject({ kind: 'unknown', head: undefined })
})

describe('zeros stand for what does not exist, 40 or 64 of them', () => {
  test.each([[40], [64]])('%d', (digits) => {
    const zeros = '0'.repeat(digits)
    const payload = { ref: 'refs/heads/x', before: zeros, after: other, repository: { default_branch: 'main' } }
    expect(planFor(of('push', payload))).toMatchObject({ kind: 'compare', candidates: [{ base: { by: 'fork' } }] })
    expect(planFor(of('push', { ...payload, before: other, after: zeros }))).toMatchObject({ kind: 'nothing' })
  })
})

test('pull_request.base.sha is never taken', () => {
  for (const event of ['pull_request', 'pull_request_target', 'pull_request_review']) {
    const plan = planFor(of(event, { pull_request: { ...pull, base: { ref: 'main', sha: other } } }))
    expect(JSON.stringify(plan)).not.toContain(other)
  }
})

test.each([['v1.4.0', 'v[0-9]*'], ['cart/v2', 'cart/v[0-9]*'], ['2026.1', '[0-9]*'], ['stable', '*'], ['a]b1', 'a\\]b[0-9]*']])('tags of the kind of %s are %s', (tag, pattern) => {
  expect(planFor(of('release', { release: { tag_name: tag } }))).toMatchObject({ candidates: [{}, { base: { by: 'previous-tag', pattern } }] })
})

test('no payload makes a plan that compares with something that is no name of git', () => {
  const events = ['push', 'create', 'release', 'pull_request', 'pull_request_target', 'issue_comment', 'workflow_run', 'merge_group', 'deployment']
  const commit = fc.constantFrom(sha, '0'.repeat(40), '--x', 'HEAD', 1, null)
  const name = fc.constantFrom('refs/heads/a', 'refs/tags/v1', '-x', 'a..b', 'a b', '', 7, null)
  const shape = fc.record({
    ref: name, before: commit, after: commit, forced: fc.oneof(fc.boolean(), fc.string()), base_ref: name, ref_type: fc.constantFrom('tag', 'branch', 3),
    release: fc.record({ tag_name: name }), merge_group: fc.record({ head_sha: commit, base_sha: commit }), deployment: fc.record({ sha: commit }),
    workflow_run: fc.record({ head_sha: commit, head_branch: name, event: fc.constantFrom('push', 'pull_request') }),
    pull_request: fc.record({ number: fc.integer(), head: fc.record({ sha: commit, ref: name }), base: fc.record({ ref: name }) }),
    issue: fc.record({ number: fc.oneof(fc.integer(), fc.string()), pull_request: fc.constantFrom({}, undefined) }),
  }, { requiredKeys: [] })
  fc.assert(fc.property(fc.constantFrom(...events), fc.oneof(shape, fc.anything()), (event, payload) => {
    const plan = planFor(of(event, payload))
    if (plan.kind !== 'compare') return
    for (const { head, base } of plan.candidates) {
      for (const given of [head, ...(base.by === 'name' ? [base.name] : base.by === 'fork' && base.branch !== 'default' ? [base.branch.name] : [])]) expect(given).toMatch(/^(?!-)(?!.*\.\.)\S+$/)
    }
  }), { numRuns: 300 })
})
