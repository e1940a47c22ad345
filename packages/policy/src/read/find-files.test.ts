import { describe, expect, test } from '@jest/globals'
import type { Files } from '@fermata/ports'
import * as fc from 'fast-check'
import { filesOf } from '../testing/folder.ts'
import { findFiles } from './find-files.ts'
import { patternOf } from './pattern.ts'

describe('patterns', () => {
  test.each([
    ['k8s', 'k8s/a/b.yaml', true],
    ['k8s/', 'k8s/a.yaml', true],
    ['./k8s', 'k8s/a.yaml', true],
    ['.', 'a.yaml', true],
    ['k8s', 'k8s2/a.yaml', false],
    ['k8s/*.yaml', 'k8s/a.yaml', true],
    ['k8s/*.yaml', 'k8s/a/b.yaml', false],
    ['k8s/**/*.yaml', 'k8s/a.yaml', true],
    ['k8s/**/*.yaml', 'k8s/a/b/c.yaml', true],
    ['**/b.yaml', 'b.yaml', true],
    ['k8s/**', 'k8s/a/b.yml', true],
    ['k8s/{a,b}.yaml', 'k8s/b.yaml', true],
    ['k8s/{a,b}.yaml', 'k8s/c.yaml', false],
    ['k8s/?.yaml', 'k8s/ab.yaml', false],
    ['k8s/[ab].yaml', 'k8s/a.yaml', true],
    ['k8s/[!ab].yaml', 'k8s/a.yaml', false],
    ['k8s/*.yaml', 'k8s/axyaml', false],
    ['a+(b)/*', 'a+(b)/c', true],
  ])('%s on %s: %s', (written, path, expected) => {
    expect(patternOf(written).matches(path)).toBe(expected)
  })

  test('a path without signs matches itself, and any text makes a pattern', () => {
    fc.assert(fc.property(fc.string(), (text) => {
      const pattern = patternOf(text)
      expect(typeof pattern.matches(text)).toBe('boolean')
      if (/^[a-z/]+$/.test(text) && pattern.isPath) expect(pattern.matches(pattern.root)).toBe(true)
    }))
  })
})

describe('files', () => {
  const files = filesOf({ 'k8s/b.yaml': '', 'k8s/a.yml': '', 'k8s/notes.md': '', 'k8s/drafts/c.yaml': '', 'k8s/.hidden/d.yaml': '', 'k8s/node_modules/e.yaml': '', 'Dockerfile': '', '.github/workflows/ci.yml': '' })
  const find = async (...written: readonly string[]) => findFiles(written, /\.(?:ya?ml|json)$/, files)

  test.each([
    [['k8s'], ['k8s/a.yml', 'k8s/b.yaml', 'k8s/drafts/c.yaml']],
    [['k8s', '!k8s/drafts'], ['k8s/a.yml', 'k8s/b.yaml']],
    [['k8s', '!k8s/drafts', 'k8s/drafts/c.yaml'], ['k8s/a.yml', 'k8s/b.yaml', 'k8s/drafts/c.yaml']],
    [['k8s/b.yaml', 'k8s'], ['k8s/a.yml', 'k8s/b.yaml', 'k8s/drafts/c.yaml']],
    [['.github/workflows/*.yml'], ['.github/workflows/ci.yml']],
    [['Dockerfile'], ['Dockerfile']],
  ])('%j', async (written, paths) => {
    expect(await find(...written)).toMatchObject({ paths, unused: [] })
  })

  test('a pattern that takes nothing is named', async () => {
    expect(await find('k8s', 'deploy', 'k8s/*.json')).toMatchObject({ unused: ['deploy', 'k8s/*.json'] })
  })

  test('what cannot be reached is named, where it is meant', async () => {
    const linked: Files = { ...files, list: async (path) => (path === 'k8s' ? [{ name: 'a.yml', kind: 'file', size: 0 }, { name: 'away.yaml', kind: 'other', size: 0 }, { name: 'gone', kind: 'other', size: 0 }] : undefined) }
    expect(await findFiles(['k8s', '!k8s/gone'], /\.ya?ml$/, linked)).toMatchObject({ paths: ['k8s/a.yml'], unreachable: ['k8s/away.yaml'] })
  })

  test('what a folder holds beside is counted', async () => {
    expect(await find('k8s')).toMatchObject({ passedOver: 1 })
  })
})
