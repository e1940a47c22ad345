import { afterAll, expect, test } from '@jest/globals'
import { removeFolders, repository } from './testing/repository.ts'
import { catalogOf, play } from './testing/stage.ts'

afterAll(removeFolders)

test('a push changes one service and affects what needs it', async () => {
  const at = await repository()
  const before = await at.commit({ 'fermata.yaml': catalogOf({ web: ['cart'], cart: ['ledger'], ledger: [], mail: [] }), 'services/cart/a': '1' })
  const after = await at.commit({ 'services/cart/a': '2', 'README.md': 'x' })
  const played = await play({ at, trigger: { event: 'push', payload: { ref: 'refs/heads/main', before, after, repository: { default_branch: 'main' } }, sha: after, ref: 'refs/heads/main' } })
  expect(played.report).toMatchObject({ verdict: 'pass', outputs: { any: 'true', count: '2', base: before, head: after, resolution: 'push-before' } })
  expect(played.list('changed')).toEqual(['cart'])
  expect(played.list('services')).toEqual(['cart', 'web'])
  expect(played.list('waves')).toEqual([['cart'], ['web']])
  expect(played.list('matrix')).toEqual({ include: [{ service: 'cart', wave: 0 }, { service: 'web', wave: 1 }] })
})
