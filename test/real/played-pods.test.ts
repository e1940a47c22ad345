import { expect, test } from '@jest/globals'
import type { Behaviour } from '@fermata/sandbox'
import { annotationsFor } from './played-pods.ts'

const told = (behaviour: Behaviour, speed = 1): Readonly<Record<string, string>> => Object.fromEntries(Object.entries(annotationsFor(behaviour, speed)).map(([name, value]) => [name.replace('play.fermata.dev/', ''), value]))

test.each<[string, Behaviour, number, Readonly<Record<string, string>>]>([
  ['runs', { does: 'run' }, 1, { does: 'run', 'ready-after': '1000ms' }],
  ['runs four times as fast', { does: 'run', readyAfter: 2 }, 4, { 'ready-after': '500ms', 'stops-after': '125ms', 'back-off': '2.5' }],
  ['ends some time after it was ready', { does: 'crash', readyAfter: 2, after: 16, exitCode: 3 }, 1, { 'ready-after': '2000ms', 'ends-after': '14000ms', 'exit-code': '3', reason: 'Error' }],
  ['ends without ever being ready', { does: 'crash' }, 1, { 'ends-after': '1000ms', 'exit-code': '1' }],
  ['is killed for its memory', { does: 'out-of-memory' }, 1, { 'exit-code': '137', reason: 'OOMKilled' }],
  ['ends well', { does: 'complete', after: 3 }, 1, { 'ends-after': '3000ms', 'exit-code': '0', reason: 'Completed' }],
  ['has no image', { does: 'image-missing', message: 'not found' }, 1, { does: 'image-missing', message: 'not found' }],
])('a container that %s', (_, behaviour, speed, expected) => {
  expect(told(behaviour, speed)).toMatchObject(expected)
})

test.each<[Behaviour]>([[{ does: 'never-ready' }], [{ does: 'crash' }], [{ does: 'image-missing' }]])('%j is never ready', (behaviour) => {
  expect(told(behaviour)['ready-after']).toBeUndefined()
})

test.each<[Behaviour]>([[{ does: 'flap', readyFor: 1, unreadyFor: 1 }], [{ does: 'unschedulable' }], [{ does: 'crash', times: 2 }]])('%j is refused', (behaviour) => {
  expect(() => annotationsFor(behaviour, 1)).toThrow(/does not play/)
})
