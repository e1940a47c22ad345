import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { yamlOfGitHub } from '../../scripts/lint/files.ts'
import { bin, isBuilt } from './company.ts'
import { copyDist, copyWorkflows, root } from './library.ts'

const when = (program: string) => (isBuilt(program) ? describe : describe.skip)
const note = (program: string) => (isBuilt(program) ? program : `${program} (skipped: it is not in .tools/bin; see \`npm run tools\`)`)

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fermata-lint-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

when('actionlint')(note('actionlint'), () => {
  // It does not know `$/`, and looks into a called workflow or action only where it is local: so the copy calls all of ours locally.
  test('has no finding in workflows, examples and the actions that they use', () => {
    const place = join(folder, 'local')
    const files = copyWorkflows(place, (path) => `./${path}`)
    copyDist(place)
    const workflows = files.filter((path) => path.startsWith('.github/'))
    expect(workflows.length).toBeGreaterThan(0)
    expect(actionlint(place, workflows)).toBe('')
  })

  test.each`
    fault                           | step
    ${'an input that is not there'} | ${'uses: ./actions/detect-changed-services\n        with: {sinse: all}'}
    ${'an output that is not there'} | ${'run: echo ${{ steps.nobody.outputs.x }}'}
  `('$fault is found', ({ step }) => {
    const place = join(folder, 'faulty')
    copyWorkflows(place, (path) => `./${path}`)
    writeFileSync(join(place, '.github/workflows/faulty.yml'), `on: push\njobs:\n  one:\n    runs-on: ubuntu-24.04\n    steps:\n      - ${step}\n`)
    expect(actionlint(place, ['.github/workflows/faulty.yml'])).toMatch(/faulty\.yml:\d+:\d+: .*(sinse|nobody)/)
  })
})

when('zizmor')(note('zizmor'), () => {
  test('has no finding in workflows, actions and examples', () => {
    const paths = yamlOfGitHub(root)
    expect(zizmor(root, paths)).toEqual([])
  })

  test.each`
    audit                   | from          | to
    ${'unpinned-uses'}      | ${/@[0-9a-f]{40} # \S+/} | ${'@v7'}
    ${'artipacked'}         | ${/ +with:\n +persist-credentials: false\n/} | ${''}
    ${'template-injection'} | ${/$/} | ${'      - run: echo ${{ github.head_ref }}\n'}
  `('$audit is found', ({ audit, from, to }) => {
    const place = join(folder, audit as string)
    mkdirSync(join(place, '.github/workflows'), { recursive: true })
    const good = `name: x\non: push\npermissions: {}\nconcurrency: {group: x}\njobs:\n  one:\n    name: one\n    runs-on: ubuntu-24.04\n    permissions:\n      contents: read # check the code out\n    steps:\n      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1\n        with:\n          persist-credentials: false\n`
    writeFileSync(join(place, '.github/workflows/x.yml'), good)
    expect(zizmor(place, ['.github/workflows/x.yml'])).toEqual([])
    writeFileSync(join(place, '.github/workflows/x.yml'), good.replace(from as RegExp, to as string))
    expect(zizmor(place, ['.github/workflows/x.yml'])).toEqual([expect.stringContaining(`: ${audit}: `)])
  })
})

/** What it says, one finding a line. It must find the repository's root by itself, so there is one. */
function actionlint(place: string, files: readonly string[]): string {
  spawnSync('git', ['init', '--quiet', place])
  const done = spawnSync(join(bin, 'actionlint'), ['-oneline', '-no-color', '-shellcheck=', '-pyflakes=', ...files], { cwd: place, encoding: 'utf8' })
  expect(done.stderr).toBe('')
  return done.stdout
}

interface Finding {
  readonly ident: string
  readonly desc: string
  readonly ignored: boolean
  readonly locations: readonly { readonly concrete: { readonly location: { readonly start_point: { readonly row: number } } }; readonly symbolic: { readonly key: { readonly Local?: { readonly given_path: string } } } }[]
}

/** Findings of every severity, the pedantic ones among them, without asking the network for anything. */
function zizmor(place: string, files: readonly string[]): readonly string[] {
  const done = spawnSync(join(bin, 'zizmor'), ['--offline', '--no-progress', '--quiet', '--persona', 'pedantic', '--format', 'json', '--config', join(root, '.github/zizmor.yml'), ...files], { cwd: place, encoding: 'utf8' })
  if (done.stdout === '') throw new Error(`zizmor ended with ${done.status} and said nothing but: ${done.stderr}`)
  const findings = JSON.parse(done.stdout) as readonly Finding[]
  return findings.filter(({ ignored }) => !ignored).map(({ ident, desc, locations: [where] }) => `${where?.symbolic.key.Local?.given_path}:${(where?.concrete.location.start_point.row ?? 0) + 1}: ${ident}: ${desc}`)
}
