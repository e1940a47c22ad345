import { expect, test } from '@jest/globals'
import { ConfigurationError } from '@fermata/verdict'
import { filesOf } from '../testing/folder.ts'
import { readData } from './data.ts'

test('folders below the named one are keys, names of files are not', async () => {
  const files = filesOf({ 'data/a.yaml': 'teams: [x]\n', 'data/limits/b.json': '{"cpu": 1}', 'data/limits/deep/c.yaml': 'memory: 2\n', 'one.yaml': 'single: true\n' })
  expect(await readData(['data', 'one.yaml'], files)).toEqual({ teams: ['x'], limits: { cpu: 1, deep: { memory: 2 } }, single: true })
})

test.each([
  ['a path without files', { 'a.yaml': 'x: 1' }, ['nowhere'], /no YAML or JSON file/],
  ['the same key twice', { 'd/a.yaml': 'x: 1', 'd/b.yaml': 'x: 2' }, ['d'], /data\.x is defined twice/],
  ['a list', { 'a.yaml': '- 1' }, ['a.yaml'], /holds a mapping/],
  ['several documents', { 'a.yaml': 'a: 1\n---\nb: 2' }, ['a.yaml'], /several/],
  ['the root of the packs', { 'a.yaml': 'fermata: {kubernetes: {minor: 1}}' }, ['a.yaml'], /belongs to the packs/],
  ['a broken file', { 'a.json': '{' }, ['a.json'], /a.json:1/],
])('%s is refused', async (_, texts, written, message) => {
  const read = readData(written, filesOf(texts))
  await expect(read).rejects.toBeInstanceOf(ConfigurationError)
  await expect(read).rejects.toThrow(message)
})
