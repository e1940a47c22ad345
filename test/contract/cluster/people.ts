import { expect } from '@jest/globals'
import type { Client, Reply } from './client.ts'
import { type Given, topic } from './given.ts'
import { configMap } from './objects.ts'

const rbac = 'rbac.authorization.k8s.io'
const forbidden = (message: string) => ({ kind: 'Status', code: 403, reason: 'Forbidden', message })

/** Lets somebody do something in the namespace of the case. */
async function grants(given: Given, subject: object, ...rules: readonly object[]): Promise<void> {
  await given.make('roles', { apiVersion: `${rbac}/v1`, kind: 'Role', metadata: { name: 'some' }, rules })
  await given.make('rolebindings', { apiVersion: `${rbac}/v1`, kind: 'RoleBinding', metadata: { name: 'some' }, roleRef: { apiGroup: rbac, kind: 'Role', name: 'some' }, subjects: [subject] })
}

const rule = (verbs: readonly string[], resources: readonly string[], apiGroups: readonly string[] = [''], more: object = {}) => ({ verbs, resources, apiGroups, ...more })
const user = (name: string) => ({ apiGroup: rbac, kind: 'User', name })
const group = (name: string) => ({ apiGroup: rbac, kind: 'Group', name })

/** The server takes up a grant when it has heard of it. */
const granted = (given: Given, ask: () => Promise<Reply>): Promise<Reply> => given.until('the grant', async () => { const reply = await ask(); return reply.code !== 403 && reply })
const lists = (given: Given, client: Client, extra?: object) => () => client.send('GET', given.at('configmaps'), undefined, extra as never)
const impersonating = (who: string, ...groups: readonly string[]) => ({ headers: { 'impersonate-user': who, ...(groups.length > 0 && { 'impersonate-group': groups }) } })

const entrance = topic('who asks', {
  'with a token that nobody has is told 401': async (given) => {
    for (const path of [given.at('configmaps'), '/version', '/api/v1', '/apis/nowhere.example.com/v1/things']) expect((await given.as('stranger').send('GET', path)).body).toEqual({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message: 'Unauthorized', reason: 'Unauthorized', code: 401 })
  },
  'with a token that has expired is told 401': async (given) => expect((await given.as(given.world.tokens.expired).send('GET', given.at('configmaps'))).body).toMatchObject({ code: 401, reason: 'Unauthorized', message: 'Unauthorized' }),
  'without a token is nobody in particular': async (given) => {
    expect((await given.as(undefined).send('GET', given.at('configmaps'))).body).toMatchObject(forbidden(`configmaps is forbidden: User "system:anonymous" cannot list resource "configmaps" in API group "" in the namespace "${given.namespace}"`))
    expect((await given.as(undefined).send('GET', '/version')).code).toBe(200)
    expect((await given.as(undefined).send('GET', '/readyz')).text).toBe('ok')
  },
  'may always ask what the server is and serves': async (given) => {
    const nobody = given.as(given.world.tokens.nobody)
    for (const path of ['/version', '/api', '/apis', '/api/v1', '/apis/apps/v1', '/readyz']) expect([path, (await nobody.send('GET', path)).code]).toEqual([path, 200])
  },
})

const refusals = topic('what is not allowed', {
  'is refused in the words of the rule that lacks': async (given) => {
    const nobody = given.as(given.world.tokens.nobody)
    const says = async (method: string, path: string, body?: object, extras?: object): Promise<string> => { const reply = await nobody.send(method, path, body, extras as never); expect(reply.body).toMatchObject({ code: 403, reason: 'Forbidden' }); return reply.body.message }
    const where = `in API group "apps" in the namespace "${given.namespace}"`
    expect(await says('GET', given.at('deployments', 'web'))).toBe(`deployments.apps "web" is forbidden: User "nobody" cannot get resource "deployments" ${where}`)
    expect(await says('GET', given.at('deployments'))).toBe(`deployments.apps is forbidden: User "nobody" cannot list resource "deployments" ${where}`)
    expect(await says('GET', `${given.at('deployments')}?watch=true`)).toBe(`deployments.apps is forbidden: User "nobody" cannot watch resource "deployments" ${where}`)
    expect(await says('POST', given.at('deployments'), {})).toBe(`deployments.apps is forbidden: User "nobody" cannot create resource "deployments" ${where}`)
    expect(await says('PUT', given.at('deployments', 'web'), {})).toBe(`deployments.apps "web" is forbidden: User "nobody" cannot update resource "deployments" ${where}`)
    expect(await says('PATCH', given.at('deployments', 'web'), {}, { type: 'application/merge-patch+json' })).toBe(`deployments.apps "web" is forbidden: User "nobody" cannot patch resource "deployments" ${where}`)
    expect(await says('DELETE', given.at('deployments', 'web'))).toBe(`deployments.apps "web" is forbidden: User "nobody" cannot delete resource "deployments" ${where}`)
    expect(await says('DELETE', given.at('deployments'))).toBe(`deployments.apps is forbidden: User "nobody" cannot deletecollection resource "deployments" ${where}`)
  },
  'names the subresource, and the scope of the whole cluster': async (given) => {
    const nobody = given.as(given.world.tokens.nobody)
    expect((await nobody.send('GET', given.at('deployments', 'web', 'scale'))).body.message).toBe(`deployments.apps "web" is forbidden: User "nobody" cannot get resource "deployments/scale" in API group "apps" in the namespace "${given.namespace}"`)
    expect((await nobody.send('POST', given.at('pods', 'a', 'eviction'), {})).body.message).toBe(`pods "a" is forbidden: User "nobody" cannot create resource "pods/eviction" in API group "" in the namespace "${given.namespace}"`)
    expect((await nobody.send('GET', '/api/v1/nodes')).body.message).toBe('nodes is forbidden: User "nobody" cannot list resource "nodes" in API group "" at the cluster scope')
    expect((await nobody.send('GET', '/apis/apps/v1/deployments')).body.message).toBe('deployments.apps is forbidden: User "nobody" cannot list resource "deployments" in API group "apps" at the cluster scope')
    expect((await nobody.send('GET', `/api/v1/namespaces/${given.namespace}`)).body.message).toBe(`namespaces "${given.namespace}" is forbidden: User "nobody" cannot get resource "namespaces" in API group "" in the namespace "${given.namespace}"`)
  },
  'comes before whether it is there': async (given) => {
    expect((await given.as(given.world.tokens.nobody).send('GET', `/apis/nowhere.example.com/v1/namespaces/${given.namespace}/things`)).body).toMatchObject({ code: 403, message: `things.nowhere.example.com is forbidden: User "nobody" cannot list resource "things" in API group "nowhere.example.com" in the namespace "${given.namespace}"` })
    expect((await given.as(given.world.tokens.nobody).send('GET', '/nowhere')).body).toMatchObject({ code: 403, message: 'forbidden: User "nobody" cannot get path "/nowhere"' })
  },
  'an apply that would make needs to be allowed to make': async (given) => {
    await grants(given, user('nobody'), rule(['get', 'patch'], ['configmaps']))
    const apply = (name: string) => given.as(given.world.tokens.nobody).send('PATCH', `${given.at('configmaps', name)}?fieldManager=first`, configMap(name), { type: 'application/apply-patch+yaml' })
    await given.make('configmaps', configMap('there'))
    await granted(given, () => apply('there'))
    expect((await apply('new')).body).toMatchObject(forbidden(`configmaps "new" is forbidden: User "nobody" cannot create resource "configmaps" in API group "" in the namespace "${given.namespace}"`))
  },
})

const grantsOf = topic('what is allowed', {
  'by a role to a user': async (given) => {
    await grants(given, user('nobody'), rule(['get', 'list'], ['configmaps']))
    const nobody = given.as(given.world.tokens.nobody)
    expect((await granted(given, lists(given, nobody))).code).toBe(200)
    expect((await nobody.send('POST', given.at('configmaps'), configMap('a'))).code).toBe(403)
    expect((await nobody.send('GET', '/api/v1/namespaces/default/configmaps')).code).toBe(403)
  },
  'by a role to a group': async (given) => {
    await grants(given, group('visitors'), rule(['list'], ['configmaps']))
    expect((await granted(given, lists(given, given.as(given.world.tokens.nobody)))).code).toBe(200)
  },
  'by a role to everybody whom the server recognises': async (given) => {
    await grants(given, group('system:authenticated'), rule(['list'], ['configmaps']))
    expect((await granted(given, lists(given, given.as(given.world.tokens.nobody)))).code).toBe(200)
  },
  'for one name only': async (given) => {
    await given.make('configmaps', configMap('mine'))
    await grants(given, user('nobody'), rule(['get'], ['configmaps'], [''], { resourceNames: ['mine'] }))
    const get = (name: string) => given.as(given.world.tokens.nobody).send('GET', given.at('configmaps', name))
    expect((await granted(given, () => get('mine'))).code).toBe(200)
    expect((await get('other')).code).toBe(403)
  },
  'by a role of the cluster, in one namespace or in all': async (given) => {
    const name = given.namespace
    await given.make('clusterroles', { apiVersion: `${rbac}/v1`, kind: 'ClusterRole', metadata: { name }, rules: [rule(['list'], ['configmaps'])] })
    await given.make('rolebindings', { apiVersion: `${rbac}/v1`, kind: 'RoleBinding', metadata: { name }, roleRef: { apiGroup: rbac, kind: 'ClusterRole', name }, subjects: [user('nobody')] })
    const nobody = given.as(given.world.tokens.nobody)
    await granted(given, lists(given, nobody))
    expect((await nobody.send('GET', '/api/v1/configmaps')).code).toBe(403)
    await given.make('clusterrolebindings', { apiVersion: `${rbac}/v1`, kind: 'ClusterRoleBinding', metadata: { name }, roleRef: { apiGroup: rbac, kind: 'ClusterRole', name }, subjects: [user('nobody')] })
    expect((await granted(given, () => nobody.send('GET', '/api/v1/configmaps'))).code).toBe(200)
    await given.remove('clusterrolebindings', name)
    await given.until('the end of the grant', async () => (await nobody.send('GET', '/api/v1/configmaps')).code === 403)
  },
  'a role cannot be exchanged in a binding': async (given) => {
    await grants(given, user('somebody'), rule(['list'], ['configmaps']))
    expect((await given.patch('merge', 'rolebindings', 'some', { roleRef: { name: 'other' } })).body).toMatchObject({ code: 422, details: { causes: [{ field: 'roleRef' }] } })
  },
})

const review = async (client: Client, attributes: object): Promise<Reply> => client.send('POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', metadata: {}, spec: { resourceAttributes: attributes } })

const reviews = topic('asking what is allowed', {
  'yes and no': async (given) => {
    const question = { verb: 'create', group: 'apps', resource: 'deployments', namespace: given.namespace }
    const yes = await review(given.admin, question)
    expect([yes.code, yes.body]).toMatchObject([201, { kind: 'SelfSubjectAccessReview', spec: { resourceAttributes: question }, status: { allowed: true } }])
    const no = await review(given.as(given.world.tokens.nobody), question)
    expect([no.code, no.body.status['allowed']]).toEqual([201, false])
  },
  'as narrow as the grant': async (given) => {
    await grants(given, user('nobody'), rule(['patch'], ['deployments/scale'], ['apps']))
    const may = async (more: object): Promise<unknown> => (await review(given.as(given.world.tokens.nobody), { verb: 'patch', group: 'apps', resource: 'deployments', namespace: given.namespace, ...more })).body.status['allowed']
    await given.until('the grant', async () => (await may({ subresource: 'scale' })) === true)
    expect([await may({}), await may({ subresource: 'status' }), await may({ subresource: 'scale', namespace: 'default' }), await may({ subresource: 'scale', namespace: '' }), await may({ subresource: 'scale', verb: 'get' })]).toEqual([false, false, false, false, false])
  },
  'for somebody else': async (given) => {
    const { body } = await given.admin.send('POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', spec: { resourceAttributes: { verb: 'list', resource: 'configmaps', namespace: given.namespace } } }, impersonating('nobody'))
    expect(body.status['allowed']).toBe(false)
  },
  'about something': async (given) => {
    expect((await given.admin.send('POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', spec: {} })).body).toMatchObject({ code: 422, reason: 'Invalid' })
  },
})

const impersonation = topic('asking as somebody else', {
  'one is allowed what that one is allowed': async (given) => {
    expect((await given.admin.send('GET', given.at('configmaps'), undefined, impersonating('nobody'))).body).toMatchObject(forbidden(`configmaps is forbidden: User "nobody" cannot list resource "configmaps" in API group "" in the namespace "${given.namespace}"`))
    await grants(given, user('jane'), rule(['list'], ['configmaps']))
    expect((await granted(given, lists(given, given.admin, impersonating('jane')))).code).toBe(200)
    expect((await given.admin.send('GET', given.at('secrets'), undefined, impersonating('jane'))).code).toBe(403)
  },
  'with groups': async (given) => {
    await grants(given, group('auditors'), rule(['list'], ['configmaps']))
    expect((await granted(given, lists(given, given.admin, impersonating('jane', 'readers', 'auditors')))).code).toBe(200)
    expect((await given.admin.send('GET', given.at('configmaps'), undefined, impersonating('jane', 'readers'))).code).toBe(403)
    expect((await given.admin.send('GET', given.at('configmaps'), undefined, impersonating('jane', 'system:masters'))).code).toBe(200)
  },
  'a service account comes with its groups': async (given) => {
    await grants(given, group(`system:serviceaccounts:${given.namespace}`), rule(['list'], ['configmaps']))
    expect((await granted(given, lists(given, given.admin, impersonating(`system:serviceaccount:${given.namespace}:default`)))).code).toBe(200)
    expect((await given.admin.send('GET', given.at('configmaps'), undefined, impersonating('system:serviceaccount:default:default'))).code).toBe(403)
  },
  'needs to be allowed': async (given) => {
    const nobody = given.as(given.world.tokens.nobody)
    expect((await nobody.send('GET', given.at('configmaps'), undefined, impersonating('admin'))).body).toMatchObject(forbidden('users "admin" is forbidden: User "nobody" cannot impersonate resource "users" in API group "" at the cluster scope'))
    const name = given.namespace
    await given.make('clusterroles', { apiVersion: `${rbac}/v1`, kind: 'ClusterRole', metadata: { name }, rules: [rule(['impersonate'], ['users'], [''], { resourceNames: ['jane'] })] })
    await given.make('clusterrolebindings', { apiVersion: `${rbac}/v1`, kind: 'ClusterRoleBinding', metadata: { name }, roleRef: { apiGroup: rbac, kind: 'ClusterRole', name }, subjects: [user('nobody')] })
    await grants(given, user('jane'), rule(['list'], ['configmaps']))
    expect((await granted(given, lists(given, nobody, impersonating('jane')))).code).toBe(200)
    expect((await nobody.send('GET', given.at('configmaps'), undefined, impersonating('jane', 'system:masters'))).body).toMatchObject(forbidden('groups "system:masters" is forbidden: User "nobody" cannot impersonate resource "groups" in API group "" at the cluster scope'))
    await given.remove('clusterrolebindings', name)
  },
  'a group needs somebody who is in it': async (given) => {
    expect((await given.admin.send('GET', given.at('configmaps'), undefined, { headers: { 'impersonate-group': ['auditors'] } })).body).toMatchObject({ code: 400, reason: 'BadRequest', message: 'requested [{Group  auditors    }] without impersonating a user' })
  },
})

export const people = [entrance, refusals, grantsOf, reviews, impersonation]
