import { describe, expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { hostsIn } from './addresses.ts'

const hosts = (variable: string | undefined, value: string) => hostsIn(variable, value).map(({ host, port }) => (port === undefined ? host : `${host}:${port}`))

describe('a value names a host', () => {
  test.each([
    ['REDIS_ADDR', 'redis-cart:6379', ['redis-cart:6379']],
    ['ANY', 'redis-cart:6379', ['redis-cart:6379']],
    ['ANY', 'http://cart.shop.svc.cluster.local:80/', ['cart.shop.svc.cluster.local:80']],
    ['ANY', 'https://cart/api/v1?x=a:1', ['cart']],
    ['ANY', 'cart.shop.svc', ['cart.shop.svc']],
    ['CART_HOST', 'cart', ['cart']],
    ['cartHost', 'cart', ['cart']],
    ['spring.redis.host', 'cache', ['cache']],
    ['--cart-addr', 'cart', ['cart']],
    ['KAFKA_BROKERS', 'k1:9092,k2:9092', ['k1:9092', 'k2:9092']],
    ['NATS', 'nats://a:4222,nats://b:4222', ['a:4222', 'b:4222']],
    ['MONGO', 'mongodb://u:p@a:27017,b:27017/db?replicaSet=x', ['a:27017', 'b:27017']],
    ['DB', 'jdbc:postgresql://db:5432/shop', ['db:5432']],
    ['DB', 'shop:secret@tcp(db:3306)/shop?parseTime=true', ['db:3306']],
    ['DB', 'Host=db;Port=5432;Password=x', ['db']],
    ['DB', 'host=db port=5432 user=x', ['db']],
    ['DB', 'Server=tcp:sql,1433;Database=x', ['sql']],
    ['REDIS', 'redis://:pa:ss@cache:6379/0', ['cache:6379']],
    ['TARGET', 'dns:///cart:7070', ['cart:7070']],
    [undefined, 'http://frontend:80', ['frontend:80']],
    ['URL', 'HTTP://Cart:80', ['cart:80']],
  ])('%s=%s', (variable, value, expected) => expect(hosts(variable, value)).toEqual(expected))
})

describe('a value names none', () => {
  test.each([
    ['ROLE', 'frontend'], ['MODE', 'cart'], ['HOST', 'cart'], ['ADDR', '0.0.0.0:80'], [undefined, 'cart'], ['CART_IMAGE', 'cart:2'], ['APP_VERSION', 'cart:2'],
    ['PORT', '8080'], ['TIME', '12:30'], ['USER', '1000:1000'], ['LISTEN_ADDR', ':8080'], ['CART_ADDR', 'localhost:7070'], ['CART_ADDR', '127.0.0.1:7070'], ['CART_URL', 'http://$(CART_HOST)/'],
    ['CART_URL', 'http://${CART_HOST}:80/'], ['CART_URL', 'file:///cart'], ['CART_URL', 'unix:///cart'], ['CART_ADDR', 'cart:99999'], ['CART_ADDR', ''], ['CART_ADDR', 'two words:'], ['CART_URL', '/cart'], ['JSON', '{"cart":7070}'],
  ])('%s=%s', (variable, value) => expect(hosts(variable, value)).toEqual([]))
})

test('users and passwords are never shown', () => {
  const secret = fc.stringMatching(/^[A-Za-z0-9!$&*+=:~-]{8,20}$/)
  fc.assert(fc.property(secret, (password) => {
    for (const value of [`redis://u:${password}@cache:6379/0`, `u:${password}@tcp(cache:6379)/x`, `Host=cache;Password=${password}`]) {
      for (const { shown } of hostsIn('DB_URL', value)) expect(shown).not.toContain(password)
    }
  }))
})

test('no value makes it throw or hang', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (value) => void hostsIn('A_HOST', value)))
  expect(hostsIn('A_HOST', 'a-'.repeat(1_999))).toEqual([])
  expect(hostsIn('A_HOST', `${'a.'.repeat(1_900)}!`)).toEqual([])
  expect(hostsIn('A_HOST', 'a:'.repeat(5_000))).toEqual([])
})
