import base from './jest.config.mjs'

/** A real kubelet: only by `npm run test:node`, in namespaces of its own. */
export default { ...base, roots: ['<rootDir>/test/node'], testMatch: ['**/test/node/*.node-test.ts'], testTimeout: 120_000 }
