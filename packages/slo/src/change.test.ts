import { expect, test } from '@jest/globals'
import type { Trigger } from '@fermata/ports'
import { classify } from './change.ts'

const pull = (title: string, ...labels: readonly string[]) => ({ event: 'pull_request', payload: { pull_request: { title, labels: labels.map((name) => ({ name })) } } })
const push = (...messages: readonly string[]) => ({ event: 'push', payload: { commits: messages.map((message) => ({ message })) } })

test.each<[is: string, event: Pick<Trigger, 'event' | 'payload'>]>([
  ['feature', pull('Add a button')],
  ['feature', pull('feat: a button')],
  ['feature', pull('fix!: another protocol')],
  ['feature', pull('fixture for tests')],
  ['fix', pull('fix(cart): totals')],
  ['fix', pull('hotfix: totals')],
  ['fix', pull('feat: a button', 'bug')],
  ['security', pull('fix(security): tokens')],
  ['security', pull('whatever', 'Security')],
  ['rollback', pull('Revert "feat: a button"')],
  ['rollback', pull('revert: feat: a button')],
  ['rollback', pull('x', 'security', 'rollback')],
  ['fix', push('fix: one', 'fix: two')],
  ['feature', push('fix: one', 'docs: two')],
  ['fix', push('security: one', 'fix: two')],
  ['feature', push()],
  ['feature', { event: 'workflow_dispatch', payload: {} }],
  ['feature', { event: 'pull_request', payload: null }],
  ['feature', { event: 'pull_request', payload: { pull_request: { title: 7, labels: 'fix' } } }],
  ['feature', { event: 'push', payload: { commits: [null, { message: ['fix: no text'] }] } }],
  ['feature', pull('[fix: hidden](javascript:x)\nfix: second line')],
])('%s: %j', (is, event) => expect(classify({ trigger: { ...event, sha: undefined, ref: undefined } }).class).toBe(is))
