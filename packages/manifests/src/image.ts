/**
 * What an image reference names. Grammar and defaults: the `reference` package of the distribution project
 * (`nginx` is `docker.io/library/nginx`; a first part with a dot, a colon or capitals, or `localhost`, is a registry).
 */
export interface ImageReference {
  /** Host and port: `docker.io`, `registry.example:5000`. */
  readonly registry: string
  /** Path inside of the registry: `library/nginx`. */
  readonly repository: string
  readonly tag: string | undefined
  /** `sha256:...` */
  readonly digest: string | undefined
}

export type ImageReading = ImageReference | { readonly says: string; readonly remedy: string }

const host = String.raw`(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])(?:\.(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]))*|\[[a-fA-F0-9:]+\]`
const registryForm = new RegExp(`^(?:${host})(?::[0-9]+)?$`)
const repositoryForm = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*$/
const tagForm = /^\w[\w.-]{0,127}$/
/** Lengths in hexadecimal digits of the digests that OCI registers. */
const digestLengths: Readonly<Record<string, number>> = { sha256: 64, sha384: 96, sha512: 128 }
const longestRepository = 255

/** Reads an image reference, or says why it is none. Nothing is asked of a registry. */
export function parseImage(reference: string): ImageReading {
  const shown = JSON.stringify(reference.length > 120 ? `${reference.slice(0, 120)}…` : reference)
  const none = (why: string, remedy = 'Write it as registry/repository:tag or registry/repository@sha256:<64 hexadecimal digits>.') => ({ says: `${shown} is no image reference: ${why}.`, remedy })
  if (reference === '') return none('it is empty')
  if (/\$[({]|\{\{|<.*>/.test(reference)) return none('it contains a placeholder', 'Render the manifests first, and point `manifests` to the result.')
  if (/^[a-z]+:\/\//i.test(reference)) return none('it begins with a scheme', 'Leave out everything up to and including "://".')

  const [named, digest, ...rest] = reference.split('@')
  if (named === undefined || rest.length > 0) return none('it contains more than one @')
  if (digest !== undefined && !isDigest(digest)) return none(`${JSON.stringify(digest.slice(0, 80))} is no digest`)
  const colon = named.indexOf(':', named.lastIndexOf('/') + 1)
  const name = colon === -1 ? named : named.slice(0, colon)
  const tag = colon === -1 ? undefined : named.slice(colon + 1)
  if (tag !== undefined && !tagForm.test(tag)) return none(tag === '' ? 'the tag is empty' : `${JSON.stringify(tag.slice(0, 80))} is no tag`)
  if (/^[a-f0-9]{64}$/.test(name)) return none('64 hexadecimal digits would be an image id')

  const { registry, repository } = splitName(name)
  if (!registryForm.test(registry)) return none(`${JSON.stringify(registry)} is no host name`)
  if (repository !== repository.toLowerCase()) return none('the repository must be in lower case')
  if (!repositoryForm.test(repository)) return none(repository === '' ? 'the repository is missing' : `${JSON.stringify(repository)} is no repository`)
  if (repository.length > longestRepository) return none(`the repository is longer than ${longestRepository} characters`)
  return { registry, repository, tag, digest }
}

function isDigest(text: string): boolean {
  const [algorithm = '', hex = '', ...rest] = text.split(':')
  return rest.length === 0 && Object.hasOwn(digestLengths, algorithm) && hex.length === digestLengths[algorithm] && /^[a-f0-9]+$/.test(hex)
}

function splitName(name: string): { readonly registry: string; readonly repository: string } {
  const slash = name.indexOf('/')
  const first = slash === -1 ? '' : name.slice(0, slash)
  const isHost = first === 'localhost' || /[.:]/.test(first) || first !== first.toLowerCase()
  const registry = isHost ? first.replace(/^index\.docker\.io$/, 'docker.io') : 'docker.io'
  const repository = isHost ? name.slice(slash + 1) : name
  return { registry, repository: registry === 'docker.io' && !repository.includes('/') ? `library/${repository}` : repository }
}
