import type { Files } from '@fermata/ports'
import { ConfigurationError, inFile } from '@fermata/verdict'
import { catalogFiles, largestCatalog } from './defaults.ts'
import { loadCatalog, tooLarge, type LoadOptions } from './load.ts'
import type { Catalog } from './model.ts'

export interface CatalogFile {
  readonly file: string
  readonly text: string
}

/**
 * The catalog of the working directory: the file that `config` names, else the first that exists of fermata.yaml and deployment-config.yaml.
 * @param config as the input was written; undefined or empty where it was not
 * @throws ConfigurationError when there is none, or when it is larger than a catalog may be or no UTF-8
 */
export async function findCatalog(files: Files, config: string | undefined): Promise<CatalogFile> {
  const wanted = config === undefined || config === '' ? catalogFiles : [config]
  for (const file of wanted) {
    const bytes = await files.read(file)
    if (bytes !== undefined) return { file, text: catalogText(bytes, file) }
  }
  const says = wanted === catalogFiles ? `There is no catalog: neither ${catalogFiles.join(' nor ')} exists in the working directory.` : `There is no catalog ${config}.`
  throw new ConfigurationError([{ says, remedy: 'Run `fermata init` to write one from your manifests, or name another file with the input config.' }])
}

/** Finds a catalog and reads it. */
export async function readCatalog(files: Files, config: string | undefined, options: LoadOptions = {}): Promise<Catalog> {
  const { file, text } = await findCatalog(files, config)
  return loadCatalog(text, file, options)
}

/**
 * The text of a catalog's bytes, from a file or from a commit.
 * @throws ConfigurationError when there are too many, before anything is decoded, and when they are no UTF-8
 */
export function catalogText(bytes: Uint8Array, file: string): string {
  if (bytes.length > largestCatalog) throw tooLarge(file, bytes.length, 'bytes')
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new ConfigurationError([{ says: 'The catalog is no UTF-8 text.', remedy: 'Save it as UTF-8.', where: inFile(file, 1, 1) }], { cause })
  }
}
