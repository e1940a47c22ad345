import { describe, expect, test } from '@jest/globals'
import type { KubeObject } from '@fermata/ports'
import { containersOf, podTemplateOf, withImages, withServiceImage } from './index.ts'

const spec = { initContainers: [{ name: 'migrate', image: 'app:1' }, { name: 'mesh', image: 'mesh:1', restartPolicy: 'Always' }], containers: [{ name: 'app', image: 'app:1' }, { name: 'log' }] }
const object = (apiVersion: string, kind: string, rest: object): KubeObject => ({ apiVersion, kind, metadata: { name: 'x' }, ...rest })
const deployment = object('apps/v1', 'Deployment', { spec: { replicas: 2, template: { metadata: { labels: { app: 'x' } }, spec } } })

describe('pod templates are told by shape', () => {
  test.each([
    ['Deployment', deployment, 'spec.template'],
    ['Pod', object('v1', 'Pod', { spec }), ''],
    ['PodTemplate', object('v1', 'PodTemplate', { template: { spec } }), 'template'],
    ['CronJob', object('batch/v1', 'CronJob', { spec: { jobTemplate: { spec: { template: { spec } } } } }), 'spec.jobTemplate.spec.template'],
    ['a Rollout of Argo', object('argoproj.io/v1alpha1', 'Rollout', { spec: { template: { spec } } }), 'spec.template'],
    ['a Service of Knative', object('serving.knative.dev/v1', 'Service', { spec: { template: { spec } } }), 'spec.template'],
  ])('%s', (_, workload, path) => {
    expect(podTemplateOf(workload)?.path.join('.')).toBe(path)
    expect(containersOf(workload).map(({ name, role, image }) => [name, role, image])).toEqual([['migrate', 'init', 'app:1'], ['mesh', 'sidecar', 'mesh:1'], ['app', 'container', 'app:1'], ['log', 'container', undefined]])
  })

  test.each([
    ['a Service', object('v1', 'Service', { spec: { selector: {} } })],
    ['a template of something else', object('argoproj.io/v1alpha1', 'ApplicationSet', { spec: { template: { spec: { project: 'x' } } } })],
    ['an object without spec', object('v1', 'ConfigMap', { data: { spec: '' } })],
    ['a broken workload', object('apps/v1', 'Deployment', { spec: { template: { spec: { containers: 'app' } } } })],
  ])('%s has none', (_, other) => {
    expect(podTemplateOf(other)).toBeUndefined()
    expect(containersOf(other)).toEqual([])
  })
})

test('withImages changes only what is chosen, and not the object given', () => {
  const before = structuredClone(deployment)
  const changed = withImages(deployment, ({ name }) => (name === 'migrate' ? 'app:2' : undefined))
  expect(containersOf(changed).map(({ image }) => image)).toEqual(['app:2', 'mesh:1', 'app:1', undefined])
  expect(deployment).toEqual(before)
  expect(withImages(deployment, () => undefined)).toBe(deployment)
})

describe('withServiceImage', () => {
  const images = (change: ReturnType<typeof withServiceImage>) => ('says' in change ? change : change.objects.flatMap((one) => containersOf(one).map(({ image }) => image)))
  const job = object('batch/v1', 'Job', { spec: { template: { spec: { containers: [{ name: 'seed', image: 'docker.io/library/app' }] } } } })
  const single = object('apps/v1', 'Deployment', { spec: { template: { spec: { containers: [{ name: 'app', image: 'placeholder' }] } } } })

  test('reaches every container of the same repository, however it is written', () => {
    expect(images(withServiceImage([deployment, job], 'app:2'))).toEqual(['app:2', 'mesh:1', 'app:2', undefined, 'app:2'])
    expect(withServiceImage([deployment, job], 'app:2')).toMatchObject({ containers: ['Deployment/x migrate', 'Deployment/x app', 'Job/x seed'] })
  })
  test('falls back to the only container', () => expect(images(withServiceImage([single], 'reg.example/app:2'))).toEqual(['reg.example/app:2']))
  test.each([
    ['guesses between several', [deployment], 'other:2', 'not clear which container runs other:2: Deployment/x app (app:1), Deployment/x log (no image)'],
    ['passes over that there is none', [object('v1', 'Service', {})], 'other:2', 'no container'],
    ['takes what is no image', [single], 'Other:2', 'lower case'],
  ])('never %s', (_, objects, image, says) => expect(withServiceImage(objects, image)).toMatchObject({ says: expect.stringContaining(says) }))
})
