import type { Cluster } from '@fermata/ports'

/** The process is gone: no error that the use case knows. */
export class Killed extends Error {}

/** How many writes of a run the server has taken, and after how many it dies. */
export interface Life {
  writes: number
  death: number
  /** Writes that the server has not answered yet: it may take them when the run is dead already. */
  readonly flying?: Set<Promise<unknown>>
}

/** A cluster to which a run speaks until it dies. Reads count for nothing; dry runs are reads. */
export function mortal(cluster: Cluster, life: Life): Cluster {
  const dead = (): boolean => life.writes > 0 && life.writes >= life.death
  const alive = <T>(ask: () => Promise<T>): Promise<T> => (dead() ? Promise.reject(new Killed()) : ask())
  const write = async <T>(ask: () => Promise<T>): Promise<T> => {
    life.writes += 1
    if (life.writes > life.death) throw new Killed()
    const asked = ask()
    life.flying?.add(asked)
    const done = await asked.finally(() => life.flying?.delete(asked))
    if (dead()) throw new Killed()
    return done
  }
  return {
    ...cluster,
    get: (ref) => alive(() => cluster.get(ref)),
    list: (kind, where) => alive(() => cluster.list(kind, where)),
    patch: (ref, kind, patch, subresource) => write(() => cluster.patch(ref, kind, patch, subresource)),
    create: (object) => write(() => cluster.create(object)),
    replace: (object) => write(() => cluster.replace(object)),
    apply: (object, options) => (options?.dryRun === true ? alive(() => cluster.apply(object, options)) : write(() => cluster.apply(object, options))),
    delete: (ref, options) => write(() => cluster.delete(ref, options)),
    under: (signal) => mortal(cluster.under(signal), life),
  }
}
