import type { Exec, ObjectName } from '@fermata/ports'
import { copyFile, mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { asEnvironment, type Remote } from './remote.ts'
import { failure, succeed, type View, view } from './view.ts'

/**
 * A bare repository in the temporary folder that sees every object of the clone and keeps what is fetched beyond them.
 * It exists because a fetch into the clone would write its configuration (`--filter`), or make a full history shallow (`--depth`).
 */
export interface Side extends View {
  readonly remote: string
}

/** `trees`: commits and folders without files. `history`: commits alone. */
export type SidePurpose = 'trees' | 'history'
const filters: Readonly<Record<SidePurpose, string>> = { trees: 'blob:none', history: 'tree:0' }

export interface SideWish {
  readonly exec: Exec
  readonly purpose: SidePurpose
  readonly temporary: string
  readonly remote: Remote
  readonly clone: View | undefined
}

export async function makeSide({ exec, purpose, temporary, remote, clone }: SideWish): Promise<Side> {
  await mkdir(temporary, { recursive: true })
  const folder = await mkdtemp(join(temporary, `fermata-${purpose}-`))
  const facts = clone === undefined ? undefined : await factsOf(clone)
  const bare = view(exec, folder, [], {})
  await succeed(bare, ['init', '--quiet', '--bare', '--template=', ...(facts === undefined ? [] : [`--object-format=${facts.format}`]), folder])
  if (facts !== undefined) {
    await mkdir(join(folder, 'objects', 'info'), { recursive: true })
    await writeFile(join(folder, 'objects', 'info', 'alternates'), `${facts.objects}\n`)
    if (facts.shallow) await copyFile(facts.shallowFile, join(folder, 'shallow'))
  }
  const promise = [[`remote.${remote.name}.promisor`, 'true'], [`remote.${remote.name}.partialclonefilter`, filters[purpose]]] as const
  const env = { GIT_DIR: folder, ...asEnvironment([...remote.settings, ...promise], process.env) }
  return { ...view(exec, folder, ['gc.auto=0', 'maintenance.auto=false', 'fetch.writeCommitGraph=false'], env), remote: remote.name }
}

export interface CloneFacts {
  readonly objects: string
  readonly shallowFile: string
  readonly shallow: boolean
  readonly format: string
}

export async function factsOf(clone: View): Promise<CloneFacts> {
  const output = await succeed(clone, ['rev-parse', '--path-format=absolute', '--git-path', 'objects', '--git-path', 'shallow', '--is-shallow-repository', '--show-object-format'])
  const [objects = '', shallowFile = '', shallow = '', format = ''] = Buffer.from(output).toString('utf8').split('\n')
  return { objects, shallowFile, shallow: shallow === 'true', format }
}

/** What a remote says when it has no such object or reference, or does not give it to anybody. */
const unknownThere = /not our ref|unadvertised object|couldn't find remote ref|no such remote ref|remote error: upload-pack: not our ref/i

/**
 * Fetches commits by name into a side repository: no tags, no references, no FETCH_HEAD, no maintenance afterwards.
 * @param depth how many commits of history; undefined for all
 * @returns false when the remote does not have one of them
 * @throws EnvironmentError when the remote cannot be asked
 */
export async function fetchInto(side: Side, purpose: SidePurpose, wanted: readonly (ObjectName | `refs/${string}`)[], depth: number | undefined): Promise<boolean> {
  const args = [
    'fetch', '--quiet', '--no-tags', '--no-write-fetch-head', '--no-auto-maintenance', '--no-recurse-submodules', `--filter=${filters[purpose]}`,
    ...(depth === undefined ? [] : [`--depth=${depth}`]),
    side.remote, ...wanted,
  ]
  const finished = await side.run(args, { lazy: true })
  if (finished.code === 0) return true
  if (unknownThere.test(finished.stderr)) return false
  throw failure(args, finished, 'FM-GIT-FETCH')
}
