import { expect } from '@jest/globals'
import type { Watching } from './client.ts'
import { type Given, topic } from './given.ts'
import { configMap } from './objects.ts'

const told = ({ events }: Watching): readonly string[] => events.map(({ type, object }) => `${type} ${object.metadata.name}`)

/** Waits until a watch has told so much, and then that it tells no more before something that is done now. */
async function hears(given: Given, watching: Watching, expected: readonly string[]): Promise<void> {
  await given.make('configmaps', configMap('last', {}, { labels: { own: 'last' } }))
  await given.until('the last event', () => told(watching).includes('ADDED last'))
  expect(told(watching)).toEqual([...expected, 'ADDED last'])
}

const label = (given: Given, name: string, own: string | null) => given.patch('merge', 'configmaps', name, { metadata: { labels: { own } } })
const map = (given: Given, name: string) => given.make('configmaps', configMap(name, {}, { labels: { own: name } }))

export const watching = topic('watching', {
  'from a version on, changes come in their order': async (given) => {
    await map(given, 'old')
    const { metadata } = await given.list('configmaps')
    const watch = given.watch('configmaps', `labelSelector=own&resourceVersion=${metadata.resourceVersion}`)
    expect(await watch.open).toBe(200)
    await map(given, 'new')
    await given.patch('merge', 'configmaps', 'new', { data: { x: '1' } })
    await given.remove('configmaps', 'old')
    await hears(given, watch, ['ADDED new', 'MODIFIED new', 'DELETED old'])
    const versions = watch.events.map(({ object }) => Number(object.metadata.resourceVersion))
    expect(versions).toEqual(versions.toSorted((a, b) => a - b))
    expect(watch.events[1]?.object).toMatchObject({ kind: 'ConfigMap', apiVersion: 'v1', data: { x: '1' } })
  },
  'what happened between a list and the watch is not lost': async (given) => {
    const { metadata } = await given.list('configmaps')
    await map(given, 'a')
    await map(given, 'b')
    await given.remove('configmaps', 'a')
    await hears(given, given.watch('configmaps', `labelSelector=own&resourceVersion=${metadata.resourceVersion}`), ['ADDED a', 'ADDED b', 'DELETED a'])
  },
  'without a version it begins with what is there': async (given) => {
    await map(given, 'old')
    await hears(given, given.watch('configmaps', 'labelSelector=own'), ['ADDED old'])
  },
  'from version 0 it begins with what is there': async (given) => {
    const made = await map(given, 'old')
    // The server may answer from what it remembers, which may be a moment behind.
    await given.list('configmaps', `resourceVersion=${made.metadata.resourceVersion}&resourceVersionMatch=NotOlderThan`)
    await hears(given, given.watch('configmaps', 'labelSelector=own&resourceVersion=0'), ['ADDED old'])
  },
  'what leaves the selection is told as deleted, what enters it as added': async (given) => {
    await map(given, 'x')
    const { metadata } = await given.list('configmaps')
    const watch = given.watch('configmaps', `labelSelector=own&resourceVersion=${metadata.resourceVersion}`)
    await watch.open
    await label(given, 'x', null)
    await label(given, 'x', 'again')
    await hears(given, watch, ['DELETED x', 'ADDED x'])
    expect(watch.events[0]?.object.metadata.labels).toMatchObject({ own: 'x' })
  },
  'one object can be watched by its name': async (given) => {
    await map(given, 'x')
    const watch = given.watch('configmaps', 'fieldSelector=metadata.name%3Dx')
    await watch.open
    await map(given, 'y')
    await label(given, 'x', 'again')
    await given.until('the change', () => watch.events.length >= 2)
    expect(told(watch)).toEqual(['ADDED x', 'MODIFIED x'])
  },
  'all namespaces can be watched at once': async (given) => {
    const { metadata } = await given.list('configmaps')
    const watch = given.admin.watch(`/api/v1/configmaps?watch=true&labelSelector=own%3D${given.namespace}&resourceVersion=${metadata.resourceVersion}`)
    await watch.open
    await given.make('configmaps', configMap('everywhere', {}, { labels: { own: given.namespace } }))
    await given.until('the event', () => watch.events.length > 0)
    watch.close()
    expect(watch.events).toMatchObject([{ type: 'ADDED', object: { metadata: { namespace: given.namespace, name: 'everywhere' } } }])
  },
  'a write that changes nothing is not told': async (given) => {
    await map(given, 'x')
    const { metadata } = await given.list('configmaps')
    const watch = given.watch('configmaps', `labelSelector=own&resourceVersion=${metadata.resourceVersion}`)
    await watch.open
    await label(given, 'x', 'x')
    await hears(given, watch, [])
  },
  'it ends by itself at its time': async (given) => {
    const { metadata } = await given.list('configmaps')
    const begin = given.world.now()
    const watch = given.watch('configmaps', `timeoutSeconds=1&resourceVersion=${metadata.resourceVersion}`)
    await given.until('its end', watch.isOver)
    expect(given.world.now() - begin).toBeGreaterThanOrEqual(1_000)
    expect(watch.events).toEqual([])
  },
  'before its end it has a bookmark to go on from, if that was asked for and anything of the kind has changed': async (given) => {
    const { metadata } = await given.list('configmaps')
    // Secrets of this namespace do not change meanwhile: of them there is nothing to tell.
    const watches = [['configmaps', 'allowWatchBookmarks=true&'], ['configmaps', ''], ['secrets', 'allowWatchBookmarks=true&']] as const
    const [asked, unasked, silent] = watches.map(([resource, bookmarks]) => given.watch(resource, `${bookmarks}labelSelector=own&timeoutSeconds=7&resourceVersion=${metadata.resourceVersion}`)) as [Watching, Watching, Watching]
    await Promise.all([asked, unasked, silent].map(({ open }) => open))
    const { metadata: changed } = await given.make('configmaps', configMap('elsewhere'))
    await given.until('their ends', () => [asked, unasked, silent].every(({ isOver }) => isOver()))
    expect([unasked.events, silent.events]).toEqual([[], []])
    // One, or the same again: the server may have time for a second one before the end.
    const [bookmark, ...more] = asked.events
    expect(bookmark).toEqual({ type: 'BOOKMARK', object: { kind: 'ConfigMap', apiVersion: 'v1', metadata: { resourceVersion: changed.resourceVersion } } })
    for (const again of more) expect(again).toEqual(bookmark)
    await hears(given, given.watch('configmaps', `labelSelector=own&resourceVersion=${changed.resourceVersion}`), [])
  },
  'with initial events it says when they end': async (given) => {
    await map(given, 'old')
    const watch = given.watch('configmaps', 'labelSelector=own&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true')
    await given.until('the bookmark', () => watch.events.length >= 2)
    expect(watch.events).toMatchObject([{ type: 'ADDED', object: { metadata: { name: 'old' } } }, { type: 'BOOKMARK', object: { metadata: { annotations: { 'k8s.io/initial-events-end': 'true' } } } }])
  },
  'initial events need to know how versions are to match': async (given) => {
    expect((await given.admin.send('GET', `${given.at('configmaps')}?watch=true&sendInitialEvents=true&allowWatchBookmarks=true`)).body).toMatchObject({ code: 422, reason: 'Invalid', details: { causes: [{ field: 'resourceVersionMatch' }] } })
  },
  'a version that is no number is refused': async (given) => {
    expect((await given.admin.send('GET', `${given.at('configmaps')}?watch=true&resourceVersion=x`)).code).toBeGreaterThanOrEqual(400)
  },
})
