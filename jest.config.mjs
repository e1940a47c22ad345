import { availableParallelism } from 'node:os'

export default {
  testEnvironment: '<rootDir>/scripts/test-environment.mjs',
  roots: ['<rootDir>/packages', '<rootDir>/actions', '<rootDir>/scripts', '<rootDir>/test'],
  // Generous: a machine that is busy with something else is no reason for a test to fail.
  testTimeout: 30_000,
  // More than processors: many suites wait for processes that they start, and a processor left free would wait too.
  maxWorkers: availableParallelism() + 2,
  testSequencer: '<rootDir>/scripts/long-first.mjs',
  testMatch: ['**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': '<rootDir>/scripts/strip-types.mjs' },
  modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/build'],
}
