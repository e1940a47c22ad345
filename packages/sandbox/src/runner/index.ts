export type { Ended, Started, Step } from './step.ts'
export { runStep, startStep } from './step.ts'
