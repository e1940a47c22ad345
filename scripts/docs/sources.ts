import { catalogCodes, catalogJsonSchema, initCodes } from '@fermata/catalog'
import { changesCodes } from '@fermata/changes'
import { served } from '@fermata/cli'
import { forgeCodes } from '@fermata/forge'
import { gitCodes } from '@fermata/git'
import { custodyCodes } from '@fermata/custody'
import { kubeCodes } from '@fermata/kube'
import { prometheusCodes } from '@fermata/prometheus'
import { reportJsonSchema } from '@fermata/report'
import { rolloutCodes } from '@fermata/rollout'
import { runnerCodes } from '@fermata/runner'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Sources } from './pages.ts'

const capabilities = served.map(({ capability }) => capability)
const actions = join(import.meta.dirname, '../../actions')

/** Everything that documents are printed from. A new capability needs no line here; a new table of codes needs one. */
export const sources: Omit<Sources, 'read'> = {
  capabilities,
  actions: capabilities.filter(({ name }) => existsSync(join(actions, name))),
  codes: { catalog: catalogCodes, init: initCodes, changes: changesCodes, rollout: rolloutCodes, custody: custodyCodes, kube: kubeCodes, git: gitCodes, forge: forgeCodes, prometheus: prometheusCodes, runner: runnerCodes },
  schemas: { 'fermata-yaml': catalogJsonSchema(), report: reportJsonSchema() },
}
