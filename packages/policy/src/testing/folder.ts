import type { Files } from '@fermata/ports'

/** Files that are texts in a map, by path. */
export function filesOf(texts: Readonly<Record<string, string | Uint8Array>>): Files {
  const below = (folder: string) => Object.keys(texts).filter((path) => folder === '.' || path.startsWith(`${folder}/`)).map((path) => (folder === '.' ? path : path.slice(folder.length + 1)))
  return {
    read: async (path) => {
      const content = texts[path]
      return typeof content === 'string' ? new TextEncoder().encode(content) : content
    },
    list: async (path) => {
      const names = below(path)
      if (names.length === 0) return undefined
      const entries = new Map(names.map((name) => [name.split('/')[0] as string, name.includes('/') ? ('folder' as const) : ('file' as const)]))
      return [...entries].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([name, kind]) => ({ name, kind, size: 0 }))
    },
    write: async () => {
      throw new Error('A scan writes nothing.')
    },
  }
}
