import { describe, expect, test } from '@jest/globals'
import type { KubeObject } from '@fermata/ports'
import { eventAbout, kubeObject, podWith, readyPod, sceneOf, since, waiting } from '../testing/scene.ts'
import type { Assessment } from './assessment.ts'
import { assessByConditions } from './generic.ts'
import { assessorOf, mayMakeConfiguration } from './kinds.ts'
import { assessService } from './service.ts'
import { assessVolumeClaim } from './volume-claim.ts'

const code = (assessment: Assessment): string => (assessment.is === 'failed' ? assessment.cause.code : assessment.is)

describe('a volume claim', () => {
  test.each([
    ['bound', 'Bound', [], 'ready'],
    ['pending', 'Pending', [], 'progressing'],
    ['pending until a pod uses it', 'Pending', [eventAbout('uid-data', 'WaitForFirstConsumer', 'waiting for first consumer')], 'ready'],
    ['pending because nobody can provide it', 'Pending', [eventAbout('uid-data', 'ProvisioningFailed', 'storageclass "fast" not found')], 'FM-DEPLOY-VOLUME'],
    ['lost', 'Lost', [], 'FM-DEPLOY-VOLUME'],
  ])('that is %s', (_, phase, events, expected) => {
    expect(code(assessVolumeClaim(kubeObject('PersistentVolumeClaim', 'data', { status: { phase } }), sceneOf({ events })))).toBe(expected)
  })
})

describe('a Service', () => {
  const workload = (replicas: number, labels = { app: 'cart' }): KubeObject => kubeObject('Deployment', 'cart', { spec: { replicas, template: { metadata: { labels }, spec: { containers: [] } } } })
  const service = (spec: object): KubeObject => kubeObject('Service', 'cart', { spec })
  test.each([
    ['a ready pod of its own workload', { selector: { app: 'cart' } }, [workload(1)], [readyPod('cart', { app: 'cart' })], 'ready'],
    ['no ready pod of its own workload', { selector: { app: 'cart' } }, [workload(1)], [podWith('cart', waiting('ContainerCreating'))], 'progressing'],
    ['ready pods that it does not select', { selector: { app: 'cart' } }, [workload(1)], [readyPod('mail', { app: 'mail' })], 'progressing'],
    ['a workload scaled to nothing', { selector: { app: 'cart' } }, [workload(0)], [], 'ready'],
    ['pods of other services', { selector: { app: 'mail' } }, [workload(1)], [], 'ready'],
    ['no selector', {}, [workload(1)], [], 'ready'],
    ['an address that nobody has given yet', { type: 'LoadBalancer', selector: { app: 'cart' } }, [workload(1)], [readyPod('cart', { app: 'cart' })], 'ready'],
    ['a name outside', { type: 'ExternalName', externalName: 'x.example' }, [], [], 'ready'],
  ])('with %s', (_, spec, workloads, owned, expected) => {
    expect(code(assessService(service(spec), sceneOf({ workloads, owned })))).toBe(expected)
  })
})

describe('a custom resource', () => {
  const resource = (status: object | undefined): KubeObject => ({ ...kubeObject('Certificate', 'tls', status === undefined ? {} : { status }), apiVersion: 'cert-manager.io/v1' })
  test.each([
    ['ready', { conditions: [{ type: 'Ready', status: 'True' }] }, 'ready'],
    ['not ready', { conditions: [{ type: 'Ready', status: 'False', message: 'issuing' }] }, 'progressing'],
    ['stalled', { conditions: [{ type: 'Stalled', status: 'True', reason: 'No' }, { type: 'Ready', status: 'True' }] }, 'FM-DEPLOY-CONDITION-FAILED'],
    ['being reconciled', { conditions: [{ type: 'Reconciling', status: 'True' }, { type: 'Ready', status: 'True' }] }, 'progressing'],
    ['ready for an older generation', { observedGeneration: 1, conditions: [{ type: 'Ready', status: 'True' }] }, 'progressing'],
    ['seen, with nothing to say', { observedGeneration: 2 }, 'ready'],
  ])('that is %s', (_, status, expected) => {
    expect(code(assessByConditions(resource(status), sceneOf()))).toBe(expected)
  })

  test.each([[9_999, 'progressing'], [10_000, 'ready']])('without status %p ms after it was written is %s', (age, expected) => {
    expect(code(assessByConditions(resource(undefined), sceneOf({ now: since + age })))).toBe(expected)
  })
})

test.each([
  ['v1', 'ConfigMap', false],
  ['v1', 'Secret', false],
  ['rbac.authorization.k8s.io/v1', 'Role', false],
  ['networking.k8s.io/v1', 'Ingress', false],
  ['policy/v1', 'PodDisruptionBudget', false],
  ['batch/v1', 'CronJob', false],
  ['apps/v1', 'Deployment', true],
  ['v1', 'Service', true],
  ['apiregistration.k8s.io/v1', 'APIService', true],
  ['cert-manager.io/v1', 'Certificate', true],
  ['serving.knative.dev/v1', 'Service', true],
])('%s %s is judged beyond being written: %p', (apiVersion, kind, judged) => {
  expect(assessorOf({ apiVersion, kind }) !== undefined).toBe(judged)
})

test('only a kind that is not known may make configuration', () => {
  expect([mayMakeConfiguration({ apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret' }), mayMakeConfiguration({ apiVersion: 'apps/v1', kind: 'Deployment' }), mayMakeConfiguration({ apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout' })]).toEqual([true, false, false])
})
