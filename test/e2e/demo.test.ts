import { describe, expect, test } from '@jest/globals'
import { courseOf, tellDemo, wellTold } from '../support/tell-demo.ts'

test('the demo tells the whole story, and every verdict in it is that of an action', () => {
  const told = wellTold(tellDemo())
  // The budget after the bad canary is a pass or a warning, by how many customers it met.
  expect(courseOf(told).map((course, index) => (index === 7 ? course.replace(/warn$/, 'pass') : course))).toEqual([
    'orchestrated-deploy pass',
    'detect-changed-services pass',
    'policy-scan warn',
    'slo-check pass',
    'orchestrated-deploy pass',
    'orchestrated-deploy fail',
    'orchestrated-deploy pass',
    'slo-check pass',
    'chaos-gate pass',
    'self-heal pass',
  ])
  expect(told.chapters[5]?.reasons.map(({ code }) => code)).toEqual(expect.arrayContaining(['FM-DEPLOY-CANARY-WORSE', 'FM-DEPLOY-UNDONE-WITH']))
  // What git does not see is no change of any service.
  expect(told.said).not.toMatch(/belongs? to no service/)
  // One file: nothing in it is fetched from elsewhere.
  expect(told.html).not.toMatch(/<(script|link|img)[^>]+(src|href)="(?!data:|#)/)
  for (let step = 1; step <= 10; step++) expect(told.html).toContain(`${step}. ${told.chapters[step - 1]?.capability}`)
}, 300_000)

describe('what cannot be told', () => {
  test.each([
    ['a scenario that is none', ['--scenario', 'releese'], /There is no scenario releese\. There are: story, release, cascade, black-friday, crash\./],
    ['a cluster that is none', ['--cluster', 'kind'], /There is no cluster kind/],
    ['a folder that is not there', ['--from', 'nowhere'], /--from nowhere: there is no such folder/],
    ['a story of our shop with another company', ['--scenario', 'story', '--from', '.'], /told of our shop alone/],
  ])('%s', (_, args, says) => {
    const told = tellDemo(...args)
    expect([told.code, told.said]).toEqual([2, expect.stringMatching(says)])
  })
})

test('--list names every story with what it is about', () => {
  const { said } = tellDemo('--list')
  expect(said.trim().split('\n').map((line) => /^([a-z-]+): ./.exec(line)?.[1])).toEqual(['story', 'release', 'cascade', 'black-friday', 'crash'])
})
