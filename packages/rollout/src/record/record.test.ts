import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { ConfigurationError, type Report } from '@fermata/verdict'
import { commit } from '../testing/records.ts'
import { imageFor, setStage, sketch, type Stage } from '../testing/stage.ts'

let stage: Stage
beforeEach(async () => {
  stage = await setStage()
})
afterEach(() => stage.close())

const wish = { environment: 'production', 'record-deployment': 'true', 'github-token': 'a-token' }
const environments = '\nenvironments:\n  production: {}\n'
const versions = (version: number, cart = version): void => {
  sketch(stage.files, { db: { image: imageFor('db', version) }, cart: { needs: ['db'], image: imageFor('cart', cart) }, web: { needs: ['cart'], image: imageFor('web', version) } })
  stage.files.set('fermata.yaml', `${stage.files.get('fermata.yaml') ?? ''}${environments}`)
}
const apply = (more: Readonly<Record<string, string>> = {}): Promise<Report> => stage.run({ mode: 'apply', ...wish, ...more })
const codes = ({ reasons }: Report): readonly string[] => reasons.map(({ code }) => code)
/** Newest first: who is named, and how it stands. */
const told = () => stage.records.all().map(({ payload, state }) => [(payload as { readonly services: readonly string[] }).services, state])

test('a release is one Deployment of the commit, and names what was to be released and stands', async () => {
  versions(1)
  const { outputs, verdict } = await apply()
  expect(verdict).toBe('pass')
  expect(stage.records.all()).toEqual([{ id: 1, sha: commit, environment: 'production', payload: { services: ['db', 'cart', 'web'], release: outputs['release'] }, createdAt: expect.any(Number), state: 'success' }])
})

test('a service that was so already is named again; a dependency that was only looked at is not', async () => {
  versions(1)
  await apply()
  await apply({ services: 'cart' })
  expect(stage.records.all()[0]).toMatchObject({ payload: { services: ['cart'] }, state: 'success' })
})

test('who is undone or held is not named', async () => {
  versions(1)
  await apply()
  versions(2)
  stage.story.image(imageFor('cart', 2), { does: 'crash', after: 1 })
  const report = await apply()
  expect(report.verdict).toBe('fail')
  expect(told()).toEqual([[['db'], 'success'], [['db', 'cart', 'web'], 'success']])
})

test('what is rolled back is named no longer, and the release before is true again', async () => {
  versions(1)
  await apply()
  versions(2)
  const { outputs } = await apply()
  const back = await stage.run({ mode: 'rollback', release: outputs['release'] ?? '', ...wish })
  expect(back.verdict).toBe('pass')
  expect(told()).toEqual([[['db', 'cart', 'web'], 'inactive'], [['db', 'cart', 'web'], 'success']])
})

test('of a release that is undone in part, the rest is named anew before the old record goes', async () => {
  versions(1)
  const { outputs } = await apply()
  const release = outputs['release'] ?? ''
  // Another tool has named a service that this release never had.
  const { forge } = stage.records.ports
  const id = await forge.createDeployment({ ref: commit, environment: 'production', payload: { services: ['mail', 'web'], release }, description: '' })
  await forge.setDeploymentState(id, 'success', '')
  await stage.run({ mode: 'rollback', release, ...wish })
  expect(told()).toEqual([[['mail'], 'success'], [['mail', 'web'], 'inactive'], [['db', 'cart', 'web'], 'inactive']])
})

test('without the wish GitHub is asked nothing, and nothing is missing', async () => {
  versions(1)
  stage.records.refuse('must not be asked')
  const { outputs } = await stage.run({ mode: 'apply', environment: 'production' })
  expect((await stage.run({ mode: 'rollback', environment: 'production', release: outputs['release'] ?? '' })).verdict).toBe('pass')
  expect(stage.records.all()).toEqual([])
})

test('GitHub refuses: the release stands with a warning; a way back fails, for the next release would pass over what was undone', async () => {
  versions(1)
  await apply()
  versions(2)
  stage.records.refuse('Resource not accessible by integration.')
  const forward = await apply()
  expect([forward.verdict, codes(forward).includes('FM-DEPLOY-UNRECORDED'), forward.outputs['deployed']]).toEqual(['warn', true, '["db","cart","web"]'])
  expect(forward.reasons.find(({ code }) => code === 'FM-DEPLOY-UNRECORDED')?.message).toContain('Resource not accessible by integration.')
  const back = await stage.run({ mode: 'rollback', release: forward.outputs['release'] ?? '', ...wish })
  expect([back.verdict, codes(back).includes('FM-DEPLOY-RECORD-STALE'), back.outputs['rolled-back']]).toEqual(['fail', true, '["web","cart","db"]'])
})

test('a run that is asked to stop has no time for GitHub, and still says what became of its services', async () => {
  versions(1)
  await apply()
  versions(2)
  stage.story.image(imageFor('cart', 2), { does: 'never-ready' })
  stage.progress.length = 0
  const running = apply()
  while (!stage.progress.some(({ subject, phase }) => subject === 'cart' && phase === 'settling')) await new Promise((resolve) => setImmediate(resolve))
  stage.stopRun()
  const report = await running
  expect(codes(report)).toEqual(expect.arrayContaining(['FM-DEPLOY-CANCELLED', 'FM-DEPLOY-UNRECORDED']))
  expect(told()).toHaveLength(1)
})

test.each([['environment'], ['github-token']])('a record without %s is refused before anything is done', async (input) => {
  versions(1)
  const { [input as keyof typeof wish]: _, ...rest } = wish
  await expect(stage.run({ mode: 'apply', ...rest })).rejects.toThrow(new RegExp(`record-deployment is true, and ${input} is missing`))
  await expect(stage.run({ mode: 'apply', ...rest })).rejects.toBeInstanceOf(ConfigurationError)
  expect((await stage.kube.list({ apiVersion: 'apps/v1', kind: 'Deployment' }, { namespace: 'shop' })).items).toEqual([])
})
