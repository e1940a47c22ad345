import type { FileEntry, Files } from '@fermata/ports'

/** Files that live in a table. Writing changes it. A number stands for a file of that many bytes which nobody may read. */
export function filesInMemory(content: Record<string, string | Uint8Array | number>): Files {
  const bytes = (held: string | Uint8Array) => (typeof held === 'string' ? new TextEncoder().encode(held) : held)
  return {
    async read(path) {
      const held = content[path]
      if (typeof held === 'number') throw new Error(`${path} was read, though its size forbids it.`)
      return held === undefined ? undefined : bytes(held)
    },
    async list(path) {
      const prefix = path === '.' ? '' : `${path}/`
      const entries = new Map<string, FileEntry>()
      for (const [name, held] of Object.entries(content)) {
        if (!name.startsWith(prefix)) continue
        const [first = '', ...rest] = name.slice(prefix.length).split('/')
        entries.set(first, rest.length > 0 ? { name: first, kind: 'folder', size: 0 } : { name: first, kind: 'file', size: typeof held === 'number' ? held : bytes(held).length })
      }
      if (entries.size === 0 && path !== '.') return undefined
      return [...entries.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
    },
    async write(path, text) {
      content[path] = text
    },
  }
}
