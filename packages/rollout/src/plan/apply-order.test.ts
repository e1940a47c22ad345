import { expect, test } from '@jest/globals'
import type { KubeObject } from '@fermata/ports'
import fc from 'fast-check'
import { inApplyOrder, stageOf } from './apply-order.ts'

const kinds = [
  ['v1', 'Namespace'],
  ['apiextensions.k8s.io/v1', 'CustomResourceDefinition'],
  ['v1', 'ServiceAccount'],
  ['rbac.authorization.k8s.io/v1', 'RoleBinding'],
  ['v1', 'ConfigMap'],
  ['v1', 'Secret'],
  ['v1', 'PersistentVolumeClaim'],
  ['v1', 'Service'],
  ['external-secrets.io/v1', 'ExternalSecret'],
  ['apps/v1', 'Deployment'],
  ['batch/v1', 'Job'],
  ['autoscaling/v2', 'HorizontalPodAutoscaler'],
  ['policy/v1', 'PodDisruptionBudget'],
  ['gateway.networking.k8s.io/v1', 'HTTPRoute'],
  ['networking.istio.io/v1', 'VirtualService'],
  ['admissionregistration.k8s.io/v1', 'ValidatingWebhookConfiguration'],
] as const

const object = ([apiVersion, kind]: readonly [string, string], index: number): { readonly object: KubeObject } => ({ object: { apiVersion, kind, metadata: { name: `${index}` } } })

test.each([
  ['v1 Namespace', 'v1 ConfigMap'],
  ['apiextensions.k8s.io/v1 CustomResourceDefinition', 'external-secrets.io/v1 ExternalSecret'],
  ['v1 ServiceAccount', 'apps/v1 Deployment'],
  ['v1 ConfigMap', 'apps/v1 Deployment'],
  ['v1 Secret', 'batch/v1 Job'],
  ['v1 PersistentVolumeClaim', 'apps/v1 StatefulSet'],
  ['v1 Service', 'apps/v1 Deployment'],
  ['external-secrets.io/v1 ExternalSecret', 'apps/v1 Deployment'],
  ['apps/v1 Deployment', 'autoscaling/v2 HorizontalPodAutoscaler'],
  ['apps/v1 Deployment', 'policy/v1 PodDisruptionBudget'],
  ['apps/v1 Deployment', 'networking.k8s.io/v1 Ingress'],
  ['apps/v1 Deployment', 'networking.istio.io/v1 VirtualService'],
  ['apps/v1 Deployment', 'monitoring.coreos.com/v1 ServiceMonitor'],
  ['serving.knative.dev/v1 Service', 'apps/v1 Deployment'],
])('%s is written before %s', (first, second) => {
  const stage = (text: string): number => {
    const [apiVersion = '', kind = ''] = text.split(' ')
    return stageOf({ apiVersion, kind })
  }
  expect(stage(first)).toBeLessThan(stage(second))
})

test('every object is written once, whatever the order in the manifests, and equals stay as they stood', () => {
  fc.assert(fc.property(fc.array(fc.constantFrom(...kinds), { maxLength: 30 }), (list) => {
    const objects = list.map(object)
    const ordered = inApplyOrder(objects)
    expect(ordered.toSorted((a, b) => Number(a.object.metadata.name) - Number(b.object.metadata.name))).toEqual(objects)
    ordered.forEach(({ object: one }, index) => {
      const next = ordered[index + 1]?.object
      if (next === undefined) return
      expect(stageOf(one)).toBeLessThanOrEqual(stageOf(next))
      if (stageOf(one) === stageOf(next)) expect(Number(one.metadata.name)).toBeLessThan(Number(next.metadata.name))
    })
  }))
})
