/** Either the path as the rest of the house writes it, or why it is none. */
export type PathReading = { readonly path: string } | { readonly says: string; readonly remedy: string }

/**
 * A path inside of the repository: relative, with `/`, and without anything that leads out of it or means more than itself.
 * `./src//cart/` becomes `src/cart`; the repository itself is `.`.
 */
export function readRepositoryPath(written: string): PathReading {
  if (plainPath.test(written)) return { path: written }
  const shown = JSON.stringify(written)
  if (written === '') return { says: 'A path is empty.', remedy: 'Name a file or a folder; the repository itself is ".".' }
  if (controlCharacter.test(written)) return { says: `The path ${shown} contains a control character.`, remedy: 'Name the file without it.' }
  if (written.includes('\\')) return { says: `The path ${shown} contains a backslash.`, remedy: 'Separate folders with /.' }
  if (/^(\/|~|[A-Za-z]:)/.test(written)) return { says: `The path ${shown} leads outside of the repository.`, remedy: 'Write it relative to the root of the repository.' }
  if (written.includes('*')) return { says: `The path ${shown} contains a wildcard, and paths are prefixes.`, remedy: `Write the folder, for example ${JSON.stringify(folderBefore(written))}, to mean all that is in it.` }
  const segments = written.split('/').filter((segment) => segment !== '' && segment !== '.')
  if (segments.includes('..')) return { says: `The path ${shown} leads upwards with "..".`, remedy: 'Write it relative to the root of the repository, without "..".' }
  return { path: segments.length === 0 ? '.' : segments.join('/') }
}

/** What nearly every path looks like, told by one look: words, none of which begins with a dot. */
const plainPath = /^[\w-][\w.-]*(?:\/[\w-][\w.-]*)*$/
const controlCharacter = /\p{Cc}/u

function folderBefore(pattern: string): string {
  const fixed = pattern.slice(0, pattern.indexOf('*'))
  return fixed.slice(0, fixed.lastIndexOf('/')) || 'src'
}
