import { expect, test } from '@jest/globals'
import { courseOf, tellDemo, type ToldDemo, wellTold } from '../support/tell-demo.ts'

const minutes = 60_000

/** What the last release of a story came to. */
function lastRelease({ chapters }: ToldDemo) {
  const report = chapters.findLast(({ capability }) => capability === 'orchestrated-deploy')
  const list = (name: string): readonly string[] => JSON.parse(report?.outputs[name] ?? 'null') as readonly string[]
  return { verdict: report?.verdict, undone: list('rolled-back'), held: list('held'), codes: report?.reasons.map(({ code }) => code).toSorted() }
}

test('the release that falls over is the same on the sandbox and on a real control plane', () => {
  const real = lastRelease(wellTold(tellDemo('--scenario', 'release', '--cluster', 'real')))
  expect(real).toMatchObject({ verdict: 'fail', undone: ['checkout', 'payments'], held: ['storefront'] })
  expect(lastRelease(wellTold(tellDemo('--scenario', 'release')))).toEqual(real)
}, 5 * minutes)

test('the whole story on a real control plane, with a real Prometheus and a real Alertmanager', () => {
  const told = wellTold(tellDemo('--scenario', 'story', '--cluster', 'real'))
  expect(courseOf(told)).toHaveLength(10)
  expect([courseOf(told)[5], courseOf(told)[6], courseOf(told)[9]]).toEqual(['orchestrated-deploy fail', 'orchestrated-deploy pass', 'self-heal pass'])
}, 5 * minutes)

test.each([
  ['cascade', 'sandbox', ['chaos-gate fail', 'orchestrated-deploy pass', 'chaos-gate pass']],
  ['cascade', 'real', ['chaos-gate fail', 'orchestrated-deploy pass', 'chaos-gate pass']],
  ['black-friday', 'sandbox', ['slo-check pass', 'slo-check fail', 'slo-check pass', 'orchestrated-deploy pass', 'orchestrated-deploy pass']],
  ['black-friday', 'real', ['slo-check pass', 'slo-check fail', 'slo-check pass', 'orchestrated-deploy pass', 'orchestrated-deploy pass']],
  ['crash', 'sandbox', ['orchestrated-deploy warn', 'orchestrated-deploy pass', 'orchestrated-deploy pass']],
  ['crash', 'real', ['orchestrated-deploy warn', 'orchestrated-deploy pass', 'orchestrated-deploy pass']],
])('%s on %s', (scenario, cluster, course) => {
  const told = wellTold(tellDemo('--scenario', scenario, '--cluster', cluster))
  expect(courseOf(told)).toEqual(['orchestrated-deploy pass', ...course])
}, 5 * minutes)
