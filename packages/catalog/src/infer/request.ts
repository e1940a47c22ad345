import { boolean, capability, path, type Request } from '@fermata/capability'

/** `fermata init`. */
export const initialise = capability({
  name: 'init',
  purpose: 'Writes a catalog for a repository that has none, from its manifests, compose files, Dockerfiles and folders, and says where each guess comes from.',
  inputs: {
    from: path({ default: '.', about: 'Folder or file to look for manifests, compose files and Dockerfiles in.', example: 'kubernetes-manifests' }),
    write: path({ default: 'fermata.yaml', about: 'File to write. One that exists gains the services that it lacks; nothing else in it is changed.' }),
    'dry-run': boolean({ default: 'false', about: 'true shows what would be written, and writes nothing.' }),
  },
  outputs: {
    catalog: 'Path of the catalog.',
    services: 'JSON list: ids of the services that were found.',
    added: 'JSON list: ids of the services that were added to the file.',
    text: 'With dry-run: the file as it would be.',
  },
  needs: [],
  commands: [{ path: ['init'], brief: 'Write a catalog from the manifests, compose files and folders of a repository', example: 'fermata init --from kubernetes-manifests --dry-run true' }],
  branding: { icon: 'file-plus', color: 'blue' },
  permissions: { 'contents: read': 'to read the repository' },
})

export type InitRequest = Request<typeof initialise>
