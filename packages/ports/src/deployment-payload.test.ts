import { expect, test } from '@jest/globals'
import { deploymentPayload } from './deployment-payload.ts'

test.each([
  ['the object', { services: ['a'], release: 'r1' }, { services: ['a'], release: 'r1' }],
  ['its text', '{"services":["a"],"release":"r1"}', { services: ['a'], release: 'r1' }],
  ['named twice', { services: ['a', 'b', 'a'] }, { services: ['a', 'b'], release: undefined }],
  ['of another tool', { services: ['a'] }, { services: ['a'], release: undefined }],
  ['text that is no JSON', 'prod', undefined],
  ['something else', { app: 'a' }, undefined],
  ['names that are none', { services: [1] }, undefined],
  ['nothing', null, undefined],
])('a payload: %s', (_, given, read) => {
  expect(deploymentPayload(given)).toEqual(read)
})
