import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { isIP } from 'node:net'
import { bitString, boolean, generalizedTime, integer, objectId, octetString, sequence, set, tagged, utf8String } from './der.ts'

const oid = {
  commonName: '2.5.4.3', organization: '2.5.4.10', ecdsaWithSha256: '1.2.840.10045.4.3.2', basicConstraints: '2.5.29.19', keyUsage: '2.5.29.15', extendedKeyUsage: '2.5.29.37',
  subjectAltName: '2.5.29.17', subjectKeyId: '2.5.29.14', authorityKeyId: '2.5.29.35', serverAuth: '1.3.6.1.5.5.7.3.1', clientAuth: '1.3.6.1.5.5.7.3.2',
} as const

export interface Certificate {
  /** PEM. */
  readonly certificate: string
  /** PEM, PKCS #8. */
  readonly key: string
}

export interface Authority extends Certificate {
  /** For a server that is reached under these DNS names and IPv4 addresses. */
  issueServer(hosts: readonly string[]): Certificate
  /** For a client: the common name is the user, the organizations are its groups, as Kubernetes reads them. */
  issueClient(user: string, groups?: readonly string[]): Certificate
}

interface Wish {
  readonly subject: Buffer
  readonly issuer: Buffer
  readonly publicKey: KeyObject
  readonly signer: KeyObject
  readonly extensions: readonly Buffer[]
}

const day = 86_400_000

/** X.509 version 3 (RFC 5280, section 4.1), signed with ECDSA on P-256. Valid from yesterday, because clocks differ, for ten years. */
function certify(wish: Wish): string {
  const algorithm = sequence(objectId(oid.ecdsaWithSha256))
  const now = Date.now()
  const body = sequence(
    tagged(0, integer(Buffer.from([2]))),
    integer(randomBytes(16)),
    algorithm,
    wish.issuer,
    sequence(generalizedTime(new Date(now - day)), generalizedTime(new Date(now + 3650 * day))),
    wish.subject,
    wish.publicKey.export({ type: 'spki', format: 'der' }),
    tagged(3, sequence(...wish.extensions)),
  )
  return pem(sequence(body, algorithm, bitString(sign('sha256', body, wish.signer))))
}

function pem(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? []
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
}

const attribute = (type: string, value: string): Buffer => set(sequence(objectId(type), utf8String(value)))
const name = (commonName: string, organizations: readonly string[] = []): Buffer => sequence(...organizations.map((group) => attribute(oid.organization, group)), attribute(oid.commonName, commonName))
const extension = (type: string, value: Buffer, critical = false): Buffer => sequence(objectId(type), ...(critical ? [boolean(true)] : []), octetString(value))

function alternativeName(host: string): Buffer {
  if (isIP(host) === 4) return tagged(7, Buffer.from(host.split('.').map(Number)), 'primitive')
  if (isIP(host) === 6) throw new Error(`${host}: only IPv4 addresses and DNS names are written into certificates here`)
  return tagged(2, Buffer.from(host, 'ascii'), 'primitive')
}

const keyPair = (): { readonly publicKey: KeyObject; readonly privateKey: KeyObject } => generateKeyPairSync('ec', { namedCurve: 'P-256' })
const keyPem = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString()

/** A certificate authority that lives as long as the process. Keys are made with node:crypto; nothing is written to disk. */
export function createAuthority(commonName: string): Authority {
  const { publicKey, privateKey } = keyPair()
  const subject = name(commonName)
  const keyId = randomBytes(20)
  const digitalSignature = bitString(Buffer.from([0x80]), 7)
  const signsCertificates = bitString(Buffer.from([0x04]), 2)
  const issue = (leaf: Buffer, usage: string, extensions: readonly Buffer[]): Certificate => {
    const pair = keyPair()
    return {
      key: keyPem(pair.privateKey),
      certificate: certify({
        subject: leaf, issuer: subject, publicKey: pair.publicKey, signer: privateKey,
        extensions: [extension(oid.basicConstraints, sequence(), true), extension(oid.keyUsage, digitalSignature, true), extension(oid.extendedKeyUsage, sequence(objectId(usage))), extension(oid.authorityKeyId, sequence(tagged(0, keyId, 'primitive'))), ...extensions],
      }),
    }
  }
  return {
    key: keyPem(privateKey),
    certificate: certify({
      subject, issuer: subject, publicKey: publicKey, signer: privateKey,
      extensions: [extension(oid.basicConstraints, sequence(boolean(true)), true), extension(oid.keyUsage, signsCertificates, true), extension(oid.subjectKeyId, octetString(keyId))],
    }),
    issueServer: (hosts) => issue(name(hosts[0] ?? 'localhost'), oid.serverAuth, [extension(oid.subjectAltName, sequence(...hosts.map(alternativeName)))]),
    issueClient: (user, groups = []) => issue(name(user, groups), oid.clientAuth, []),
  }
}
