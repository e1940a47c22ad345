import base from './jest.config.mjs'

/** The contracts once more, against the real programs: they take their time, and none is started twice at once. */
export default { ...base, roots: ['<rootDir>/test/real'], testMatch: ['**/*.real-test.ts'], testTimeout: 60_000 }
