import type { Cluster } from '@fermata/ports'

/** A cluster of which it is known whether somebody waits for its answer: a virtual clock stands still meanwhile. */
export function answering(cluster: Cluster, counted: <T>(asked: Promise<T>) => Promise<T>): Cluster {
  return {
    identity: cluster.identity,
    version: () => counted(cluster.version()),
    knows: (kind) => counted(cluster.knows(kind)),
    get: (ref) => counted(cluster.get(ref)),
    list: (kind, where) => counted(cluster.list(kind, where)),
    follow: (kinds, namespace, signal) => counted(cluster.follow(kinds, namespace, signal)),
    create: (object) => counted(cluster.create(object)),
    replace: (object) => counted(cluster.replace(object)),
    apply: (object, options) => counted(cluster.apply(object, options)),
    patch: (ref, kind, patch, subresource) => counted(cluster.patch(ref, kind, patch, subresource)),
    delete: (ref, options) => counted(cluster.delete(ref, options)),
    evict: (namespace, pod, options) => counted(cluster.evict(namespace, pod, options)),
    logs: (namespace, pod, options) => counted(cluster.logs(namespace, pod, options)),
    may: (question) => counted(cluster.may(question)),
    under: (signal) => answering(cluster.under(signal), counted),
  }
}
