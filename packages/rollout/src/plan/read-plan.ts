import { at, type Files, textAt } from '@fermata/ports'
import { ConfigurationError, inFile } from '@fermata/verdict'
import { hashOf, type Plan, planSchemaId } from './plan.ts'

/**
 * Reads a plan file.
 * @throws ConfigurationError when there is none, when it is no plan, and when its hash is not that of its content
 */
export async function readPlan(files: Files, path: string): Promise<Plan> {
  const bytes = await files.read(path)
  const wrong = (says: string, remedy: string): ConfigurationError => new ConfigurationError([{ says: `Input plan: ${says}`, remedy, where: inFile(path) }])
  if (bytes === undefined) throw wrong(`there is no file ${path}.`, 'Write one with mode plan.')
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (cause) {
    if (!(cause instanceof SyntaxError || cause instanceof TypeError)) throw cause
    throw wrong(`${path} is no JSON.`, 'Give the file that mode plan has written.')
  }
  if (textAt(value, 'schema') !== planSchemaId || !Array.isArray(at(value, 'services'))) throw wrong(`${path} is no plan (${planSchemaId}).`, 'Give the file that mode plan has written.')
  const plan = value as Plan
  if (hashOf(plan) !== plan.hash) throw wrong(`${path} was changed after it was made: its hash is not that of its content.`, 'Make a new plan with mode plan.')
  return plan
}
