import type { ServiceRole, Strategy } from './model.ts'

/** What holds where neither the service nor the catalog's own `defaults` say otherwise. Times in milliseconds. */
export const defaults = {
  version: 1,
  cycles: 'unit',
  role: 'service' satisfies ServiceRole as ServiceRole,
  strategy: 'rolling' satisfies Strategy as Strategy,
  timeout: 600_000,
  soak: 30_000,
  /** Of a canary. Every other strategy moves all traffic at once. */
  canarySteps: [10, 50, 100],
  atOnce: [100],
  analysisHold: 300_000,
  analysisInterval: 60_000,
  affects: 'all',
  approval: 'none',
} as const

/** Looked for in this order where no `config` is given. */
export const catalogFiles = ['fermata.yaml', 'deployment-config.yaml'] as const

/** In bytes of a file, and in characters of a text. 10,000 services take about 2,000,000. */
export const largestCatalog = 10_000_000
