export type { GitWish } from './git.ts'
export type { KnownRemote } from './remote.ts'
export { openGit } from './git.ts'
export { gitCodes } from './codes.ts'
