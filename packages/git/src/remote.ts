import { EnvironmentError } from '@fermata/verdict'
import { gitReason } from './codes.ts'
import { succeed, type View } from './view.ts'

/** Where commits can be fetched from, with what git needs to be let in. Kept in memory and in the environment of one process, never in a file. */
export interface Remote {
  readonly name: string
  /** Keys and values of git's configuration. */
  readonly settings: readonly (readonly [string, string])[]
}

/** An address to fetch from when there is no clone, or when the clone kept no credentials. */
export interface KnownRemote {
  readonly url: string
  /** A whole header, `AUTHORIZATION: basic ...`. */
  readonly header?: string | undefined
}

/** Of a clone's own configuration, what decides how a remote is reached. The rest (hooks, filters, aliases) stays behind. */
const connecting = /^(remote\.|http\.|credential\.|url\.|ssh\.|protocol\.|core\.(sshcommand|askpass|gitproxy)$)/
/** Settings that would make a side repository fetch more than it was asked for, or move references. */
const unwanted = /^remote\.[^\0]*\.(fetch|mirror|prune|prunetags|tagopt|partialclonefilter|promisor)$/

/**
 * The remote of a clone: `origin`, or the only one.
 * Its settings are the clone's, includes resolved: actions/checkout keeps its token in a file that the clone's configuration includes.
 * @throws EnvironmentError when there is none, or several and none is `origin`
 */
export async function remoteOf(clone: View | undefined, known: KnownRemote | undefined): Promise<Remote> {
  const settings = clone === undefined ? [] : pairs(await succeed(clone, ['config', '--local', '--includes', '-z', '--list']))
  const names = [...new Set(settings.map(([key]) => /^remote\.(.+)\.url$/s.exec(key)?.[1]).filter((name) => name !== undefined))]
  const name = names.includes('origin') ? 'origin' : names.length === 1 ? (names[0] as string) : undefined
  if (name === undefined && known === undefined) throw none(clone, names)
  const kept = settings.filter(([key]) => connecting.test(key) && !unwanted.test(key))
  const chosen = name ?? 'origin'
  return {
    name: chosen,
    settings: [
      ...kept,
      ...(name === undefined && known !== undefined ? [[`remote.${chosen}.url`, known.url] as const] : []),
      ...(known?.header !== undefined && !kept.some(([key]) => key.endsWith('.extraheader')) ? [[`http.${new URL('/', known.url).href}.extraheader`, known.header] as const] : []),
    ],
  }
}

function none(clone: View | undefined, names: readonly string[]): EnvironmentError {
  if (clone === undefined) return new EnvironmentError(gitReason('FM-GIT-NO-REPOSITORY', { says: 'The working directory is in no git repository.' }))
  const says = names.length === 0 ? 'This clone has no remote.' : `This clone has several remotes (${names.join(', ')}), and none is origin.`
  return new EnvironmentError(gitReason('FM-GIT-NO-REMOTE', { says }))
}

/** `key\nvalue\0`; a key without a value stands for true. */
function pairs(output: Uint8Array): readonly (readonly [string, string])[] {
  return Buffer.from(output)
    .toString('utf8')
    .split('\0')
    .filter((entry) => entry !== '')
    .map((entry) => {
      const end = entry.indexOf('\n')
      return end === -1 ? [entry, 'true'] : [entry.slice(0, end), entry.slice(end + 1)]
    })
}

/**
 * Settings as environment of a git process, after those that are there already (git-config(1), GIT_CONFIG_COUNT).
 * @param environment of this process, which children inherit
 */
export function asEnvironment(settings: Remote['settings'], environment: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> {
  const first = Number(environment['GIT_CONFIG_COUNT'] ?? '0')
  const env: Record<string, string> = { GIT_CONFIG_COUNT: String(first + settings.length) }
  for (const [index, [key, value]] of settings.entries()) {
    env[`GIT_CONFIG_KEY_${first + index}`] = key
    env[`GIT_CONFIG_VALUE_${first + index}`] = value
  }
  return env
}
