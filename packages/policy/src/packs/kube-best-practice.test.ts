import { describe, expect, test } from '@jest/globals'
import { locationText } from '@fermata/verdict'
import { judgeTexts } from '../testing/judge.ts'

const found = async (text: string) => (await judgeTexts({ pack: 'kube-best-practice' }, { 'a.yaml': text })).findings.map(({ rule, where }) => `${rule.replace(/^.*\//, '')} ${locationText(where)}`)

describe('containers run as another user than root', () => {
  const workload = (pod: string) => `kind: Deployment\nspec:\n  template:\n    spec:\n${pod.split('\n').map((line) => `      ${line}`).join('\n')}\n`
  test.each([
    ['the pod says so', 'securityContext: {runAsNonRoot: true}\ncontainers: [{name: a}]', []],
    ['each container says so', 'containers:\n- name: a\n  securityContext: {runAsNonRoot: true}', []],
    ['nobody says so', 'containers:\n- name: a\n- name: b', ['deny_root a.yaml:6:9', 'deny_root a.yaml:7:9']],
    ['one of two says so', 'containers:\n- name: a\n  securityContext: {runAsNonRoot: true}\n- name: b\n  securityContext: {}', ['deny_root a.yaml:9:9']],
    ['the container says no', 'containers:\n- name: a\n  securityContext:\n    runAsNonRoot: false', ['deny_root a.yaml:8:11']],
    ['the container says no, against its pod', 'securityContext: {runAsNonRoot: true}\ncontainers:\n- name: a\n  securityContext: {runAsNonRoot: false}', ['deny_root a.yaml:8:27']],
    ['an init container says nothing', 'containers:\n- name: a\n  securityContext: {runAsNonRoot: true}\ninitContainers:\n- name: i', ['deny_root a.yaml:9:9']],
  ])('%s', async (_, pod, findings) => expect(await found(workload(pod))).toEqual(findings))
})

describe('load balancers are internal', () => {
  const service = (type: string, annotation: string) => `kind: Service\nmetadata:\n  name: cart\n  annotations: {${annotation}}\nspec:\n  type: ${type}\n`
  test.each([
    ['LoadBalancer', '', ['deny_public_load_balancer a.yaml:4:3']],
    ['LoadBalancer', 'service.beta.kubernetes.io/azure-load-balancer-internal: "true"', []],
    ['LoadBalancer', 'service.beta.kubernetes.io/azure-load-balancer-internal: "false"', ['deny_public_load_balancer a.yaml:4:3']],
    ['LoadBalancer', 'service.beta.kubernetes.io/aws-load-balancer-scheme: internal', []],
    ['LoadBalancer', 'service.beta.kubernetes.io/aws-load-balancer-scheme: internet-facing', ['deny_public_load_balancer a.yaml:4:3']],
    ['LoadBalancer', 'networking.gke.io/load-balancer-type: Internal', []],
    ['ClusterIP', '', []],
  ])('%s with %s', async (type, annotation, findings) => expect(await found(service(type, annotation))).toEqual(findings))
})
