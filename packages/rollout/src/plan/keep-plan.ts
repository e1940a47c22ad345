import type { Files } from '@fermata/ports'
import type { DeployRequest } from '../request.ts'
import type { Plan } from './plan.ts'

/**
 * Writes the plan to the file that the request names, else into the folder of the report.
 * In mode apply the named file is the approved plan, which is read and never written over.
 * @returns its path
 */
export async function keepPlan(request: DeployRequest, files: Files, plan: Plan): Promise<string> {
  const path = request.mode === 'plan' && request.plan !== undefined ? request.plan : `${request['report-dir']}/plan.json`
  await files.write(path, `${JSON.stringify(plan, null, 2)}\n`)
  return path
}
