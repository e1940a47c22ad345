import type { Count } from '@fermata/sandbox'

/** What the gateway has passed on since the story began. */
export async function countsAt(gateway: string): Promise<readonly Count[]> {
  return (await (await fetch(`${gateway}/__counts`)).json()) as readonly Count[]
}

/** How many requests of these counts are of a kind. */
export function sum(counts: readonly Count[], counted: (count: Count) => boolean): number {
  return counts.reduce((total, count) => (counted(count) ? total + count.count : total), 0)
}

/** What has come between two looks. */
export function since(before: readonly Count[], now: readonly Count[]): readonly Count[] {
  const name = ({ host, service, version, pod, code, mirrored }: Count): string => JSON.stringify([host, service, version, pod, code, mirrored])
  const known = new Map(before.map((count) => [name(count), count.count]))
  return now.map((count) => ({ ...count, count: count.count - (known.get(name(count)) ?? 0) })).filter(({ count }) => count > 0)
}

export function isFailed({ code }: Count): boolean {
  return code === 'reset' || code >= 500
}
