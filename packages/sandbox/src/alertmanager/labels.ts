export type Labels = Readonly<Record<string, string>>

const offset = 0xcbf29ce484222325n
const prime = 0x100000001b3n
const encoder = new TextEncoder()

/** FNV-1a of 64 bits over names and values, each followed by a byte that is no text: the same as Alertmanager's for the same labels. */
export function fingerprintOf(labels: Labels): string {
  let hash = offset
  const add = (byte: number): void => {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * prime)
  }
  for (const [name, value] of sorted(labels)) {
    for (const part of [name, value]) {
      for (const byte of encoder.encode(part)) add(byte)
      add(255)
    }
  }
  return hash.toString(16).padStart(16, '0')
}

function sorted(labels: Labels): readonly (readonly [string, string])[] {
  return Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1))
}

/** `{alertname="Down", job="shop"}`, as in the key of a group. */
export function labelsText(labels: Labels): string {
  return `{${sorted(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(', ')}}`
}

/** The order of alerts in a notification: by job, by instance, then by the labels as a whole, fewer first. */
export function compareAlertLabels(a: Labels, b: Labels): number {
  for (const name of ['job', 'instance']) {
    const [x, y] = [a[name], b[name]]
    if (x === y) continue
    if (x === undefined) return 1
    if (y === undefined) return -1
    return x < y ? -1 : 1
  }
  const sizes = Object.keys(a).length - Object.keys(b).length
  if (sizes !== 0) return sizes
  for (const name of [...new Set([...Object.keys(a), ...Object.keys(b)])].toSorted()) {
    const [x, y] = [a[name], b[name]]
    if (x === y) continue
    if (x === undefined) return -1
    if (y === undefined) return 1
    return x < y ? -1 : 1
  }
  return 0
}

/** What all have in common. */
export function commonOf(all: readonly Labels[]): Labels {
  const [first = {}, ...others] = all
  return Object.fromEntries(Object.entries(first).filter(([name, value]) => others.every((other) => other[name] === value)))
}
