import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { forgeContract } from './contract.ts'

const description = join(import.meta.dirname, '../../../.tools/share/github-openapi/api.github.com.json')

forgeContract(existsSync(description) ? description : undefined)
