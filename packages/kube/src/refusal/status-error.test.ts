import { expect, test } from '@jest/globals'
import { clusterErrorCode, clusterErrorKinds } from '@fermata/ports'
import type { Ask } from '../ask.ts'
import { kubeCodes } from '../codes.ts'
import type { Target } from '../config/target.ts'
import { Fault, type FaultKind, faultOf } from '../wire/fault.ts'
import { faultError } from './fault-error.ts'
import { statusError } from './status-error.ts'

const target: Target = { origin: 'x', context: 'prod', namespace: 'shop', cluster: { name: 'c', server: 'https://k.example', skipTlsVerify: false, ca: Buffer.from('x') }, user: { name: 'u' } }
const ask: Ask = { verb: 'create', group: 'apps', resource: 'deployments', namespace: 'shop', name: 'cart', exchange: { method: 'POST', path: '/' }, repeatable: false }
const explain = () => ({ says: 'user u', remedy: 'Renew it.' })

const answered = (status: number, body: unknown, asked = ask) => statusError(asked, target, { status, headers: {}, text: typeof body === 'string' ? body : JSON.stringify({ kind: 'Status', ...(body as object) }) }, explain)

test('every kind of error has an entry in the table of codes', () => {
  expect(clusterErrorKinds.filter((kind) => !(clusterErrorCode(kind) in kubeCodes))).toEqual([])
})

// Words as kube-apiserver 1.35 and its admission plugins write them.
test.each<[string, number, unknown, string, string, RegExp]>([
  ['a quota', 403, { message: 'pods "cart" is forbidden: exceeded quota: compute, requested: pods=1, used: pods=10, limited: pods=10', reason: 'Forbidden' }, 'refused', 'FM-KUBE-REFUSED', /exceeded quota: compute/],
  ['Pod Security', 403, { message: 'pods "cart" is forbidden: violates PodSecurity "restricted:latest": privileged', reason: 'Forbidden' }, 'refused', 'FM-KUBE-REFUSED', /violates PodSecurity/],
  ['a namespace that ends', 403, { message: 'deployments.apps "cart" is forbidden: unable to create new content in namespace shop because it is being terminated', reason: 'Forbidden' }, 'refused', 'FM-KUBE-REFUSED', /being terminated/],
  ['a webhook', 400, { message: 'admission webhook "images.example" denied the request: no digest' }, 'refused', 'FM-KUBE-REFUSED', /images\.example/],
  ['a policy of the cluster', 422, { message: `deployments.apps "cart" is forbidden: ValidatingAdmissionPolicy 'limits' with binding 'all' denied request: too many`, reason: 'Invalid' }, 'refused', 'FM-KUBE-REFUSED', /ValidatingAdmissionPolicy 'limits'/],
  ['an access rule', 403, { message: 'deployments.apps is forbidden: User "ci" cannot create resource "deployments" in API group "apps" in the namespace "shop"', reason: 'Forbidden' }, 'forbidden', 'FM-KUBE-FORBIDDEN', /Give ci a Role in namespace shop with the rule \{apiGroups: \["apps"\], resources: \["deployments"\], verbs: \["create"\]\}/],
  ['a webhook that is down', 500, { message: 'Internal error occurred: failed calling webhook "images.example": connection refused', reason: 'InternalError' }, 'server', 'FM-KUBE-WEBHOOK', /images\.example/],
  ['bad fields', 422, { message: 'Deployment.apps "cart" is invalid', reason: 'Invalid', details: { causes: [{ field: 'spec.replicas', message: 'must be positive', reason: 'FieldValueInvalid' }] } }, 'invalid', 'FM-KUBE-INVALID', /Correct spec\.replicas/],
  ['a body that cannot be read', 400, { message: 'json: cannot unmarshal', reason: 'BadRequest' }, 'invalid', 'FM-KUBE-INVALID', /unmarshal/],
  ['a version that is gone', 410, { message: 'too old', reason: 'Expired' }, 'gone', 'FM-KUBE-GONE', /too old/],
  ['a path that leads nowhere', 404, { message: 'the server could not find the requested resource', reason: 'NotFound' }, 'unknown-kind', 'FM-KUBE-UNKNOWN-KIND', /subresource/],
  ['bad credentials', 401, { message: 'Unauthorized' }, 'unauthorized', 'FM-KUBE-UNAUTHORIZED', /does not accept user u\. Renew it\./],
  ['plain HTTP on the port of TLS', 400, 'Client sent an HTTP request to an HTTPS server.', 'server', 'FM-KUBE-NOT-KUBERNETES', /Client sent an HTTP request/],
  ['a gateway', 502, '<html>Bad Gateway</html>', 'server', 'FM-KUBE-SERVER', /Bad Gateway/],
])('%s', (_, status, body, kind, code, says) => {
  const error = answered(status, body)
  expect(error).toMatchObject({ kind, status, reason: { code } })
  expect(error.message).toMatch(says)
})

test('an apply needs the right to create as well', () => {
  const error = answered(403, { message: 'x is forbidden: User "ci" cannot patch resource "deployments"' }, { ...ask, verb: 'patch', apply: true })
  expect(error.reason.remedy).toContain('verbs: ["patch", "create"]')
})

test('what is cluster-wide needs a ClusterRole', () => {
  const { namespace: _, ...wide } = ask
  expect(answered(403, { message: 'x is forbidden: User "ci" cannot create resource' }, wide).reason.remedy).toContain('Give ci a ClusterRole with')
})

const coded = (code: string, message = code) => Object.assign(new Error(message), { code })

test.each<[string, unknown, FaultKind]>([
  ['nobody listens', coded('ECONNREFUSED'), 'refused'],
  ['nobody listens on any address', new AggregateError([coded('ECONNREFUSED'), coded('ENETUNREACH')]), 'refused'],
  ['no such name', coded('ENOTFOUND'), 'name'],
  ['a name server that is away', coded('EAI_AGAIN'), 'name'],
  ['a line that hangs', coded('ETIMEDOUT'), 'timeout'],
  ['a line that breaks', coded('ECONNRESET'), 'reset'],
  ['half an HTTP message', coded('HPE_INVALID_EOF_STATE'), 'reset'],
  ['a stranger’s certificate', coded('UNABLE_TO_VERIFY_LEAF_SIGNATURE'), 'certificate'],
  ['no TLS', coded('EPROTO', 'write EPROTO 40:error:0A00010B:SSL routines:ssl3_get_record:wrong version number'), 'not-tls'],
  ['a client certificate that is refused', coded('ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED'), 'tls'],
  ['something new', new Error('hm'), 'other'],
])('%s is recognised', (_, error, kind) => {
  expect(faultOf(error, false).kind).toBe(kind)
})

test.each<[FaultKind, boolean, string]>([
  ['refused', false, 'FM-KUBE-UNREACHABLE'],
  ['name', false, 'FM-KUBE-UNREACHABLE'],
  ['timeout', false, 'FM-KUBE-TIMEOUT'],
  ['certificate', false, 'FM-KUBE-CERTIFICATE'],
  ['not-tls', false, 'FM-KUBE-UNREACHABLE'],
  ['tls', false, 'FM-KUBE-UNREACHABLE'],
  ['proxy', false, 'FM-KUBE-UNREACHABLE'],
  ['other', false, 'FM-KUBE-UNREACHABLE'],
  ['reset', true, 'FM-KUBE-OUTCOME-UNKNOWN'],
  ['timeout', true, 'FM-KUBE-OUTCOME-UNKNOWN'],
])('%s, sent: %s', (kind, sent, code) => {
  const error = faultError(ask, target, new Fault(kind, 'words', { sent }))
  expect(error.reason.code).toBe(code)
  expect(error.message).toContain('https://k.example (context prod)')
  expect(error.reason.remedy).toBeTruthy()
})
