export { opaCodes } from './codes.ts'
export { createPolicyEngine } from './engine.ts'
export { engineSeal } from './engine-seal.ts'
