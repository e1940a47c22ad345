/** How many pods the new version gets beside the old one, and what share of requests that gives it where every pod gets the same. */
export interface Ratio {
  readonly replicas: number
  /** In percent. */
  readonly share: number
}

/**
 * The share nearest to what is asked for that whole pods can give, with at least one pod and at most as many as the old version has.
 * The old version keeps all its pods: so the way back needs nothing but the removal of the new ones, which the cluster can do by itself.
 * Between two equally near the larger is taken.
 * @param stable pods of the old version, at least 1
 * @param percent above 0 and below 100
 */
export function nearestRatio(stable: number, percent: number): Ratio {
  const wanted = (stable * percent) / (100 - percent)
  const candidates = [Math.floor(wanted), Math.ceil(wanted)].map((count) => Math.min(Math.max(1, count), Math.max(1, stable))).map((replicas): Ratio => ({ replicas, share: (100 * replicas) / (stable + replicas) }))
  return candidates.reduce((best, one) => (Math.abs(one.share - percent) <= Math.abs(best.share - percent) ? one : best))
}
