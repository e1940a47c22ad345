export { forgeCodes } from './codes.ts'
export type { ForgeWish } from './forge.ts'
export { createForge, defaultApiUrl } from './forge.ts'
