/** The values that nobody may see, and how they are taken out of a text. */
export interface Secrets {
  readonly add: (secret: string) => void
  readonly hideIn: (text: string) => string
}

/**
 * A shorter line of a multi-line secret says nothing, but hiding it would riddle the log: the `{` of a JSON key file, for one.
 * The whole value is hidden whatever its length.
 */
const shortestLine = 4

/** @param announce tells the runner of each value as it enters, so that its own log is masked too */
export function secretKeeper(announce: (value: string) => void = () => {}): Secrets {
  const known = new Set<string>()
  let longestFirst: readonly string[] = []
  return {
    add: (secret) => {
      const lines = secret.split(/\r?\n/).map((line) => line.trim()).filter((line) => line.length >= shortestLine)
      for (const value of [secret, secret.trim(), ...lines]) {
        if (value.trim() === '' || known.has(value)) continue
        known.add(value)
        announce(value)
      }
      // The longest first, else a part that is known alone leaves the rest of a longer one readable.
      longestFirst = [...known].sort((a, b) => b.length - a.length)
    },
    hideIn: (text) => longestFirst.reduce((rest, secret) => rest.replaceAll(secret, '***'), text),
  }
}

/** A structure with every secret in every text hidden, keys included. */
export function hideSecrets<T>(value: T, secrets: Secrets): T {
  return hidden(value, secrets) as T
}

function hidden(value: unknown, secrets: Secrets): unknown {
  if (typeof value === 'string') return secrets.hideIn(value)
  if (Array.isArray(value)) return value.map((entry) => hidden(entry, secrets))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [secrets.hideIn(key), hidden(entry, secrets)]))
}
