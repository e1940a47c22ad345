import { createSign } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { clusterContract } from '../contract/cluster/contract.ts'
import { startControlPlane } from './control-plane.ts'

const stages = [join(import.meta.dirname, '../../.tools/share/kwok/kustomize/stage/node/fast/node-initialize.yaml'), join(import.meta.dirname, 'stages/contract.yaml')]

clusterContract({
  name: 'Kubernetes',
  async start() {
    const plane = await startControlPlane(stages)
    const { clusters } = JSON.parse(plane.kubeconfig()) as { readonly clusters: readonly [{ readonly cluster: { readonly 'certificate-authority-data': string } }] }
    return {
      url: plane.url,
      ca: Buffer.from(clusters[0].cluster['certificate-authority-data'], 'base64').toString('utf8'),
      tokens: { admin: plane.token, nobody: 'nobody', expired: expiredToken(readFileSync(join(plane.company.folder, 'service-account.key'), 'utf8')) },
      now: () => Date.now(),
      pass: (milliseconds) => wait(milliseconds),
      forget: () => plane.forget(),
      stop: () => plane.stop(),
    }
  },
})

/** A token that the cluster's own key signed, as of an hour ago. */
function expiredToken(key: string): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const now = Math.floor(Date.now() / 1000)
  const issuer = 'https://kubernetes.default.svc'
  const signed = `${part({ alg: 'RS256', typ: 'JWT' })}.${part({ iss: issuer, aud: [issuer], sub: 'system:serviceaccount:default:default', iat: now - 7200, nbf: now - 7200, exp: now - 3600, 'kubernetes.io': { namespace: 'default', serviceaccount: { name: 'default', uid: '00000000-0000-0000-0000-000000000000' } } })}`
  return `${signed}.${createSign('RSA-SHA256').update(signed).sign(key, 'base64url')}`
}
