import { expect } from '@jest/globals'
import { topic } from './given.ts'
import { configMap, namesOf } from './objects.ts'

/** Last of all: a server that forgets breaks off whatever was going on. */
export const history = topic('what is forgotten', {
  'is 410, for a watch in its stream, for a list at once; a new list goes on': async (given) => {
    for (const name of ['a', 'b', 'c', 'd']) await given.make('configmaps', configMap(name))
    const first = await given.list('configmaps', 'limit=2')
    await given.make('configmaps', configMap('e'))
    const open = given.watch('configmaps', `resourceVersion=${first.metadata.resourceVersion}`)
    await open.open
    await given.world.forget()
    await given.until('the end of the watch that was open', open.isOver)
    const watch = given.watch('configmaps', `resourceVersion=${first.metadata.resourceVersion}`)
    await given.until('its end', watch.isOver)
    expect(await watch.open).toBe(200)
    expect(watch.events).toMatchObject([{ type: 'ERROR', object: { kind: 'Status', apiVersion: 'v1', status: 'Failure', code: 410, reason: 'Expired', message: expect.stringMatching(/^too old resource version: \d+ \(\d+\)$/) } }])
    expect((await given.admin.send('GET', `${given.at('configmaps')}?limit=2&continue=${encodeURIComponent(first.metadata.continue ?? '')}`)).body).toMatchObject({ code: 410, reason: 'Expired', message: expect.stringMatching(/^The provided continue parameter is too old to display a consistent list result\. /) })
    const again = await given.list('configmaps')
    expect(namesOf(again)).toEqual(['a', 'b', 'c', 'd', 'e', 'kube-root-ca.crt'])
    const next = given.watch('configmaps', `resourceVersion=${again.metadata.resourceVersion}`)
    await next.open
    await given.make('configmaps', configMap('f'))
    await given.until('the event', () => next.events.some(({ type, object }) => type === 'ADDED' && object.metadata.name === 'f'))
  },
})
