import type { Files } from '@fermata/ports'
import { parseJson, parseYaml, type Path, type TextDocument } from '@fermata/source'
import { ConfigurationError, inFile, type Problem } from '@fermata/verdict'
import * as z from 'zod/mini'
import { largestExperiment } from '../defaults.ts'
import type { FaultKind } from '../faults/fault.ts'
import type { Experiment } from './model.ts'
import { type Complain, experimentSchema, fromOwnForm } from './own-form.ts'
import { fromToolkit, isToolkit } from './toolkit-form.ts'

/**
 * Reads an experiment, in our own form or that of Chaos Toolkit, YAML or JSON.
 * @throws ConfigurationError with all that is wrong, each with its line and column; EnvironmentError when the file cannot be read
 */
export async function readExperiment(files: Files, file: string | undefined, kinds: readonly FaultKind[]): Promise<Experiment> {
  if (file === undefined) throw new ConfigurationError([{ says: 'Input experiment is missing.', remedy: 'Give the path of an experiment, such as chaos/cart.yaml.' }])
  const bytes = await files.read(file)
  if (bytes === undefined) throw new ConfigurationError([{ code: 'FM-CHAOS-EXPERIMENT', says: `There is no file ${JSON.stringify(file)}.`, remedy: 'Correct the input experiment; paths are relative to the working directory.' }])
  if (bytes.length > largestExperiment) throw new ConfigurationError([{ code: 'FM-CHAOS-EXPERIMENT', says: `${file} has ${bytes.length} bytes, and an experiment has at most ${largestExperiment}.`, where: inFile(file) }])
  return parseExperiment(new TextDecoder().decode(bytes), file, kinds)
}

/** @throws ConfigurationError */
export function parseExperiment(text: string, file: string, kinds: readonly FaultKind[]): Experiment {
  const parsed = file.endsWith('.json') ? parseJson(text, { file }) : parseYaml(text, { file, version: '1.2' })
  const [document, second] = parsed.documents
  const at = (path: Path, whole: TextDocument | undefined) => {
    const { line, column } = whole?.nearestPosition(path) ?? { line: 1, column: 1 }
    return inFile(file, line, column)
  }
  const problems: Problem[] = parsed.problems.map(({ says, line, column }) => ({ code: 'FM-CHAOS-EXPERIMENT', says, where: inFile(file, line, column) }))
  const complain: Complain = (path, says, remedy) => void problems.push({ code: codeOf(says), says, ...(remedy !== undefined && { remedy }), where: at(path, document) })
  if (problems.length === 0 && (document === undefined || document.value === null)) complain([], 'The experiment is empty.')
  if (second !== undefined) complain([], 'The file has more than one document; an experiment is one.')
  const experiment = document === undefined || problems.length > 0 ? undefined : experimentIn(document.value, kinds, complain, { file, where: at([], document) })
  if (experiment === undefined || problems.length > 0) throw new ConfigurationError(problems)
  return experiment
}

/** What would have to be carried out by somebody else has a code of its own. */
function codeOf(says: string): 'FM-CHAOS-PROVIDER' | 'FM-CHAOS-EXPERIMENT' {
  return / has the provider .*not carried out here/.test(says) ? 'FM-CHAOS-PROVIDER' : 'FM-CHAOS-EXPERIMENT'
}

function experimentIn(value: unknown, kinds: readonly FaultKind[], complain: Complain, place: Pick<Experiment, 'file' | 'where'>): Experiment | undefined {
  if (isToolkit(value)) return fromToolkit(value, kinds, complain, place)
  const shape = z.safeParse(experimentSchema, value)
  if (shape.success) return fromOwnForm(shape.data, kinds, complain, place)
  for (const issue of shape.error.issues) {
    const path = issue.path.map((key) => (typeof key === 'number' ? key : String(key)))
    const unknown = issue.code === 'unrecognized_keys' ? issue.keys : undefined
    if (unknown === undefined) complain(path, `${path.length === 0 ? 'The experiment' : path.join('.')}: ${issue.message}.`)
    else for (const key of unknown) complain([...path, key], `${[...path, key].join('.')} is not known here.`, 'Remove it, or correct its name.')
  }
  return undefined
}
