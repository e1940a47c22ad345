import { capability, choice, integer, secret, text } from '@fermata/capability'
import { describe, expect, test } from '@jest/globals'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { sources } from './sources.ts'
import { type Workflow, workflowPage, workflowYml } from './workflow.ts'
import { partsOf } from './workflow-parts.ts'

const root = join(import.meta.dirname, '../..')
const knock = capability({
  name: 'knock',
  purpose: 'Knocks.',
  inputs: {
    door: text({ required: true, about: 'Which door.', example: 'front' }),
    times: integer({ default: '3', about: 'How often.' }),
    manner: choice(['soft', 'loud'], { default: 'soft', about: 'How.' }),
    word: secret({ about: 'The "password".', example: '${{ secrets.WORD }}' }),
    mode: text({ default: 'show', about: 'What to do.' }),
  },
  outputs: {},
  needs: [],
  commands: [],
  branding: { icon: 'x', color: 'red' },
  permissions: { 'contents: read': 'to find the door' },
})
const visit: Workflow = {
  name: 'visit',
  purpose: 'Visits.',
  steps: { ask: { capability: 'knock', fixed: { mode: 'do' }, without: ['config', 'working-directory', 'on-inconclusive'] } },
  inputs: { 'runs-on': { about: 'Where.', type: 'string', default: 'here' } },
  secrets: {},
  outputs: { heard: { about: 'Who answered.', value: '${{ jobs.a.outputs.b }}' } },
}
const places = ['inputs', 'secrets', 'outputs', 'permissions ask', 'with ask'].map((name) => `  # <${name}>\n  # </${name}>`).join('\n')
const known = () => knock
const printed = (workflow: Workflow = visit, around: string = places) => workflowYml(workflow, known, around, 'visit.yml')

test('inputs, secrets, permissions and what a step is given come from the capability', () => {
  expect(printed().split('\n')).toEqual(expect.arrayContaining([
    '  door:', '    type: string', '    required: true',
    '  times:', '    type: number', '    default: 3',
    '    description: "How. One of: soft, loud."',
    '  word:', '    description: "The \\"password\\"."',
    '  contents: read # to find the door',
    '  mode: do', '  door: ${{ inputs.door }}', '  word: ${{ secrets.word }}',
  ]))
  expect(printed()).not.toMatch(/github-token|report-dir|inputs\.(mode|word)|secrets\.WORD/)
})

test('of steps together: who may write may read, and what is not asked for here is not granted', () => {
  const paint = capability({ ...knock, name: 'paint', permissions: { 'contents: write': 'to paint the door', 'issues: write': 'to say so' } })
  const both: Workflow = { ...visit, steps: { ...visit.steps, paint: { capability: 'paint', fixed: {}, unneeded: ['issues: write'] } } }
  const file = workflowYml(both, (name) => (name === 'paint' ? paint : knock), `${places.replaceAll('permissions ask', 'permissions ask paint')}\n  # <with paint>\n  # </with paint>`, 'visit.yml')
  expect(file).toContain('contents: write # to paint the door')
  expect(file).not.toMatch(/contents: read|issues: write/)
})

test('printed again it is the same', () => expect(printed(visit, printed())).toBe(printed()))

describe('what would be forgotten in silence is an error', () => {
  test.each`
    fault                                     | workflow                                                                         | around                                        | says
    ${'no place for the inputs'}              | ${visit}                                                                         | ${places.replaceAll('<inputs>', '<in>')}      | ${/no place for generated text: # <inputs>/}
    ${'no place for the permissions'}         | ${visit}                                                                         | ${places.replaceAll('permissions ask', 'xx')} | ${/no place for the permissions of ask/}
    ${'an input that the capability has not'} | ${{ ...visit, steps: { ask: { capability: 'knock', fixed: { ring: 'yes' } } } }} | ${places}                                     | ${/knock has no input ring/}
  `('$fault', ({ workflow, around, says }) => expect(() => printed(workflow as Workflow, around as string)).toThrow(says as RegExp))
})

test('jobs and hooks are read from the workflow itself', () => {
  const step = (name: string, condition: string) => `      - name: Hook\n        if: ${condition}\n        uses: ./.fermata/hooks/${name} # zizmor: ignore[self-repository] the hook is the caller's own\n        env:\n          FERMATA_ENVIRONMENT: x\n          FERMATA_VERDICT: y\n`
  const yml = `on:\n  workflow_call:\njobs:\n  one:\n    name: first\n    steps:\n      - uses: a/b@v1\n${step('before-it', "hashFiles('.fermata/hooks/before-it/action.yml') != ''")}      - uses: c/d@v1\n${step('after-it', "${{ !cancelled() && hashFiles('.fermata/hooks/after-it/action.yml') != '' }}")}  two:\n    name: second\n`
  expect(partsOf(yml)).toEqual({
    jobs: ['first', 'second'],
    hooks: [{ name: 'before-it', always: false, told: ['FERMATA_ENVIRONMENT', 'FERMATA_VERDICT'] }, { name: 'after-it', always: true, told: ['FERMATA_ENVIRONMENT', 'FERMATA_VERDICT'] }],
  })
})

describe('every public workflow', () => {
  const named = (name: string) => sources.capabilities.find((each) => each.name === name) ?? knock
  test.each(sources.workflows.map(({ name }) => name))('%s has an example whose jobs grant what it asks for, no more and no less', (name) => {
    const workflow = sources.workflows.find((each) => each.name === name) as Workflow
    const asked = [...workflowPage(workflow, named, '').matchAll(/^\| `([a-z-]+: (?:read|write))` \|/gm)].map(([, permission]) => permission).toSorted()
    const example = join(root, 'examples', name)
    expect(existsSync(join(example, 'README.md'))).toBe(true)
    const caller = readFileSync(join(example, `.github/workflows/${name}.yml`), 'utf8')
    const jobs = caller.split(/^jobs:$/m)[1]?.split(/^(?= {2}\S)/m).filter((job) => job.includes('    uses: ')) ?? []
    expect(jobs.length).toBeGreaterThan(0)
    for (const job of jobs) {
      expect(job).toContain(`    uses: OWNER/fermata/.github/workflows/${name}.yml@v1`)
      expect([...job.matchAll(/^ {6}([a-z-]+: (?:read|write)) # \S/gm)].map(([, permission]) => permission).toSorted()).toEqual(asked)
    }
  })
})
