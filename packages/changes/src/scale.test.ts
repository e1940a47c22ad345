import { afterAll, expect, jest, test } from '@jest/globals'
import { spawnSync } from 'node:child_process'
import { folder, opened, removeFolders, type Repository } from './testing/repository.ts'
import { catalogOf, play } from './testing/stage.ts'

// Each test runs dozens of processes, and another job may have the machine.
jest.setTimeout(60_000)
afterAll(removeFolders)

const size = 600

/** Service n needs some of the three before it, chosen by its number. */
const needs = (number: number) => [1, 2, 3].filter((step) => number >= step && (number * 7 + step * 3) % 5 < 2).map((step) => number - step)
const id = (number: number) => `service-${number}`

/** 600 services of five files each, without a file on disk: `git fast-import` makes both commits. */
function imported(touched: readonly number[]): Repository {
  const path = folder()
  const commit = (message: string) => `commit refs/heads/main\ncommitter a <a@example.com> 1767225600 +0000\ndata ${message.length}\n${message}\n`
  const file = (name: string, content: string) => `M 100644 inline ${name}\ndata ${Buffer.byteLength(content)}\n${content}\n`
  const numbers = Array.from({ length: size }, (_, number) => number)
  const stream = [
    commit('base'),
    file('fermata.yaml', catalogOf(Object.fromEntries(numbers.map((number) => [id(number), needs(number).map(id)])))),
    ...numbers.flatMap((number) => [0, 1, 2, 3, 4].map((index) => file(`services/${id(number)}/src/${index}`, `${number} ${index}`))),
    commit('head'),
    ...touched.flatMap((number) => [file(`services/${id(number)}/src/0`, 'changed'), `D services/${id(number)}/src/1\n`, file(`services/${id(number)}/new`, 'new')]),
  ].join('')
  spawnSync('git', ['init', '--quiet', '--bare', '--initial-branch=main'], { cwd: path })
  const done = spawnSync('git', ['fast-import', '--quiet'], { cwd: path, input: stream })
  expect(done.status).toBe(0)
  return opened(path)
}

test('of many services exactly the right ones are changed and affected, in an order that holds, with few processes', async () => {
  const touched = [3, 77, 78, 300, 599]
  const at = imported(touched)
  const [base, head] = [await at.git('rev-parse', 'main~1'), await at.git('rev-parse', 'main')]
  const played = await play({ at, trigger: { event: 'push', sha: head, ref: 'refs/heads/main', payload: { ref: 'refs/heads/main', before: base, after: head } } })

  const affected = new Set(touched)
  for (let number = 0; number < size; number++) if (needs(number).some((need) => affected.has(need))) affected.add(number)
  expect(affected.size).toBeGreaterThan(256)
  expect(played.list('changed')).toEqual(touched.map(id))
  expect((played.list('services') as string[]).toSorted()).toEqual([...affected].map(id).sort())

  const position = new Map((played.list('services') as string[]).map((service, index) => [service, index]))
  for (const number of affected) for (const need of needs(number).filter((other) => affected.has(other))) expect(position.get(id(need))).toBeLessThan(position.get(id(number)) as number)

  const { include } = played.list('matrix') as { include: readonly { services: readonly string[] }[] }
  expect(include.length).toBeLessThanOrEqual(256)
  expect(include.flatMap(({ services }) => services)).toEqual(played.list('services'))
  expect(played.lines).toHaveLength(3)
  expect((played.details()['paths'] as readonly unknown[]).slice(0, 2)).toEqual([{ path: 'services/service-3/new', kind: 'added' }, { path: 'services/service-3/src/0', kind: 'modified' }])

  const named = await play({ at, inputs: { base, head } })
  expect(named.list('services')).toEqual(played.list('services'))
  expect(named.lines).toHaveLength(3)
})
