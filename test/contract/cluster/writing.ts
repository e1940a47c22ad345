import { expect } from '@jest/globals'
import type { Given } from './given.ts'
import { topic } from './given.ts'
import { configMap, deployment, fieldsOf, pod, service, template } from './objects.ts'
import { images } from './side.ts'

const refusal = (code: number, reason: string, message?: string | RegExp) => ({ kind: 'Status', status: 'Failure', code, reason, ...(message !== undefined && { message: typeof message === 'string' ? message : expect.stringMatching(message) }) })
const staleWords = (what: string): string => `Operation cannot be fulfilled on ${what}: the object has been modified; please apply your changes to the latest version and try again`

const creating = topic('creating', {
  'what is made comes back as it is kept': async (given) => {
    const made = await given.make('configmaps', configMap('a', { x: '1' }))
    expect(made).toMatchObject({ kind: 'ConfigMap', metadata: { name: 'a', namespace: given.namespace, uid: expect.any(String), resourceVersion: expect.any(String) }, data: { x: '1' } })
    expect(await given.read('configmaps', 'a')).toEqual(made)
  },
  'its writer is noted as the manager of what was sent': async (given) => {
    const { metadata } = await given.make('configmaps', configMap('a', { x: '1' }, { labels: { own: 'a' } }), 'fieldManager=first')
    expect(metadata['managedFields']).toEqual([{ manager: 'first', operation: 'Update', apiVersion: 'v1', time: expect.any(String), fieldsType: 'FieldsV1', fieldsV1: { 'f:data': { '.': {}, 'f:x': {} }, 'f:metadata': { 'f:labels': { '.': {}, 'f:own': {} } } } }])
    expect((await given.make('configmaps', configMap('b', { x: '1' }))).metadata['managedFields']).toMatchObject([{ manager: 'contract' }])
  },
  'a second one of the same name is refused': async (given) => {
    await given.make('configmaps', configMap('a'))
    expect((await given.admin.send('POST', given.at('configmaps'), configMap('a'))).body).toMatchObject({ ...refusal(409, 'AlreadyExists', 'configmaps "a" already exists'), details: { name: 'a', kind: 'configmaps' } })
  },
  'the server completes a name': async (given) => {
    const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { generateName: 'run-' } }
    const [a, b] = [await given.make('configmaps', body), await given.make('configmaps', body)]
    expect(a.metadata).toMatchObject({ name: expect.stringMatching(/^run-[bcdfghjklmnpqrstvwxz2456789]{5}$/), generateName: 'run-' })
    expect(b.metadata.name).not.toBe(a.metadata.name)
  },
  'defaults are filled in': async (given) => {
    const made = await given.make('deployments', deployment('web', images.runs, { replicas: undefined }))
    expect(made).toMatchObject({ metadata: { generation: 1 }, spec: { replicas: 1, revisionHistoryLimit: 10, progressDeadlineSeconds: 600, strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } }, template: { spec: { restartPolicy: 'Always', terminationGracePeriodSeconds: 30, dnsPolicy: 'ClusterFirst', schedulerName: 'default-scheduler', securityContext: {}, containers: [{ imagePullPolicy: 'IfNotPresent', terminationMessagePath: '/dev/termination-log', terminationMessagePolicy: 'File', resources: {} }] } } } })
    expect(await given.make('services', service('web'))).toMatchObject({ spec: { type: 'ClusterIP', sessionAffinity: 'None', internalTrafficPolicy: 'Cluster', ipFamilies: ['IPv4'], ipFamilyPolicy: 'SingleStack', clusterIP: expect.stringMatching(/^10\.96\./), ports: [{ port: 80, targetPort: 8080, protocol: 'TCP' }] } })
  },
  'a pod may read the credentials of its account': async (given) => {
    const { spec } = await given.make('pods', pod('a'))
    expect(spec).toMatchObject({ serviceAccountName: 'default', serviceAccount: 'default', enableServiceLinks: true, preemptionPolicy: 'PreemptLowerPriority', priority: 0, volumes: [{ name: expect.stringMatching(/^kube-api-access-[a-z0-9]{5}$/), projected: { defaultMode: 420 } }], containers: [{ volumeMounts: [{ mountPath: '/var/run/secrets/kubernetes.io/serviceaccount', readOnly: true }] }], tolerations: [{ key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 }, { key: 'node.kubernetes.io/unreachable' }] })
    const silent = await given.make('pods', pod('b', undefined, {}, { automountServiceAccountToken: false }))
    expect(silent.spec['volumes']).toBeUndefined()
  },
  'a pod of an account that is not there is refused': async (given) => {
    expect((await given.admin.send('POST', given.at('pods'), pod('a', undefined, {}, { serviceAccountName: 'nobody' }))).body).toMatchObject(refusal(403, 'Forbidden', `pods "a" is forbidden: error looking up service account ${given.namespace}/nobody: serviceaccount "nobody" not found`))
  },
  'nothing is made in a namespace that is not there': async (given) => {
    expect((await given.admin.send('POST', '/api/v1/namespaces/nowhere/configmaps', configMap('a'))).body).toMatchObject({ ...refusal(404, 'NotFound', 'namespaces "nowhere" not found'), details: { name: 'nowhere', kind: 'namespaces' } })
  },
  'the namespace of the object must be that of the address': async (given) => {
    expect((await given.admin.send('POST', given.at('configmaps'), configMap('a', {}, { namespace: 'default' }))).body).toMatchObject(refusal(400, 'BadRequest', 'the namespace of the provided object does not match the namespace sent on the request'))
  },
  'a version cannot be chosen': async (given) => {
    expect((await given.admin.send('POST', given.at('configmaps'), configMap('a', {}, { resourceVersion: '5' }))).body).toMatchObject({ code: 500, message: 'resourceVersion should not be set on objects to be created' })
  },
  'the kind of the object must be that of the address': async (given) => {
    expect((await given.admin.send('POST', given.at('configmaps'), { ...configMap('a'), kind: 'Secret' })).body).toMatchObject(refusal(400, 'BadRequest', /^Secret in version "v1" cannot be handled as a ConfigMap/))
    expect((await given.admin.send('POST', given.at('configmaps'), { ...configMap('a'), apiVersion: 'v2' })).body).toMatchObject(refusal(400, 'BadRequest', /^ConfigMap in version "v2" cannot be handled as a ConfigMap: no kind "ConfigMap" is registered for version "v2" /))
  },
  'what is no object is refused': async (given) => {
    for (const body of ['', '{', '[]', '"x"']) expect((await given.admin.send('POST', given.at('configmaps'), body)).body).toMatchObject(refusal(400, 'BadRequest'))
  },
  'a body in a form that is not known is refused': async (given) => {
    expect((await given.admin.send('POST', given.at('configmaps'), configMap('a'), { type: 'text/plain' })).body).toMatchObject({ code: 415, reason: 'UnsupportedMediaType' })
  },
  'all that is wrong with an object is told at once': async (given) => {
    const { body } = await given.admin.send('POST', given.at('deployments'), deployment('web', '', { replicas: -1, selector: { matchLabels: { app: 'other' } } }))
    expect(body).toMatchObject({ ...refusal(422, 'Invalid', /^Deployment\.apps "web" is invalid: \[/), details: { name: 'web', group: 'apps', kind: 'Deployment' } })
    expect(fieldsOf(body)).toEqual(['spec.replicas', 'spec.template.metadata.labels', 'spec.template.spec.containers[0].image'])
  },
  'a name that is none is refused': async (given) => {
    expect((await given.admin.send('POST', given.at('configmaps'), configMap('A_b'))).body).toMatchObject({ ...refusal(422, 'Invalid', /^ConfigMap "A_b" is invalid: metadata.name: Invalid value: "A_b": a lowercase RFC 1123 subdomain must /), details: { causes: [{ reason: 'FieldValueInvalid', field: 'metadata.name' }] } })
    expect((await given.admin.send('POST', given.at('configmaps'), configMap(''))).body).toMatchObject({ ...refusal(422, 'Invalid', 'ConfigMap "" is invalid: metadata.name: Required value: name or generateName is required') })
  },
  'a label that is none is refused': async (given) => {
    expect((await given.admin.send('POST', given.at('configmaps'), configMap('a', {}, { labels: { own: 'a b' } }))).body).toMatchObject({ ...refusal(422, 'Invalid'), details: { causes: [{ field: 'metadata.labels' }] } })
  },
  'a value of another type is refused': async (given) => {
    expect((await given.admin.send('POST', given.at('deployments'), deployment('web', images.runs, { replicas: 'two' }))).body).toMatchObject(refusal(400, 'BadRequest', /^Deployment in version "v1" cannot be handled as a Deployment: json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32$/))
  },
})

/** What comes of an unknown field, by what the request says of them. */
async function unknownField(given: Given, validation: string): Promise<{ readonly code: number; readonly message: string; readonly warning: unknown }> {
  const { code, body, headers } = await given.admin.send('POST', `${given.at('deployments')}?fieldValidation=${validation}`, deployment('web', images.runs, { foo: 1, template: { ...template('web', images.runs), bar: 2 } }))
  return { code, message: body.message, warning: headers['warning'] }
}

const unknownFields = topic('unknown fields', {
  'strict: they are refused, all of them': async (given) => {
    expect(await unknownField(given, 'Strict')).toMatchObject({ code: 400, message: 'Deployment in version "v1" cannot be handled as a Deployment: strict decoding error: unknown field "spec.template.bar", unknown field "spec.foo"' })
  },
  'warn: they are told of, and dropped': async (given) => {
    const { code, warning } = await unknownField(given, 'Warn')
    expect([code, warning]).toEqual([201, '299 - "unknown field \\"spec.template.bar\\"", 299 - "unknown field \\"spec.foo\\""'])
    expect((await given.read('deployments', 'web')).spec['foo']).toBeUndefined()
  },
  'ignore: they are dropped': async (given) => expect(await unknownField(given, 'Ignore')).toMatchObject({ code: 201, warning: undefined }),
  'by default they are told of': async (given) => expect(await unknownField(given, '')).toMatchObject({ code: 201, warning: expect.stringContaining('spec.foo') }),
  'a choice that there is not is refused': async (given) => expect(await unknownField(given, 'Perhaps')).toMatchObject({ code: 422 }),
  'a field that is given twice is one, too': async (given) => {
    const text = JSON.stringify(configMap('a')).replace('"data":{}', '"data":{"x":"1","x":"2"}')
    expect((await given.admin.send('POST', `${given.at('configmaps')}?fieldValidation=Strict`, text)).body).toMatchObject(refusal(400, 'BadRequest', 'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: duplicate field "data.x"'))
  },
  'patches are held to it as well': async (given) => {
    await given.make('configmaps', configMap('a'))
    expect((await given.patch('merge', 'configmaps', 'a', { foo: 1 }, 'fieldValidation=Strict')).body).toMatchObject({ code: 422, reason: 'Invalid', details: { causes: [{ message: expect.stringMatching(/strict decoding error: unknown field "foo"$/) }] } })
    expect((await given.patch('merge', 'configmaps', 'a', { foo: 1 })).headers['warning']).toBe('299 - "unknown field \\"foo\\""')
  },
})

const replacing = topic('replacing', {
  'over the version that was read': async (given) => {
    const made = await given.make('configmaps', configMap('a', { x: '1', y: '1' }))
    const { code, body } = await given.put('configmaps', { ...made, data: { x: '2' } })
    expect([code, body['data']]).toEqual([200, { x: '2' }])
    expect(Number(body.metadata.resourceVersion)).toBeGreaterThan(Number(made.metadata.resourceVersion))
    expect(body.metadata.uid).toBe(made.metadata.uid)
  },
  'over an older version is refused': async (given) => {
    const made = await given.make('configmaps', configMap('a'))
    await given.put('configmaps', { ...made, data: { x: '1' } })
    expect((await given.put('configmaps', { ...made, data: { x: '2' } })).body).toMatchObject({ ...refusal(409, 'Conflict', staleWords('configmaps "a"')), details: { name: 'a', kind: 'configmaps' } })
    expect((await given.read('configmaps', 'a'))['data']).toEqual({ x: '1' })
  },
  'without a version is done whatever is there': async (given) => {
    await given.make('configmaps', configMap('a', { x: '1' }))
    expect((await given.put('configmaps', configMap('a', { x: '2' }))).body).toMatchObject({ data: { x: '2' } })
  },
  'what is not there cannot be replaced': async (given) => expect((await given.put('configmaps', configMap('a'))).body).toMatchObject(refusal(404, 'NotFound', 'configmaps "a" not found')),
  'another one of the same name is refused': async (given) => {
    const made = await given.make('configmaps', configMap('a'))
    await given.remove('configmaps', 'a')
    await given.make('configmaps', configMap('a'))
    expect((await given.put('configmaps', { ...made, metadata: { ...made.metadata, resourceVersion: undefined } })).body).toMatchObject(refusal(409, 'Conflict', new RegExp(`Precondition failed: UID in precondition: ${made.metadata.uid}, UID in object meta: `)))
  },
  'the name of the object must be that of the address': async (given) => {
    await given.make('configmaps', configMap('a'))
    expect((await given.admin.send('PUT', given.at('configmaps', 'a'), configMap('b'))).body).toMatchObject(refusal(400, 'BadRequest', 'the name of the object (b) does not match the name on the URL (a)'))
  },
  'the same again keeps the version': async (given) => {
    const made = await given.make('configmaps', configMap('a', { x: '1' }))
    expect((await given.put('configmaps', made)).body).toEqual(made)
  },
  'metadata that the server keeps is not changed by others': async (given) => {
    const made = await given.make('deployments', deployment('web', images.runs, { replicas: 0, paused: true }))
    const { body } = await given.put('deployments', { ...made, metadata: { ...made.metadata, resourceVersion: undefined, generation: 9, creationTimestamp: '2020-01-01T00:00:00Z' } })
    expect(body.metadata).toMatchObject({ generation: 1, creationTimestamp: made.metadata.creationTimestamp })
  },
  'nobody deletes by writing that it is deleted': async (given) => {
    const made = await given.make('configmaps', configMap('a'))
    expect((await given.put('configmaps', { ...made, metadata: { ...made.metadata, deletionTimestamp: '2020-01-01T00:00:00Z' } })).body).toMatchObject({ ...refusal(422, 'Invalid', /field is immutable/), details: { causes: [{ field: 'metadata.deletionTimestamp' }, {}] } })
  },
  'the generation counts changes of the specification': async (given) => {
    await given.make('deployments', deployment('web', images.runs, { replicas: 0, paused: true }))
    const change = async (patch: object, subresource?: string) => (await given.patch('merge', 'deployments', 'web', patch, undefined, subresource)).body.metadata.generation
    expect(await change({ metadata: { labels: { a: '1' } } })).toBe(1)
    expect(await change({ spec: { minReadySeconds: 3 } })).toBe(2)
    expect(await change({ spec: { minReadySeconds: 3 } })).toBe(2)
    expect(await change({ status: { replicas: 0 } }, 'status')).toBe(2)
    expect(await change({ spec: { replicas: 0, minReadySeconds: 4 }, metadata: { labels: { a: '2' } } })).toBe(3)
  },
  'what must not change is refused, with its field': async (given) => {
    await given.make('deployments', deployment('web', images.runs, { replicas: 0 }))
    const { body } = await given.patch('merge', 'deployments', 'web', { spec: { selector: { matchLabels: { more: 'x' } }, template: { metadata: { labels: { more: 'x' } } } } })
    expect(body).toMatchObject({ ...refusal(422, 'Invalid', /: field is immutable$/), details: { causes: [{ reason: 'FieldValueInvalid', field: 'spec.selector' }] } })
    await given.make('services', service('web'))
    expect((await given.patch('merge', 'services', 'web', { spec: { clusterIP: '10.96.0.99', clusterIPs: ['10.96.0.99'] } })).body).toMatchObject({ ...refusal(422, 'Invalid', /may not change once set$/) })
    await given.make('configmaps', { ...configMap('fixed'), immutable: true })
    expect((await given.patch('merge', 'configmaps', 'fixed', { data: { x: '1' } })).body).toMatchObject({ ...refusal(422, 'Invalid', 'ConfigMap "fixed" is invalid: data: Forbidden: field is immutable when `immutable` is set') })
  },
})

export const writing = [creating, unknownFields, replacing]
