import { build, type Metafile, type Plugin } from 'esbuild'
import { isBuiltin } from 'node:module'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'

/**
 * Packages of others that do nothing when they are imported, though they do not say so.
 * Telling the bundler lets it drop them where nothing of them is used: `@actions/core` alone would bring 1 MB of HTTP
 * client for a function that no action calls, and 60 ms of start-up with it.
 */
const quietPackages = /node_modules\/(@actions\/(core|exec|io|http-client)|@kubernetes\/client-node|js-yaml|tunnel|undici)\//

const quiet: Plugin = {
  name: 'quiet-packages',
  setup(builder) {
    builder.onResolve({ filter: /.*/ }, async ({ path, kind, importer, resolveDir, namespace, pluginData }) => {
      if (kind !== 'import-statement' || pluginData === 'asked') return undefined
      // A file that is named as it is needs no search, and a client with a thousand models names most of its own so.
      const named = path.startsWith('.') ? join(resolveDir, path) : ''
      if (quietPackages.test(named) && isFile(named)) return { path: named, sideEffects: false }
      const found = await builder.resolve(path, { kind, importer, resolveDir, namespace, pluginData: 'asked' })
      return found.errors.length === 0 && !found.external && quietPackages.test(found.path) ? { ...found, sideEffects: false } : undefined
    })
  },
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true
}

/** What a package loads late becomes a file of its own, so that ncc makes it a chunk of its own and nobody reads it before it is needed. */
function apart(root: string, late: Map<string, string>): Plugin {
  return {
    name: 'late-files',
    setup(builder) {
      builder.onResolve({ filter: /^\.\.?\// }, ({ path, kind, resolveDir }) => {
        if (kind !== 'dynamic-import') return undefined
        const entry = join(resolveDir, path)
        // By its whole path: two folders of a package may each have an api.ts.
        const name = `late-${relative(root, entry).replace(/^packages\/[^/]+\/src\//, '').replace(/\.ts$/, '').replaceAll('/', '-')}`
        late.set(name, entry)
        return { path: `./${name}.js`, external: true }
      })
    },
  }
}

export interface Transpiled {
  /** Files that went in, relative to the repository. */
  readonly inputs: readonly string[]
  /** Bare imports that were left for the next step. */
  readonly left: readonly string[]
  /** Entries of the files that are loaded late, by the name under which they are imported. */
  readonly late: ReadonlyMap<string, string>
}

/**
 * One package to one file: its own sources and its own SDKs. What several packages share (our packages, zod) stays an
 * import, so that it is in dist once.
 * @param format an SDK that is CommonJS inside must stay CommonJS: ncc follows `import.meta.url` of an ES bundle and copies what it finds there
 * @param shared what stays an import. Required from CommonJS the schemas could not be shaken, and would bring their error messages in fifty languages
 */
export async function transpile(root: string, entry: string, outfile: string, format: 'esm' | 'cjs', shared: readonly string[] = format === 'esm' ? ['@fermata/*', 'zod', 'zod/*'] : ['@fermata/*']): Promise<Transpiled> {
  const late = new Map<string, string>()
  const result = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile,
    bundle: true,
    format,
    platform: 'node',
    target: 'node24',
    charset: 'utf8',
    legalComments: 'none',
    metafile: true,
    minifySyntax: true,
    minifyWhitespace: format === 'cjs',
    minifyIdentifiers: format === 'cjs',
    keepNames: false,
    logLevel: 'error',
    external: [...shared],
    plugins: [apart(root, late), quiet],
    loader: { '.yaml': 'text' },
    define: { FERMATA_VERSION: JSON.stringify(versionOf(root)) },
  })
  return { inputs: Object.keys(result.metafile.inputs), left: externals(result.metafile), late }
}

function externals(metafile: Metafile): readonly string[] {
  const all = Object.values(metafile.outputs).flatMap((output) => output.imports.filter((one) => one.external === true).map((one) => one.path))
  return [...new Set(all)].filter((path) => !isBuiltin(path) && !path.startsWith('@fermata/') && !path.startsWith('./')).toSorted()
}

function versionOf(root: string): string {
  return (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { readonly version: string }).version
}

/** The folder in node_modules that a file belongs to, with its licence text. */
export function licenceOf(root: string, input: string): { readonly name: string; readonly licence: string; readonly text: string } | undefined {
  const at = input.lastIndexOf('node_modules/')
  if (at < 0) return undefined
  const parts = input.slice(at + 'node_modules/'.length).split('/')
  const folder = join(root, input.slice(0, at), 'node_modules', ...(parts[0]?.startsWith('@') ? parts.slice(0, 2) : parts.slice(0, 1)))
  // An optional dependency that is not installed (`ws` asks for two) is not in dist either.
  if (!existsSync(join(folder, 'package.json'))) return undefined
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { name: string; version: string; license?: string }
  const file = ['LICENSE', 'LICENSE.md', 'LICENSE.txt', 'license', 'LICENCE', 'LICENSE-MIT', 'License.md'].map((name) => join(folder, name)).find((path) => existsSync(path))
  return { name: `${manifest.name}@${manifest.version}`, licence: manifest.license ?? 'see text', text: file === undefined ? '' : readFileSync(file, 'utf8').replaceAll('\r\n', '\n').trim() }
}

export async function writeText(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, text)
}
