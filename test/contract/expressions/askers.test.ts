import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { askers, speakers } from './askers.ts'
import { promql, root, sources, writtenExpressions } from './written.ts'

/** Speaks with a Prometheus, or plays one. */
const outside = /^packages\/(prometheus|sandbox)\//
const asks = /\.(query|queryRange)\(/

test('whoever asks a Prometheus is among those whose expressions are compared with a real one', () => {
  const known = new Set([...askers.flatMap(({ files }) => files), ...speakers])
  const found = sources(/^(packages|actions)\/[^/]+\/src\/.*\.ts$/).filter((path) => !outside.test(path)).filter((path) => {
    const text = readFileSync(join(root, path), 'utf8')
    return asks.test(text) || promql.test(text)
  })
  expect(found.filter((path) => !known.has(path))).toEqual([])
})

test('expressions are found in catalogs, pages and scripts', () => {
  const folders = new Set(writtenExpressions().map(({ place }) => place.split('/')[0]))
  expect([...folders].toSorted()).toEqual(expect.arrayContaining(['docs', 'packages', 'scripts']))
})
