import type { ServiceId } from '@fermata/catalog'

/** One job of a matrix. `services` are to be taken in their order. */
export type MatrixEntry = { readonly service: ServiceId; readonly wave: number } | { readonly services: readonly ServiceId[]; readonly wave: number }

/**
 * The affected services as entries of a job matrix: one each while they fit, else batches.
 * Each batch lies in one wave, and no batch is larger than it must be: the smallest size s with sum(ceil(wave / s)) <= limit, found by bisection.
 * With more waves than entries, neighbouring waves go into one batch, in deploy order; its number is that of its first wave.
 * @param limit at least 1; GitHub takes 256
 */
export function matrixOf(waves: readonly (readonly ServiceId[])[], limit: number): readonly MatrixEntry[] {
  const count = waves.reduce((sum, wave) => sum + wave.length, 0)
  if (count <= limit) return waves.flatMap((services, wave) => services.map((service) => ({ service, wave })))
  const parts = waves.length <= limit ? waves.map((services, wave) => ({ services, wave })) : merged(waves, limit)
  const size = smallestSize(parts.map(({ services }) => services.length), limit)
  return parts.flatMap(({ services, wave }) => evenly(services, Math.ceil(services.length / size)).map((batch) => ({ services: batch, wave })))
}

/** Neighbouring waves put together so that there are as many parts as entries, about equally large. */
function merged(waves: readonly (readonly ServiceId[])[], limit: number): readonly { readonly services: readonly ServiceId[]; readonly wave: number }[] {
  const count = waves.reduce((sum, wave) => sum + wave.length, 0)
  const parts: { services: ServiceId[]; wave: number }[] = []
  let placed = 0
  for (const [wave, services] of waves.entries()) {
    const part = Math.min(limit - 1, Math.floor((placed * limit) / count))
    const last = parts.at(-1)
    if (last === undefined || part >= parts.length) parts.push({ services: [...services], wave })
    else last.services.push(...services)
    placed += services.length
  }
  return parts
}

function smallestSize(sizes: readonly number[], limit: number): number {
  let low = 1
  let high = Math.max(...sizes)
  while (low < high) {
    const middle = (low + high) >> 1
    if (sizes.reduce((sum, size) => sum + Math.ceil(size / middle), 0) <= limit) high = middle
    else low = middle + 1
  }
  return low
}

/** Cuts a list into pieces whose lengths differ by at most one. */
function evenly<T>(items: readonly T[], pieces: number): readonly (readonly T[])[] {
  return Array.from({ length: pieces }, (_, piece) => items.slice(Math.floor((piece * items.length) / pieces), Math.floor(((piece + 1) * items.length) / pieces)))
}
