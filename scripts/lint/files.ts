import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/** How documents and examples name this repository. Whoever keeps a copy puts their own name there. */
export const ourName = 'OWNER/fermata'

/** Every workflow and action of the repository that somebody runs or copies, by path. */
export function yamlOfGitHub(root: string): readonly string[] {
  const workflows = ['.github/workflows', ...examples(root).map((name) => `examples/${name}/.github/workflows`)]
  return [
    ...workflows.flatMap((folder) => filesIn(root, folder).filter((name) => /\.ya?ml$/.test(name)).map((name) => `${folder}/${name}`)),
    ...filesIn(root, 'actions').map((name) => `actions/${name}/action.yml`).filter((path) => existsSync(join(root, path))),
  ]
}

function examples(root: string): readonly string[] {
  return filesIn(root, 'examples').filter((name) => existsSync(join(root, 'examples', name, '.github/workflows')))
}

function filesIn(root: string, folder: string): readonly string[] {
  return existsSync(join(root, folder)) ? readdirSync(join(root, folder)).toSorted() : []
}
