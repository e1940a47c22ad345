import { describe, expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { DecodeError, decode } from './decode.ts'
import { builtInTypes } from './lookup.ts'
import { canonicalQuantity, milliValue } from './quantity.ts'

describe('quantities', () => {
  test.each`
    given       | canonical
    ${'0.5'}    | ${'500m'}
    ${'1000m'}  | ${'1'}
    ${'1024Mi'} | ${'1Gi'}
    ${'0.1Gi'}  | ${'107374182400m'}
    ${'100Ki'}  | ${'100Ki'}
    ${'1e3'}    | ${'1e3'}
    ${'1500M'}  | ${'1500M'}
    ${'2000M'}  | ${'2G'}
    ${'0'}      | ${'0'}
    ${'-500m'}  | ${'-500m'}
    ${'.5'}     | ${'500m'}
  `('$given is $canonical', ({ given, canonical }) => { expect(canonicalQuantity(String(given))).toBe(canonical) })

  test.each(['', 'lots', '1 Gi', '1GiB', '--1'])('%p is none', (text) => { expect(canonicalQuantity(text)).toBeUndefined() })

  test('a canonical form is its own', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 10 ** 9 }), fc.constantFrom('', 'm', 'k', 'M', 'Ki', 'Mi', 'Gi'), (number, suffix) => {
      const once = canonicalQuantity(`${number}${suffix}`) ?? ''
      expect(canonicalQuantity(once)).toBe(once)
      expect(milliValue(once)).toBe(milliValue(`${number}${suffix}`))
    }))
  })
})

const read = (raw: object): unknown => decode(builtInTypes, 'apps.v1.Deployment', raw as never).value

describe('decoding', () => {
  test('leaves out what Go leaves out when empty, and keeps zeros behind pointers', () => {
    expect(read({ metadata: { name: 'x', labels: {} }, spec: { replicas: 0, minReadySeconds: 0, paused: false, selector: { matchLabels: { a: 'b' } }, template: { spec: { containers: [{ name: 'a', env: [], securityContext: {} }] } } } })).toEqual({
      metadata: { name: 'x' }, status: {},
      spec: { replicas: 0, selector: { matchLabels: { a: 'b' } }, strategy: {}, template: { metadata: {}, spec: { containers: [{ name: 'a', resources: {}, securityContext: {} }] } } },
    })
  })

  test('names every unknown field with its place', () => {
    const { unknown } = decode(builtInTypes, 'apps.v1.Deployment', { spec: { foo: 1, template: { spec: { containers: [{ name: 'a' }, { name: 'b', imag: 'x' }] } } } })
    expect(unknown).toEqual(['spec.foo', 'spec.template.spec.containers[1].imag'])
  })

  test.each`
    raw                                                                                     | message
    ${{ spec: { replicas: '3' } }}                                                          | ${'json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32'}
    ${{ spec: { replicas: 1.5 } }}                                                          | ${'json: cannot unmarshal number 1.5 into Go struct field DeploymentSpec.spec.replicas of type int32'}
    ${{ spec: 'x' }}                                                                        | ${'json: cannot unmarshal string into Go struct field Deployment.spec of type v1.DeploymentSpec'}
    ${{ spec: { template: { spec: { containers: [{ env: [{ name: 'A', value: 1 }] }] } } } }} | ${'json: cannot unmarshal number into Go struct field EnvVar.spec.template.spec.containers.env.value of type string'}
    ${{ spec: { template: { spec: { containers: {} } } } }}                                 | ${'json: cannot unmarshal object into Go struct field PodSpec.spec.template.spec.containers of type []v1.Container'}
  `('refuses $raw as Go does', ({ raw, message }) => { expect(() => read(raw as object)).toThrow(new DecodeError(String(message))) })

  test('is the same the second time', () => {
    const once = read({ metadata: { name: 'x' }, spec: { template: { spec: { containers: [{ name: 'a', resources: { requests: { cpu: '0.5' } } }] } } } }) as object
    expect(read(once)).toEqual(once)
  })
})
