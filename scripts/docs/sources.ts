import { catalogCodes, catalogJsonSchema, initCodes } from '@fermata/catalog'
import { changesCodes } from '@fermata/changes'
import { chaosCodes, experimentJsonSchema, faultKinds } from '@fermata/chaos'
import { served } from '@fermata/cli'
import { doctorCodes } from '@fermata/doctor'
import { forgeCodes } from '@fermata/forge'
import { gitCodes } from '@fermata/git'
import { custodyCodes } from '@fermata/custody'
import { healCodes } from '@fermata/heal'
import { kubeCodes } from '@fermata/kube'
import { opaCodes } from '@fermata/opa'
import { policyCodes } from '@fermata/policy'
import { prometheusCodes } from '@fermata/prometheus'
import { reportJsonSchema } from '@fermata/report'
import { rolloutCodes } from '@fermata/rollout'
import { runnerCodes } from '@fermata/runner'
import { sloCodes } from '@fermata/slo'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Sources } from './pages.ts'
import { workflows } from './workflows.ts'

const capabilities = served.map(({ capability }) => capability)
const actions = join(import.meta.dirname, '../../actions')

/** Everything that documents are printed from. A new capability needs no line here; a new table of codes needs one. */
export const sources: Omit<Sources, 'read'> = {
  capabilities,
  actions: capabilities.filter(({ name }) => existsSync(join(actions, name))),
  workflows,
  codes: { catalog: catalogCodes, init: initCodes, changes: changesCodes, rollout: rolloutCodes, heal: healCodes, chaos: chaosCodes, slo: sloCodes, doctor: doctorCodes, custody: custodyCodes, kube: kubeCodes, git: gitCodes, forge: forgeCodes, prometheus: prometheusCodes, policy: policyCodes, engine: opaCodes, runner: runnerCodes },
  schemas: { 'fermata-yaml': catalogJsonSchema(), report: reportJsonSchema(), 'chaos-experiment': experimentJsonSchema(faultKinds) },
}
