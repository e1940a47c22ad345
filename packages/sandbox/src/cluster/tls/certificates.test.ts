import { X509Certificate, createPrivateKey } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import { createAuthority } from './certificates.ts'

const authority = createAuthority('sandbox')
const ca = new X509Certificate(authority.certificate)

describe('an authority', () => {
  test('signs itself and may sign others', () => {
    expect(ca.ca).toBe(true)
    expect(ca.verify(ca.publicKey)).toBe(true)
    expect(ca.checkIssued(ca)).toBe(true)
  })

  test('issues servers for the names and addresses that are asked for', () => {
    const server = new X509Certificate(authority.issueServer(['127.0.0.1', 'localhost', 'kubernetes.default.svc']).certificate)
    expect(server.verify(ca.publicKey)).toBe(true)
    expect(server.checkIssued(ca)).toBe(true)
    expect(server.ca).toBe(false)
    expect(server.checkIP('127.0.0.1')).toBe('127.0.0.1')
    expect(server.checkHost('kubernetes.default.svc')).toBe('kubernetes.default.svc')
    expect(server.checkHost('example.com')).toBeUndefined()
  })

  test('issues clients whose subject is a user with groups', () => {
    const { certificate, key } = authority.issueClient('deployer', ['team-a', 'team-b'])
    const client = new X509Certificate(certificate)
    expect(client.subject.split('\n')).toEqual(['O=team-a', 'O=team-b', 'CN=deployer'])
    expect(client.checkPrivateKey(createPrivateKey(key))).toBe(true)
  })

  test('is another one every time', () => { expect(new X509Certificate(createAuthority('sandbox').certificate).verify(ca.publicKey)).toBe(false) })
})

test('the certificate is valid now and for years', () => {
  expect(Date.parse(ca.validFrom)).toBeLessThan(Date.now())
  expect(Date.parse(ca.validTo) - Date.now()).toBeGreaterThan(3 * 365 * 86_400_000)
})

test('addresses that it cannot write are refused', () => { expect(() => authority.issueServer(['::1'])).toThrow('only IPv4') })
