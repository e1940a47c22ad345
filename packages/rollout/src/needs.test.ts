import { afterEach, expect, test } from '@jest/globals'
import type { Rule } from '@fermata/sandbox'
import { releaseNeeds } from './needs.ts'
import { filesOf, imageFor, requestOf, setStage, sketch, type Stage } from './testing/stage.ts'

let stage: Stage
afterEach(() => stage.close())

const secret = (version: number): string => `---\napiVersion: v1\nkind: Secret\nmetadata: {name: db}\nstringData: {password: "${version}"}\n`
const versions = (version: number): void => sketch(stage.files, {
  db: { image: imageFor('db', version), config: `v${version}`, also: secret(version) },
  cart: { needs: ['db'], image: imageFor('cart', version), config: `v${version}`, strategy: 'canary' },
  web: { needs: ['cart'], image: imageFor('web', version), strategy: 'blue_green' },
})

async function rightsOf(): Promise<readonly Rule[]> {
  const { rights } = await releaseNeeds(requestOf({ mode: 'plan' }), { files: filesOf(stage.files), cluster: async () => stage.kube, metrics: () => Promise.reject(new Error('There are no metrics.')) })
  return rights.map(({ verb, group, resource }) => ({ verbs: [verb], groups: [group], resources: [resource] }))
}

test('what a release needs is enough to go out, to go forward by every strategy and to come back, and all of it is used', async () => {
  stage = await setStage()
  versions(1)
  await stage.run({ mode: 'apply' })
  versions(2)
  const rules = await rightsOf()
  await stage.close()

  stage = await setStage({ users: [{ name: 'admin', token: 'admin', may: 'all' }, { name: 'releaser', token: 'releaser', may: rules }] })
  versions(1)
  const first = await stage.run({ mode: 'apply' }, 'releaser')
  expect([first.verdict, first.outputs['deployed']]).toEqual(['pass', '["db","cart","web"]'])
  versions(2)
  const second = await stage.run({ mode: 'apply' }, 'releaser')
  expect([second.verdict, second.outputs['deployed']]).toEqual(['warn', '["db","cart","web"]'])
  const back = await stage.run({ mode: 'rollback', release: second.outputs['release'] ?? '' }, 'releaser')
  expect(back.verdict).toBe('pass')
  versions(3)
  stage.story.image(imageFor('db', 3), { does: 'crash', after: 1, log: ['no room'] })
  expect((await stage.run({ mode: 'apply' }, 'releaser')).reasons.map(({ code }) => code)).toContain('FM-DEPLOY-CRASH-LOOP')
  const gone = await stage.run({ mode: 'rollback', release: first.outputs['release'] ?? '' }, 'releaser')
  expect(gone.verdict).toBe('pass')

  const asked = stage.cluster.requests.all().filter(({ user }) => user === 'releaser')
  expect(asked.filter(({ code }) => code === 403)).toEqual([])
  const unused = rules.filter(({ verbs: [verb], resources: [resource = ''] }) => !asked.some((one) => one.verb === verb && [one.resource, one.subresource].filter(Boolean).join('/') === resource))
  // An API server asks for create when an apply creates, which is a request of verb patch. A fuse is patched when a release takes longer.
  expect(unused.map(({ verbs, resources }) => `${verbs[0]} ${resources[0]}`)).toEqual(['create services', 'create deployments', 'patch jobs'])
})
