import { expect, test } from '@jest/globals'
import { loadCatalog } from '@fermata/catalog'
import { ownershipOf, servicesUnder } from './ownership.ts'

const { services } = loadCatalog(`
services:
  platform: {paths: [services]}
  cart: {paths: [services/cart, '!services/cart/README.md'], manifests: [k8s/cart.yaml, {path: k8s/both.yaml, objects: [Deployment/cart]}], migration_scripts: [db/cart]}
  web: {paths: [services/web, lib], manifests: [k8s/both.yaml]}
  mail: {paths: ['.', '!services', '!k8s', '!lib', '!db']}
  kept: {paths: [kept, '!kept/k8s'], manifests: [kept/k8s]}
`, 'fermata.yaml')
const owners = ownershipOf(services.values())

test.each([
  ['services/cart/main.go', ['cart']],
  ['services/cart', ['cart']],
  ['services/cartoon/x', ['platform']],
  ['services/cart/README.md', ['platform']],
  ['k8s/cart.yaml', ['cart']],
  ['k8s/both.yaml', ['cart', 'web']],
  ['db/cart/001.sql', ['cart']],
  ['kept/k8s/deployment.yaml', ['kept']],
  ['README.md', ['mail']],
  ['lib/x', ['web']],
])('%s belongs to %j', (path, expected) => {
  expect([...owners(path)].sort()).toEqual(expected)
})

test('a service without paths of its own owns the folder of its name', () => {
  expect(ownershipOf(loadCatalog('services: {cart: {}}', 'fermata.yaml').services.values())('cart/x')).toEqual(['cart'])
})

test('services under a folder are those that own something in it', () => {
  expect(servicesUnder('k8s', services.values())).toEqual(['cart', 'web'])
  expect(servicesUnder('', services.values())).toHaveLength(services.size)
})
