import { actionImports, machineWords, type Room, rooms, sdkOwners } from './rules.ts'

export interface SourceFile {
  /** Relative to the repository, with `/`. */
  readonly path: string
  readonly text: string
}

export interface Violation {
  readonly path: string
  readonly line: number
  readonly says: string
}

/** Every place where a file breaks an import rule or speaks to the machine past its ports. */
export function checkArchitecture(files: readonly SourceFile[]): readonly Violation[] {
  return files.flatMap(checkFile)
}

interface Import {
  readonly line: number
  readonly from: string
}

function checkFile(file: SourceFile): readonly Violation[] {
  const place = placeOf(file.path)
  if (place === undefined) return []
  const code = withoutComments(file.text)
  const imports = importsOf(code)
  return [...imports.flatMap((entry) => checkImport(file.path, place, entry)), ...(place.room.touchesMachine || place.test ? [] : machineViolations(file.path, code))]
}

interface Place {
  readonly name: string
  readonly room: Room
  readonly test: boolean
}

function placeOf(path: string): Place | undefined {
  const test = /\.test\.ts$|\/testing\//.test(path)
  const [top, name] = path.split('/')
  if (name === undefined) return undefined
  if (top === 'actions') return { name: `actions/${name}`, room: { imports: actionImports, touchesMachine: false }, test }
  if (top !== 'packages') return undefined
  const room = rooms[name]
  if (room === undefined) throw new Error(`packages/${name} has no entry in scripts/architecture/rules.ts. Say there what it may import.`)
  return { name, room, test }
}

function checkImport(path: string, place: Place, { line, from }: Import): readonly Violation[] {
  const at = (says: string): readonly Violation[] => [{ path, line, says }]
  if (from.startsWith('@fermata/')) {
    const [, target, ...rest] = from.split('/')
    if (target === undefined || rest.length > 0) return at(`${from}: only the face of a package may be imported, @fermata/<name>`)
    if (target === place.name) return at(`${from}: a package imports its own files by relative path`)
    const allowed = place.test ? [...place.room.imports, ...(place.room.tests ?? [])] : place.room.imports
    return allowed.includes(target) ? [] : at(`${place.name} may not import ${from} (arrows: scripts/architecture/rules.ts)`)
  }
  if (from.startsWith('.')) {
    const base = `packages/${place.name}/`.replace('packages/actions/', 'actions/')
    const target = new URL(from, `file:///${path}`).pathname.slice(1)
    if (!target.startsWith(base)) return at(`${from} leaves the package; use @fermata/<name>`)
    return from.endsWith('.ts') || from.endsWith('.json') ? [] : at(`${from}: relative imports carry their extension`)
  }
  const sdk = Object.keys(sdkOwners).find((name) => from === name || from.startsWith(name.endsWith('/') ? name : `${name}/`))
  const owners = sdk === undefined ? undefined : [sdkOwners[sdk] ?? []].flat()
  if (owners !== undefined && !owners.includes(place.name)) return at(`${from} belongs to packages/${owners.join(' and packages/')}`)
  return []
}

function machineViolations(path: string, code: string): readonly Violation[] {
  return code.split('\n').flatMap((text, index) => {
    const word = machineWords.map((pattern) => pattern.exec(text)?.[0]).find((found) => found !== undefined)
    return word === undefined ? [] : [{ path, line: index + 1, says: `${word}: a domain package asks its ports, never the machine` }]
  })
}

function importsOf(code: string): readonly Import[] {
  const found: Import[] = []
  for (const match of code.matchAll(/(?:\bfrom\s*|\bimport\s*\(?\s*)'([^'\n]+)'/g)) {
    found.push({ line: code.slice(0, match.index).split('\n').length, from: match[1] as string })
  }
  return found
}

/** Comments become blanks, so that lines keep their numbers. Strings and templates stay. */
function withoutComments(text: string): string {
  return text.replace(/'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\[\s\S])*`|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, (part) => (part.startsWith('/*') || part.startsWith('//') ? part.replace(/[^\n]/g, ' ') : part))
}
