import { beforeEach, describe, expect, test } from '@jest/globals'
import { ConfigurationError, EnvironmentError } from '@fermata/verdict'
import { chmodSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { filesBelow } from './files.ts'

let root: string
let outside: string
beforeEach(() => {
  const top = realpathSync(mkdtempSync(join(tmpdir(), 'fermata-files-')))
  root = join(top, 'root')
  outside = join(top, 'outside')
  mkdirSync(join(root, 'folder'), { recursive: true })
  mkdirSync(outside)
  writeFileSync(join(root, 'a.txt'), 'a')
  writeFileSync(join(outside, 'secret'), 's')
  symlinkSync('a.txt', join(root, 'near'))
  symlinkSync('../outside/secret', join(root, 'far'))
  symlinkSync('../outside', join(root, 'farfolder'))
  symlinkSync('../outside/new', join(root, 'dangling'))
  symlinkSync('loop', join(root, 'loop'))
})

const text = (bytes: Uint8Array | undefined) => (bytes === undefined ? undefined : new TextDecoder().decode(bytes))

describe('reading', () => {
  test.each`
    path                    | content
    ${'a.txt'}              | ${'a'}
    ${'./folder/../a.txt'}  | ${'a'}
    ${'near'}               | ${'a'}
    ${'none'}               | ${undefined}
    ${'a.txt/below'}        | ${undefined}
    ${'folder'}             | ${undefined}
    ${'dangling'}           | ${undefined}
  `('$path: $content', async ({ path, content }) => expect(text(await filesBelow(root).read(path as string))).toBe(content))

  test.each(['../outside/secret', '/etc/passwd', 'far', 'farfolder/secret', 'folder/../../outside/secret', 'a\0b', '..'])('%j leads outside and is refused', async (path) => {
    await expect(filesBelow(root).read(path)).rejects.toThrow(ConfigurationError)
  })

  test('a loop of links is no file and no silence', async () => {
    await expect(filesBelow(root).read('loop')).rejects.toThrow(EnvironmentError)
  })
})

describe('listing', () => {
  test('names in order, with kind and size; a link that leads outside is neither file nor folder', async () => {
    expect(await filesBelow(root).list('.')).toEqual([
      { name: 'a.txt', kind: 'file', size: 1 },
      { name: 'dangling', kind: 'other', size: 0 },
      { name: 'far', kind: 'other', size: 0 },
      { name: 'farfolder', kind: 'other', size: 0 },
      { name: 'folder', kind: 'folder', size: 0 },
      { name: 'loop', kind: 'other', size: 0 },
      { name: 'near', kind: 'file', size: 1 },
    ])
  })

  test('no folder is not an empty folder', async () => {
    expect(await filesBelow(root).list('none')).toBeUndefined()
    expect(await filesBelow(root).list('a.txt')).toBeUndefined()
    expect(await filesBelow(root).list('folder')).toEqual([])
  })

  test('a folder outside is refused', async () => {
    await expect(filesBelow(root).list('farfolder')).rejects.toThrow(ConfigurationError)
    await expect(filesBelow(root).list('..')).rejects.toThrow(ConfigurationError)
  })
})

describe('writing', () => {
  test('makes folders, replaces files, follows a link that stays inside', async () => {
    const files = filesBelow(root)
    await files.write('new/deep/b.txt', 'b')
    await files.write('a.txt', new Uint8Array([0, 255, 10]))
    expect(readFileSync(join(root, 'new/deep/b.txt'), 'utf8')).toBe('b')
    expect([...readFileSync(join(root, 'a.txt'))]).toEqual([0, 255, 10])
    await files.write('near', 'through')
    expect(readFileSync(join(root, 'a.txt'), 'utf8')).toBe('through')
    expect(lstatSync(join(root, 'near')).isSymbolicLink()).toBe(true)
  })

  test.each(['../outside/new', 'far', 'farfolder/new', 'farfolder/deep/new', 'dangling'])('%s leads outside: refused, and nothing is made there', async (path) => {
    await expect(filesBelow(root).write(path, 'x')).rejects.toThrow(ConfigurationError)
    expect(readFileSync(join(outside, 'secret'), 'utf8')).toBe('s')
    expect(existsSync(join(outside, 'new')) || existsSync(join(outside, 'deep'))).toBe(false)
  })

  test('what the system refuses names the path and the remedy', async () => {
    await expect(filesBelow(root).write('folder', 'x')).rejects.toMatchObject({ reason: { code: 'FM-RUNNER-FILE', message: expect.stringContaining('"folder"') } })
    if (process.getuid?.() === 0) return // The superuser is refused nothing, so that the rest would prove nothing.
    chmodSync(join(root, 'folder'), 0o500)
    await expect(filesBelow(root).write('folder/x', 'x')).rejects.toThrow(EnvironmentError)
  })
})
