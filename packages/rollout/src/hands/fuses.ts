import type { Fuse } from '@fermata/custody'
import { fuseSeconds } from '../defaults.ts'

/** The fuses of a run: one for each namespace in which it makes something temporary, lit when the first is made. */
export interface Fuses {
  in(namespace: string): Promise<Fuse>
  lit(): readonly Promise<Fuse>[]
}

export function fusesOf(light: (namespace: string, seconds: number) => Promise<Fuse>): Fuses {
  const known = new Map<string, Promise<Fuse>>()
  return {
    in(namespace) {
      const found = known.get(namespace) ?? light(namespace, fuseSeconds)
      known.set(namespace, found)
      return found
    },
    lit: () => [...known.values()],
  }
}
