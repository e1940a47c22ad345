import { stripTypeScriptTypes } from 'node:module'

/** Jest transform: the code is erasable TypeScript, so blanking the types keeps every line and column where it was. */
export default { process: (source) => ({ code: stripTypeScriptTypes(source) }) }
