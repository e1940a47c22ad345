import { describe, expect, test } from '@jest/globals'
import { inFile, locationText } from '@fermata/verdict'
import { readFile, readdir, stat } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { objectName, readManifests, type ManifestSource } from './index.ts'
import { filesInMemory } from './testing/memory.ts'

const object = (kind: string, name: string, rest = '') => `apiVersion: v1\nkind: ${kind}\nmetadata:\n  name: ${name}\n${rest}`
const pod = (image: string) => `apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers:\n    - name: app\n      image: ${image}\n`

async function read(content: Record<string, string | Uint8Array | number>, ...sources: readonly (string | ManifestSource)[]) {
  const reading = await readManifests(sources.map((source) => (typeof source === 'string' ? { path: source } : source)), filesInMemory(content))
  return {
    ...reading,
    names: reading.objects.map((placed) => `${objectName(placed.object)} ${locationText(placed.where)}`),
    faults: reading.problems.map(({ says, where }) => `${where === undefined ? '' : locationText(where)} ${says}`),
  }
}

describe('files', () => {
  test('documents, lists and JSON become objects with their places', async () => {
    const list = 'apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Secret\n  metadata: {name: c}\n- kind: ConfigMap\n  apiVersion: v1\n  metadata: {name: d}\n'
    const { names, faults, ignored } = await read({ 'a.yaml': `# first\n${object('Service', 'a')}---\n# nothing here\n---\n${object('ConfigMap', 'b')}`, 'l.yaml': list, 'j.json': '{"apiVersion": "v1", "kind": "Service",\n "metadata": {"name": "j"}}' }, 'a.yaml', './l.yaml', 'j.json')
    expect(names).toEqual(['Service/a a.yaml:2:1', 'ConfigMap/b a.yaml:9:1', 'Secret/c l.yaml:4:3', 'ConfigMap/d l.yaml:7:3', 'Service/j j.json:1:1'])
    expect(faults).toEqual([])
    expect(ignored).toMatchObject([{ because: 'an empty document' }])
  })

  test('items of a typed list take kind and version from it', async () => {
    expect((await read({ 'l.yaml': 'apiVersion: apps/v1\nkind: DeploymentList\nitems:\n- metadata: {name: c}\n' }, 'l.yaml')).objects[0]?.object).toMatchObject({ apiVersion: 'apps/v1', kind: 'Deployment' })
  })

  test('fields can be located', async () => {
    const { objects } = await read({ 'p.yaml': `${object('Service', 'a')}---\n${pod('nginx')}` }, 'p.yaml')
    expect(locationText(objects[1]?.locate(['spec', 'containers', 0, 'image']) ?? { kind: 'query', query: '' })).toBe('p.yaml:12:7')
  })

  test('YAML is read as Kubernetes reads it', async () => {
    const { objects } = await read({ 'a.yaml': object('ConfigMap', 'a', 'data: {on: yes, port: 012, map: 22:22}\n') }, 'a.yaml')
    expect(objects[0]?.object['data']).toEqual({ true: true, port: 10, map: '22:22' })
  })

  test.each([
    ['a document of something else', 'services: {}\n', 'm.yaml:1:1 This is no Kubernetes object: apiVersion is missing.'],
    ['a list', '- a\n', 'm.yaml:1:1 This is a list and no Kubernetes object.'],
    ['a second document without kind', `${object('Service', 'a')}---\napiVersion: v1\n`, 'm.yaml:6:1 This is no Kubernetes object: kind is missing.'],
    ['no name', 'apiVersion: v1\nkind: Pod\nmetadata:\n  labels: {}\n', 'm.yaml:3:1 This is no Kubernetes object: metadata.name is missing.'],
    ['no metadata', 'apiVersion: v1\nkind: Pod\n', 'm.yaml:1:1 Pod has no metadata.name.'],
    ['a name that YAML takes for a number', 'apiVersion: v1\nkind: Pod\nmetadata:\n  name: 123\n', 'm.yaml:4:3 metadata.name is no text.'],
    ['a made up name', 'apiVersion: v1\nkind: Job\nmetadata:\n  generateName: a-\n', 'm.yaml:4:3 Job has generateName and no name: each release would make another one.'],
    ['a label that is no text', 'apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n  labels:\n    version: 1.10\n', 'm.yaml:6:5 metadata.labels: the value of "version" is no text.'],
    ['a bad image', pod('App:1'), 'm.yaml:7:7 "App:1" is no image reference: the repository must be in lower case.'],
    ['an image that is no text', pod('12'), 'm.yaml:7:7 The image of container app is no text.'],
    ['a template', 'apiVersion: v1\nkind: {{ .Values.kind }}\n', 'm.yaml:2:8 This is a template and not yet YAML. Render it first (for a Helm chart: helm template).'],
    ['bytes that are no UTF-8', new Uint8Array([0xff, 0xfe]), 'm.yaml m.yaml is no UTF-8 text.'],
  ])('%s is a problem with its place', async (_, text, fault) => {
    expect((await read({ 'm.yaml': text }, 'm.yaml')).faults).toEqual([fault])
  })

  test('a file of 50 MB is refused by its size and not read', async () => {
    expect((await read({ 'm.yaml': 50_000_000 }, 'm.yaml')).faults).toEqual(['m.yaml m.yaml has 50.0 million bytes, and at most 20 million are read.'])
  })

  test('what is not there is a problem, never an empty list', async () => {
    expect((await read({ 'a.yaml': object('Service', 'a') }, 'b.yaml', 'k8s/')).faults).toEqual(['b.yaml There is no file or folder b.yaml.', 'k8s There is no file or folder k8s.'])
  })

  test('what is not there is placed where it is named, when that is known', async () => {
    const { problems } = await readManifests([{ path: 'b.yaml' }], filesInMemory({}), inFile('fermata.yaml', 7, 3))
    expect(problems).toEqual([expect.objectContaining({ says: 'There is no file or folder b.yaml.', where: inFile('fermata.yaml', 7, 3) })])
  })
})

describe('objects', () => {
  const both = { 'm.yaml': `${object('Service', 'a')}---\n${object('Service', 'b')}` }
  test('only the named ones are taken', async () => {
    expect((await read(both, { path: 'm.yaml', objects: ['Service/b'] })).names).toEqual(['Service/b m.yaml:6:1'])
  })
  test('one that is not there is a problem', async () => {
    expect((await read(both, { path: 'm.yaml', objects: ['Service/a', 'Servic/b'] })).problems).toMatchObject([{ says: 'm.yaml holds no Servic/b. Did you mean Service/b?', remedy: 'It holds Service/a, Service/b.' }])
  })
  test('two sources may share a file', async () => {
    expect((await read(both, { path: 'm.yaml', objects: ['Service/a'] }, 'm.yaml')).names).toEqual(['Service/a m.yaml:1:1', 'Service/b m.yaml:6:1'])
  })
  test('one that is defined twice is a problem, whatever its version', async () => {
    const { faults } = await read({ 'a.yaml': 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\n', 'b.yaml': 'apiVersion: apps/v1beta1\nkind: Deployment\nmetadata: {name: a}\n' }, 'a.yaml', 'b.yaml')
    expect(faults).toEqual(['b.yaml:1:1 Deployment/a is defined twice: first in a.yaml:1:1.'])
  })
})

describe('folders', () => {
  test('are read recursively, by name, and say what they passed over', async () => {
    const { names, faults, ignored } = await read({ 'k/b.yml': object('Service', 'b'), 'k/a/z.yaml': object('Service', 'z'), 'k/c.json': '{"apiVersion":"v1","kind":"Service","metadata":{"name":"c"}}', 'k/README.md': '', 'k/.git/x.yaml': ':', 'other.yaml': ':' }, 'k')
    expect(names).toEqual(['Service/z k/a/z.yaml:1:1', 'Service/b k/b.yml:1:1', 'Service/c k/c.json:1:1'])
    expect(faults).toEqual([])
    expect(ignored.map(({ where }) => locationText(where))).toEqual(['k/.git', 'k/README.md'])
  })

  test.each([
    ['a Helm chart', { 'k/Chart.yaml': 'name: x\n', 'k/templates/a.yaml': '{{' }, 'k', 'k is a Helm chart', 'helm template k > rendered.yaml'],
    ['its Chart.yaml', { 'k/Chart.yaml': 'name: x\n' }, 'k/Chart.yaml', 'k is a Helm chart', 'helm template k'],
    ['a Helm chart further down', { 'k/a.yaml': object('Service', 'a'), 'k/c/Chart.yaml': '' }, 'k', 'k/c is a Helm chart', 'helm template k/c'],
    ['a kustomization further down', { 'k/a.yaml': object('Service', 'a'), 'k/c/kustomization.yaml': '' }, 'k', 'k/c is a kustomization', 'Point manifests to k/c'],
  ])('%s is refused with its remedy', async (_, content, path, says, remedy) => {
    const { problems } = await read(content, path)
    expect(problems).toMatchObject([{ says: expect.stringContaining(says), remedy: expect.stringContaining(remedy) }])
  })
})

describe('kustomizations', () => {
  const base = { 'base/kustomization.yaml': 'resources: [a.yaml]\n', 'base/a.yaml': object('Service', 'a'), 'base/unlisted.yaml': object('Service', 'u') }

  test('that only gather are read as what they gather', async () => {
    const { names, faults } = await read({ ...base, 'over/kustomization.yml': 'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n- ../base\n- b.yaml\npatches: []\n', 'over/b.yaml': object('Service', 'b') }, 'over')
    expect(faults).toEqual([])
    expect(names).toEqual(['Service/a base/a.yaml:1:1', 'Service/b over/b.yaml:1:1'])
  })

  test('set the namespace of what has one', async () => {
    const content = { ...base, 'over/kustomization.yaml': 'namespace: shop\nresources: [../base, pc.yaml]\n', 'over/pc.yaml': object('PriorityClass', 'p') }
    const { objects, faults } = await read(content, 'over', { path: 'over/kustomization.yaml', objects: ['Service/a'] })
    expect(faults).toEqual(['base/a.yaml:1:1 Service/a is defined twice: first in base/a.yaml:1:1.'])
    expect((await read(content, 'over')).faults).toEqual([])
    expect(objects.slice(0, 2).map(({ object: { metadata } }) => metadata.namespace)).toEqual(['shop', undefined])
  })

  test.each([
    ['patches', 'resources: [a.yaml]\npatches:\n- path: p.yaml\n', 'k/kustomization.yaml:2:1', '"patches" is more than a list of resources'],
    ['images', 'images:\n- name: a\n  newTag: b\n', 'k/kustomization.yaml:1:1', '"images"'],
    ['a field that does not exist yet', 'resource: [a.yaml]\n', 'k/kustomization.yaml:1:1', '"resource"'],
    ['a component', 'kind: Component\n', 'k/kustomization.yaml:1:1', 'kind "Component"'],
    ['something to fetch', 'resources:\n- https://example.org/a.yaml\n', 'k/kustomization.yaml:2:3', 'is not in the repository'],
    ['a repository to fetch', 'resources:\n- github.com/a/b//c?ref=v1\n', 'k/kustomization.yaml:2:3', 'is not in the repository'],
    ['a file that is not there', 'resources: [none.yaml]\n', 'k/kustomization.yaml:1:13', 'There is no file or folder k/none.yaml'],
    ['a folder that is no kustomization', 'resources: [sub]\n', 'k/kustomization.yaml:1:13', 'The folder k/sub is no kustomization'],
    ['itself', 'resources: [../k]\n', 'k/kustomization.yaml', 'name each other'],
    ['a namespace over a RoleBinding', 'namespace: shop\nresources: [role.yaml]\n', 'k/role.yaml:1:1', 'RoleBinding/r names namespaces inside'],
    ['several documents', 'resources: []\n---\nresources: []\n', 'k/kustomization.yaml', 'not one mapping'],
  ])('%s is refused', async (_, text, place, says) => {
    const { faults } = await read({ 'k/kustomization.yaml': text, 'k/a.yaml': object('Service', 'a'), 'k/sub/b.yaml': object('Service', 'b'), 'k/role.yaml': object('RoleBinding', 'r') }, 'k')
    expect(faults).toHaveLength(1)
    expect(faults[0]).toContain(`${place} `)
    expect(faults[0]).toContain(says)
  })
})

const boutique = join(import.meta.dirname, '../../../../shared/inputs/online-boutique')
const there = existsSync(boutique)
const onDisk = {
  read: (path: string) => readFile(join(boutique, path)),
  list: async (path: string) => {
    if (!existsSync(join(boutique, path)) || !(await stat(join(boutique, path))).isDirectory()) return undefined
    const entries = await readdir(join(boutique, path), { withFileTypes: true })
    return Promise.all(entries.map(async (entry) => ({ name: entry.name, kind: entry.isDirectory() ? ('folder' as const) : ('file' as const), size: (await stat(join(boutique, path, entry.name))).size })))
  },
  write: () => Promise.reject(new Error('nothing is written here')),
}
const withBoutique = there ? test : test.skip

withBoutique(`a real shop is read whole${there ? '' : ' (skipped: ../shared/inputs is not there)'}`, async () => {
  const { objects, problems } = await readManifests([{ path: 'kustomize/base' }], onDisk)
  expect(problems).toEqual([])
  expect(objects.filter(({ object: { kind } }) => kind === 'Deployment')).toHaveLength(12)
  expect(objects.filter(({ object: { kind } }) => kind === 'Service')).toHaveLength(12)
})
