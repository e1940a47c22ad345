import { describe, expect, test } from '@jest/globals'
import type { Files } from '@fermata/ports'
import { catalogText, findCatalog, readCatalog } from './find.ts'

function folder(content: Readonly<Record<string, string | Uint8Array>>): Files {
  const bytes = (path: string) => (typeof content[path] === 'string' ? new TextEncoder().encode(content[path]) : content[path])
  return {
    read: (path) => Promise.resolve(bytes(path)),
    list: () => Promise.reject(new Error('Nobody lists a folder to find the catalog.')),
    write: () => Promise.reject(new Error('Nobody writes to find the catalog.')),
  }
}

const both = folder({ 'fermata.yaml': 'services: {a: {}}', 'deployment-config.yaml': 'services: {b: {}}', 'ops/mine.yml': 'services: {c: {}}' })

describe('the catalog', () => {
  test.each([
    ['fermata.yaml first', both, undefined, 'fermata.yaml'],
    ['fermata.yaml also for an empty input', both, '', 'fermata.yaml'],
    ['deployment-config.yaml else', folder({ 'deployment-config.yaml': 'services: {b: {}}' }), undefined, 'deployment-config.yaml'],
    ['the file that is named', both, 'ops/mine.yml', 'ops/mine.yml'],
  ])('is %s', async (_, files, config, file) => {
    expect((await findCatalog(files, config)).file).toBe(file)
    expect((await readCatalog(files, config)).file).toBe(file)
  })

  test.each([
    ['neither of the two', folder({}), undefined, /neither fermata\.yaml nor deployment-config\.yaml exists in the working directory\. Run `fermata init`/],
    ['not the one that is named, though another exists', both, 'other.yaml', /^There is no catalog other\.yaml\. Run `fermata init`/],
  ])('is missed when there is %s', async (_, files, config, message) => {
    await expect(findCatalog(files, config)).rejects.toThrow(message)
  })
})

test('a file of 50 MB is refused by its size, before it is decoded', () => {
  expect(() => catalogText(new Uint8Array(50_000_000).fill(0xff), 'fermata.yaml')).toThrow('fermata.yaml:1:1: The catalog has 50.0 million bytes, and at most 10.0 million bytes are read.')
})

test('bytes that are no UTF-8 are refused', () => {
  expect(() => catalogText(new Uint8Array([0x73, 0xff]), 'fermata.yaml')).toThrow('fermata.yaml:1:1: The catalog is no UTF-8 text. Save it as UTF-8.')
})
