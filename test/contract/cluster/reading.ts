import { expect } from '@jest/globals'
import { type Given, topic } from './given.ts'
import { configMap, namesOf, pod } from './objects.ts'

const letters = ['a', 'b', 'c', 'd', 'e']

async function five(given: Given): Promise<void> {
  for (const name of letters) await given.make('configmaps', configMap(name, {}, { labels: { own: name, kind: name < 'c' ? 'early' : 'late' } }))
}

const selects = (selector: string, expected: readonly string[]) => async (given: Given): Promise<void> => {
  await five(given)
  expect(namesOf(await given.list('configmaps', `labelSelector=${encodeURIComponent(selector)}`))).toEqual(expected)
}

const refusesSelector = (query: string, message: string | RegExp) => async (given: Given): Promise<void> => {
  expect((await given.admin.send('GET', `${given.at('configmaps')}?${query}`)).body).toMatchObject({ kind: 'Status', status: 'Failure', code: 400, reason: 'BadRequest', message: typeof message === 'string' ? message : expect.stringMatching(message) })
}

export const reading = topic('reading', {
  'an object comes with what the server gave it': async (given) => {
    await given.make('configmaps', configMap('a', { x: '1' }, { labels: { own: 'a' }, annotations: { note: 'ü' } }))
    const { code, body, headers } = await given.get('configmaps', 'a')
    expect([code, headers['content-type']]).toEqual([200, 'application/json'])
    expect(body).toMatchObject({ kind: 'ConfigMap', apiVersion: 'v1', metadata: { name: 'a', namespace: given.namespace, uid: expect.stringMatching(/^[0-9a-f-]{36}$/), resourceVersion: expect.stringMatching(/^\d+$/), creationTimestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/), labels: { own: 'a' }, annotations: { note: 'ü' } }, data: { x: '1' } })
    expect(body.metadata.generation).toBeUndefined()
  },
  'an object that is not there is 404, and says which': async (given) => {
    expect((await given.get('deployments', 'none')).body).toEqual({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message: 'deployments.apps "none" not found', reason: 'NotFound', details: { name: 'none', group: 'apps', kind: 'deployments' }, code: 404 })
    expect((await given.get('configmaps', 'none')).body).toMatchObject({ message: 'configmaps "none" not found', details: { name: 'none', kind: 'configmaps' } })
  },
  'an object in a namespace that is not there is 404 as well': async (given) => {
    expect((await given.admin.send('GET', '/api/v1/namespaces/nowhere/configmaps/a')).body).toMatchObject({ code: 404, message: 'configmaps "a" not found' })
  },
  'a list has a version, and items without their kind': async (given) => {
    await five(given)
    const list = await given.list('configmaps', 'labelSelector=own')
    expect(list).toMatchObject({ kind: 'ConfigMapList', apiVersion: 'v1', metadata: { resourceVersion: expect.stringMatching(/^\d+$/) } })
    expect(list.items.map(({ kind, apiVersion, metadata }) => [kind, apiVersion, metadata.name])).toEqual(letters.map((name) => [undefined, undefined, name]))
    expect(Number(list.metadata.resourceVersion)).toBeGreaterThanOrEqual(Number(list.items.at(-1)?.metadata.resourceVersion))
  },
  'a list of nothing is an empty list': async (given) => {
    expect((await given.list('pods')).items).toEqual([])
    expect((await given.admin.send('GET', '/api/v1/namespaces/nowhere/pods')).body).toMatchObject({ kind: 'PodList', items: [] })
  },
  'a list over all namespaces is sorted by namespace and name': async (given) => {
    await five(given)
    const { body } = await given.admin.send('GET', '/api/v1/configmaps')
    const keys = body.items.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`)
    expect(keys).toEqual(keys.toSorted())
    expect(keys).toEqual(expect.arrayContaining(letters.map((name) => `${given.namespace}/${name}`)))
  },
  'labels select: equal': selects('own=a', ['a']),
  'labels select: equal, written twice': selects('own==b', ['b']),
  'labels select: not equal, which those without it are too': selects('own!=a', ['b', 'c', 'd', 'e', 'kube-root-ca.crt']),
  'labels select: in': selects('own in (a, c)', ['a', 'c']),
  'labels select: not in': selects('own notin (a,b),own', ['c', 'd', 'e']),
  'labels select: exists': selects('own', letters),
  'labels select: does not exist': selects('!own', ['kube-root-ca.crt']),
  'labels select: several, all of which hold': selects('kind=late,own!=d', ['c', 'e']),
  'labels select: none': selects('own=z', []),
  'fields select: the name': async (given) => {
    await five(given)
    expect(namesOf(await given.list('configmaps', 'fieldSelector=metadata.name%3Dc'))).toEqual(['c'])
    expect(namesOf(await given.list('configmaps', `fieldSelector=metadata.name!%3Dc&labelSelector=own`))).toEqual(['a', 'b', 'd', 'e'])
    expect(namesOf(await given.list('configmaps', `fieldSelector=metadata.namespace%3D${given.namespace}&labelSelector=kind%3Dearly`))).toEqual(['a', 'b'])
  },
  'fields select: where a pod is and what it does': async (given) => {
    await given.make('pods', pod('here', undefined, {}, { nodeName: 'node-1' }))
    await given.make('pods', pod('there', undefined, {}, { nodeName: 'node-2' }))
    await given.becomes('pods', 'here', ({ status }) => status.phase === 'Running')
    await given.becomes('pods', 'there', ({ status }) => status.phase === 'Running')
    expect(namesOf(await given.list('pods', 'fieldSelector=spec.nodeName%3Dnode-1'))).toEqual(['here'])
    expect(namesOf(await given.list('pods', 'fieldSelector=status.phase%3DRunning'))).toEqual(['here', 'there'])
    expect(namesOf(await given.list('pods', 'fieldSelector=status.phase%3DRunning,spec.nodeName!%3Dnode-1'))).toEqual(['there'])
  },
  'a label selector that is none is refused': refusesSelector('labelSelector=a%3D%3D%3Db', "unable to parse requirement: found '=', expected: identifier"),
  'a label value that is none is refused': refusesSelector(`labelSelector=${encodeURIComponent('own=-')}`, /^unable to parse requirement: values\[0\]\[own\]: Invalid value: "-": /),
  'a label that is none is refused': refusesSelector(`labelSelector=${encodeURIComponent('-own=a')}`, /^unable to parse requirement: <nil>: Invalid value: "-own": name part must consist of /),
  'a field that cannot be selected is refused': async (given) => {
    await refusesSelector('fieldSelector=data.x%3D1', '"data.x" is not a known field selector: only "metadata.name", "metadata.namespace"')(given)
    expect((await given.admin.send('GET', `${given.at('pods')}?fieldSelector=spec.x%3D1`)).body).toMatchObject({ code: 400, message: 'field label not supported: spec.x' })
  },
  'a field selector that is none is refused': refusesSelector('fieldSelector=metadata.name', /^invalid selector: 'metadata.name'; can't understand 'metadata.name'$/),
  'pages show one moment, whatever changes meanwhile': async (given) => {
    await five(given)
    const page = (token?: string) => given.list('configmaps', `limit=2&labelSelector=own${token === undefined ? '' : `&continue=${encodeURIComponent(token)}`}`)
    const first = await page()
    await given.make('configmaps', configMap('b2', {}, { labels: { own: 'b2' } }))
    await given.remove('configmaps', 'd')
    const second = await page(first.metadata.continue)
    const third = await page(second.metadata.continue)
    expect([first, second, third].map(namesOf)).toEqual([['a', 'b'], ['c', 'd'], ['e']])
    expect(new Set([first, second, third].map(({ metadata }) => metadata.resourceVersion)).size).toBe(1)
    expect(third.metadata.continue).toBeUndefined()
  },
  'pages count what remains, unless they select': async (given) => {
    await five(given)
    expect((await given.list('configmaps', 'limit=2')).metadata.remainingItemCount).toBe(4)
    expect((await given.list('configmaps', 'limit=2&labelSelector=own')).metadata.remainingItemCount).toBeUndefined()
    expect((await given.list('configmaps', 'limit=500')).metadata).toEqual({ resourceVersion: expect.any(String) })
  },
  'a continuation that is none is refused': async (given) => {
    expect((await given.admin.send('GET', `${given.at('configmaps')}?limit=2&continue=nonsense`)).body).toMatchObject({ code: 400, reason: 'BadRequest', message: expect.stringMatching(/^(invalid continue token|continue key is not valid)/) })
  },
  'any version is new enough for version 0': async (given) => {
    await given.make('configmaps', configMap('a'))
    expect(await given.list('configmaps', 'resourceVersion=0')).toMatchObject({ kind: 'ConfigMapList' })
  },
  'a list not older than a write has it': async (given) => {
    const made = await given.make('configmaps', configMap('a'))
    expect(namesOf(await given.list('configmaps', `resourceVersion=${made.metadata.resourceVersion}&resourceVersionMatch=NotOlderThan`))).toContain('a')
  },
  'how versions are to match cannot be said without one': async (given) => {
    expect((await given.admin.send('GET', `${given.at('configmaps')}?resourceVersionMatch=Exact`)).body).toMatchObject({ code: 422, reason: 'Invalid', details: { causes: [{ field: 'resourceVersionMatch', reason: 'FieldValueForbidden' }] } })
  },
  'a version that is no number is refused': async (given) => {
    expect((await given.admin.send('GET', `${given.at('configmaps')}?resourceVersion=x`)).body).toMatchObject({ code: 400, reason: 'BadRequest', message: 'invalid resource version: resourceVersion: Invalid value: "x": strconv.ParseUint: parsing "x": invalid syntax' })
  },
  'a version of the future is a timeout': async (given) => {
    expect((await given.admin.send('GET', `${given.at('configmaps')}?resourceVersion=999999999`)).body).toMatchObject({ code: 504, reason: 'Timeout', message: expect.stringMatching(/^Timeout: Too large resource version: 999999999, current: \d+$/) })
  },
  'a kind that a served group does not have is 404': async (given) => {
    expect((await given.admin.send('GET', `/api/v1/namespaces/${given.namespace}/things`)).body).toMatchObject({ kind: 'Status', code: 404, reason: 'NotFound', message: 'the server could not find the requested resource' })
  },
  'a group that is not served is a page that is not there': async (given) => {
    expect(await given.admin.send('GET', `/apis/nowhere.example.com/v1/namespaces/${given.namespace}/things`)).toMatchObject({ code: 404, text: '404 page not found\n' })
  },
})
