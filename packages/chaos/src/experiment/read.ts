import type { Files } from '@fermata/ports'
import { parseJson, parseYaml, type Path, type TextDocument } from '@fermata/source'
import { ConfigurationError, inFile, type Problem } from '@fermata/verdict'
import { largestExperiment } from '../defaults.ts'
import type { FaultKind } from '../faults/fault.ts'
import type { Complain } from './dialect.ts'
import { dialects } from './dialects.ts'
import type { Experiment } from './model.ts'

/**
 * Reads an experiment in any of the dialects, YAML or JSON.
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
  const complain: Complain = (path, says, remedy, code = 'FM-CHAOS-EXPERIMENT') => void problems.push({ code, says, ...(remedy !== undefined && { remedy }), where: at(path, document) })
  if (problems.length === 0 && (document === undefined || document.value === null)) complain([], 'The experiment is empty.')
  if (second !== undefined) complain([], 'The file has more than one document; an experiment is one.')
  const experiment = document === undefined || problems.length > 0 ? undefined : dialects.find(({ speaks }) => speaks(document.value))?.read(document.value, kinds, complain, { file, where: at([], document) })
  if (experiment === undefined || problems.length > 0) throw new ConfigurationError(problems)
  return experiment
}
