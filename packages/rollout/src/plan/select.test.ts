import { loadCatalog } from '@fermata/catalog'
import { describe, expect, test } from '@jest/globals'
import { selectServices } from './select.ts'

const catalog = loadCatalog(`
version: 1
services:
  db: {manifests: [db.yaml]}
  mail: {manifests: [mail.yaml]}
  cart: {manifests: [cart.yaml], dependencies: [db]}
  hidden: {dependencies: [cart]}
  web: {manifests: [web.yaml], dependencies: [hidden, mail]}
  load: {manifests: [load.yaml], dependencies: [web], role: load-generator}
  probe: {manifests: [probe.yaml], dependencies: [load, web]}
`, 'fermata.yaml')

const roles = (wanted: readonly string[] | undefined): Readonly<Record<string, string>> => Object.fromEntries(selectServices(catalog, wanted).roles)

describe('a release of', () => {
  test('everything is every service with manifests, and says who has none', () => {
    expect(Object.keys(roles(undefined))).toEqual(['db', 'mail', 'cart', 'web', 'load', 'probe'])
    expect(selectServices(catalog, undefined).reasons).toMatchObject([{ code: 'FM-DEPLOY-DEPENDENCY-UNSEEN', service: 'hidden' }])
  })

  test('one looks at what that one needs directly, and at nothing deeper', () => {
    expect(roles(['cart'])).toEqual({ cart: 'release', db: 'check' })
    expect(roles(['web'])).toEqual({ web: 'release', mail: 'check' })
  })

  test('two looks at what lies between them', () => {
    expect(roles(['db', 'web'])).toEqual({ db: 'release', cart: 'check', web: 'release', mail: 'check' })
  })

  test('one that needs a load generator does not wait for it', () => {
    expect(roles(['probe'])).toEqual({ probe: 'release', web: 'check' })
  })

  test('none is none', () => {
    expect(roles([])).toEqual({})
  })
})

test('order through a service that is left out stays', () => {
  expect(selectServices(catalog, ['cart', 'web']).graph.dependencies('web')).toEqual(['mail', 'cart'].toSorted((a, b) => ['db', 'mail', 'cart'].indexOf(a) - ['db', 'mail', 'cart'].indexOf(b)))
})
