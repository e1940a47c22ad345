export { initCodes } from './codes.ts'
export type { InitRequest } from './request.ts'
export { initialise } from './request.ts'
export { initCatalog } from './init.ts'
