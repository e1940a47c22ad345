import base from './jest.config.mjs'

/** The contracts on both sides, and the stories against the real programs: they take their time, and none is started twice at once. */
export default {
  ...base,
  roots: ['<rootDir>/test/real', '<rootDir>/test/contract'],
  testMatch: ['**/test/real/*.real-test.ts', '**/test/contract/*/sandbox.test.ts'],
  testTimeout: 60_000,
  setupFilesAfterEnv: ['<rootDir>/test/real/once-more.mjs'],
  reporters: ['default', '<rootDir>/test/real/reporter.mjs'],
}
