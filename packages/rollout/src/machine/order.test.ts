import { buildGraph } from '@fermata/catalog'
import { expect, test } from '@jest/globals'
import { expectedCheck, expectedSettling } from '../defaults.ts'
import { orderOf } from './order.ts'

const graph = buildGraph([{ id: 'db', dependencies: [] }, { id: 'a', dependencies: ['b', 'db'] }, { id: 'b', dependencies: ['a'] }, { id: 'web', dependencies: ['a'] }, { id: 'mail', dependencies: [] }])
const order = orderOf(graph, new Map(graph.ids.map((id) => [id, { id, changes: id !== 'db', creates: false, timeout: 1, soak: id === 'b' ? 7000 : 0 }])), { parallelism: 1, onFailure: 'rollback' })
const member = (id: string) => order.members.get(id)

test('a cycle is one: its services share what they need and what needs them', () => {
  expect(member('a')).toMatchObject({ unit: ['a', 'b'], needs: ['db'], above: ['web'] })
  expect(member('b')).toMatchObject({ unit: ['a', 'b'], needs: ['db'], above: ['web'] })
})

test('who needs one of a cycle needs all of it', () => {
  expect(member('web')?.needs).toEqual(['a', 'b'])
})

test('everything above counts, not only the next', () => {
  expect(member('db')?.above).toEqual(['a', 'b', 'web'])
})

test('the rank is the longest way to the end in expected time', () => {
  expect(member('web')?.rank).toBe(expectedSettling)
  expect(member('a')?.rank).toBe(2 * expectedSettling + 7000)
  expect(member('db')?.rank).toBe(2 * expectedSettling + 7000 + expectedCheck)
})
