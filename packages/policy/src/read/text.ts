import type { Files } from '@fermata/ports'

/** In bytes of one file. */
export const largestFile = 20_000_000

/** The text of a file, or in one sentence why there is none. */
export async function readText(path: string, files: Files): Promise<{ readonly text: string } | { readonly says: string }> {
  const bytes = await files.read(path)
  if (bytes === undefined) return { says: 'The file is gone.' }
  if (bytes.length > largestFile) return { says: `The file has ${bytes.length} bytes; at most ${largestFile} are read.` }
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) }
  } catch (error) {
    return { says: `The file is no UTF-8 text: ${error instanceof Error ? error.message : String(error)}` }
  }
}
