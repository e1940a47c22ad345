import { describe, expect, test } from '@jest/globals'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { loadCatalog } from './load.ts'
import { catalogJsonSchema } from './schema.ts'

describe('the JSON Schema of fermata.yaml', () => {
  const validate = new Ajv2020({ strict: false }).compile(catalogJsonSchema())

  test.each([
    ['a service without a word', { services: { cart: null } }, true],
    ['a service with all it may say', { services: { cart: { role: 'service', paths: ['a'], manifests: ['a', { path: 'b', objects: ['Deployment/cart'] }], dependencies: [], deployment_strategy: 'canary', traffic_split: [10, 100], health_check: '/health', migration_scripts: [], slos: [], timeout: '10m', soak: '30s' } } }, true],
    ['an SLO', { slos: { latency: { sli: 'up', target: 0.5, error_budget_window: '30d' } } }, true],
    ['shared paths', { services: { a: null }, shared: [{ paths: ['x'], affects: 'all' }, { paths: ['y'], affects: ['a'] }] }, true],
    ['an unknown key', { services: { cart: { dependecies: [] } } }, false],
    ['an id with a shell command', { services: { '$(rm -rf)': {} } }, false],
    ['a duration without a unit', { services: { cart: { timeout: 30 } } }, false],
    ['another version', { version: 2 }, false],
  ])('judges %s as the loader does', (_, data, valid) => {
    const load = () => loadCatalog(JSON.stringify(data), 'fermata.yaml')
    expect(validate(data)).toBe(valid)
    if (valid) expect(load).not.toThrow()
    else expect(load).toThrow()
  })

  test('describes every key that a service may have', () => {
    const service = JSON.parse(JSON.stringify(catalogJsonSchema())).properties.services.additionalProperties.anyOf[0].properties
    for (const [key, { description }] of Object.entries<{ readonly description?: string }>(service)) expect([key, description ?? '']).toEqual([key, expect.stringMatching(/\.$/)])
  })
})
