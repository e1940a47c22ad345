import { expect } from '@jest/globals'
import type { Answered } from './client.ts'
import { type Given, topic } from './given.ts'
import { condition, configMap, ownerOf } from './objects.ts'

const fuse = (seconds: number, more: object = {}) => ({
  apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'fuse' },
  spec: { parallelism: 0, activeDeadlineSeconds: seconds, ttlSecondsAfterFinished: 0, backoffLimit: 0, template: { spec: { restartPolicy: 'Never', containers: [{ name: 'none', image: 'none' }] } }, ...more },
})
const policy = (owner: Answered) => ({ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name: 'cut', ownerReferences: [ownerOf(owner)] }, spec: { podSelector: {}, policyTypes: ['Ingress'] } })

/** A fuse that burns, and what it owns. */
async function lit(given: Given, seconds: number): Promise<Answered> {
  const made = await given.make('jobs', fuse(seconds))
  await given.make('networkpolicies', policy(made))
  await given.make('configmaps', configMap('journal', {}, { ownerReferences: [ownerOf(made)] }))
  return given.becomes('jobs', 'fuse', ({ status }) => status['startTime'] !== undefined)
}

const startOf = ({ status }: Answered): number => Date.parse(String(status['startTime']))

export const fuses = topic('the fuse', {
  'starts no pod, and is not over': async (given) => {
    const { status } = await lit(given, 600)
    await given.becomes('jobs', 'fuse', (each) => each.status['ready'] === 0)
    expect([status.conditions ?? [], (await given.list('pods')).items]).toEqual([[], []])
  },
  'takes what it owns with it when its time is over': async (given) => {
    const begun = startOf(await lit(given, 2))
    await given.isGone('networkpolicies', 'cut')
    await given.isGone('configmaps', 'journal')
    await given.isGone('jobs', 'fuse')
    expect(given.world.now() - begun).toBeGreaterThanOrEqual(2_000)
  },
  'says why it is over': async (given) => {
    await given.make('jobs', fuse(1, { ttlSecondsAfterFinished: 60 }))
    const over = await given.becomes('jobs', 'fuse', (each) => condition(each, 'Failed') !== undefined)
    expect(condition(over, 'Failed')).toMatchObject({ status: 'True', reason: 'DeadlineExceeded', message: 'Job was active longer than specified deadline' })
    const { items } = await given.until('the event', async () => { const list = await given.list('events', 'fieldSelector=involvedObject.name%3Dfuse,reason%3DDeadlineExceeded'); return list.items.length > 0 && list })
    expect(items[0]).toMatchObject({ type: 'Warning', involvedObject: { kind: 'Job' } })
  },
  'burns longer when it is renewed': async (given) => {
    const begun = startOf(await lit(given, 3))
    const { code, body } = await given.patch('merge', 'jobs', 'fuse', { spec: { activeDeadlineSeconds: 6 } })
    expect([code, body.spec['activeDeadlineSeconds'], body.metadata.generation]).toEqual([200, 6, 2])
    await given.until('more time than it had at first', () => given.world.now() - begun > 4_500)
    expect([(await given.get('jobs', 'fuse')).code, (await given.get('networkpolicies', 'cut')).code]).toEqual([200, 200])
    await given.isGone('networkpolicies', 'cut')
    expect(given.world.now() - begun).toBeGreaterThanOrEqual(6_000)
  },
  'can be cut short, too': async (given) => {
    await lit(given, 600)
    expect((await given.patch('merge', 'jobs', 'fuse', { spec: { activeDeadlineSeconds: 1 } })).code).toBe(200)
    await given.isGone('networkpolicies', 'cut')
  },
  'is not renewed once it is over': async (given) => {
    await given.make('jobs', fuse(1, { ttlSecondsAfterFinished: 60 }))
    await given.becomes('jobs', 'fuse', (each) => condition(each, 'Failed') !== undefined)
    await given.patch('merge', 'jobs', 'fuse', { spec: { activeDeadlineSeconds: 600 } })
    expect(condition(await given.read('jobs', 'fuse'), 'Failed')).toMatchObject({ status: 'True' })
  },
  'lets go what is released before': async (given) => {
    await lit(given, 3)
    expect((await given.patch('merge', 'networkpolicies', 'cut', { metadata: { ownerReferences: null } })).code).toBe(200)
    await given.isGone('configmaps', 'journal')
    await given.isGone('jobs', 'fuse')
    expect((await given.read('networkpolicies', 'cut')).metadata.ownerReferences).toBeUndefined()
  },
  'is put out by deleting it, with all that it owns': async (given) => {
    await lit(given, 600)
    await given.remove('jobs', 'fuse', { apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy: 'Background' })
    await given.isGone('networkpolicies', 'cut')
    await given.isGone('configmaps', 'journal')
  },
  'does not own what was made for one that is gone': async (given) => {
    const made = await lit(given, 600)
    await given.remove('jobs', 'fuse', { apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy: 'Background' })
    await given.isGone('jobs', 'fuse')
    await given.make('configmaps', configMap('late', {}, { ownerReferences: [ownerOf(made)] }))
    await given.isGone('configmaps', 'late')
  },
})
