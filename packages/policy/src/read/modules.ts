import type { Files, PolicyModule } from '@fermata/ports'
import { ConfigurationError, inFile } from '@fermata/verdict'
import { findFiles, unreachableText } from './find-files.ts'
import { readText } from './text.ts'

const defaultFolder = 'policy'

/**
 * The Rego modules that are meant. Tests (`_test.rego`) are no policies.
 * @param written paths and patterns; none means the folder `policy`, where there is one
 * @param needed whether it is wrong that there are none: no pack was named
 * @throws ConfigurationError for paths that hold no module, and when there is none where one is needed
 */
export async function readModules(written: readonly string[], needed: boolean, files: Files): Promise<readonly PolicyModule[]> {
  const asked = written.length > 0 ? written : [defaultFolder]
  const { paths, unused, unreachable } = await findFiles(asked, /\.rego$/, files)
  if (unreachable.length > 0) throw new ConfigurationError(unreachable.map((path) => ({ code: 'FM-POLICY-INVALID', says: unreachableText, where: inFile(path) })))
  const policies = paths.filter((path) => !path.endsWith('_test.rego'))
  if (written.length > 0 && unused.length > 0) throw new ConfigurationError(unused.map((pattern) => ({ code: 'FM-POLICY-NO-POLICIES', says: `The input policies names ${pattern}, and there is no Rego file.`, remedy: 'Correct the path: it is relative to the working directory.' })))
  if (policies.length === 0 && (needed || written.length > 0)) throw new ConfigurationError([{ code: 'FM-POLICY-NO-POLICIES', says: written.length > 0 ? `There is no Rego file in ${written.join(', ')}, beside tests.` : 'There are no policies: the folder policy holds no Rego file.', remedy: 'Name Rego files with the input policies, or a pack with the input pack.' }])
  return Promise.all(policies.map(async (name) => {
    const content = await readText(name, files)
    if ('says' in content) throw new ConfigurationError([{ code: 'FM-POLICY-INVALID', says: content.says, where: inFile(name) }])
    return { name, text: content.text }
  }))
}
