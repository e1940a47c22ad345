import type { Unit } from './unit.ts'
import { folderOf, liesIn, nameOf, type Repository } from './repository.ts'

/** A folder that an image is built from. */
export interface BuildFolder {
  readonly folder: string
  readonly dockerfile: string
  /** What it would be called as a service; undefined at the top, where the folder has no name that is ours to see. */
  readonly name: string | undefined
}

/** Names of folders that say nothing about what is in them. */
const general = new Set(['docker', 'dockerfiles', 'build', 'deploy', 'deployment', 'src', 'app', 'container', 'containers', 'image', 'images', 'packaging', 'ci', 'devcontainer'])

/** The folders with a Dockerfile below a folder, with the name of the nearest folder that says something. */
export function buildFolders(repository: Repository, from: string): readonly BuildFolder[] {
  const dockerfiles = [...repository.files.keys()].filter((path) => /^(?:Dockerfile|Containerfile)$/.test(nameOf(path)) && liesIn(path, from))
  return dockerfiles.map((dockerfile) => {
    let folder = folderOf(dockerfile)
    while (folder !== '.' && folder.includes('/') && general.has(nameOf(folder).toLowerCase())) folder = folderOf(folder)
    return { folder, dockerfile, name: folder === '.' ? undefined : nameOf(folder) }
  })
}

/** One unit for each folder with a Dockerfile. Two folders of one name are told apart by the folder above. */
export function dockerfileUnits(folders: readonly BuildFolder[]): readonly Unit[] {
  const byName = Map.groupBy(folders, ({ name }) => name)
  return folders.map(({ folder, dockerfile, name }): Unit => ({
    id: idOf(name === undefined ? 'app' : (byName.get(name)?.length ?? 0) > 1 ? folder.replaceAll('/', '-') : name),
    origin: { file: dockerfile, line: undefined, says: 'Dockerfile' },
    images: [],
    ports: [],
    built: true,
    settings: [],
    declared: [],
    manifests: [],
    buildFolders: [folder],
    healthCheck: undefined,
  }))
}

/** Lower case, and a hyphen for everything that no id holds. May still be none, when nothing is left. */
function idOf(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9._-]+/g, '-').replace(/^[^a-z0-9]+|-+$/g, '')
}
