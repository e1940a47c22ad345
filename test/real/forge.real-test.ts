import { describe, test } from '@jest/globals'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { forgeContract } from '../contract/forge/contract.ts'
import { bin } from './company.ts'

const description = join(bin, '../share/github-openapi/api.github.com.json')

if (existsSync(description)) forgeContract(description)
else describe.skip('forge contract (skipped: the description of GitHub is not in .tools; see `npm run tools`)', () => test('is there', () => {}))
