import { parseYaml } from '@fermata/source'
import { inFile, type Problem } from '@fermata/verdict'
import { isMapping } from './mapping.ts'
import type { PlacedObject } from './model.ts'
import { folderOf, joinPath } from './paths.ts'

/** Names that kustomize looks for in a folder. */
export const kustomizationNames = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'] as const

/** What a kustomization that only gathers resources says. */
export interface Gathering {
  readonly resources: readonly { readonly path: string; readonly at: Problem['where'] }[]
  readonly namespace: string | undefined
}

const known = ['apiVersion', 'kind', 'metadata', 'resources', 'namespace']

/**
 * Reads a kustomization that lists resources, and perhaps sets their namespace. One that does more is refused by the field that does it:
 * to carry it out is kustomize's own work, and to pass it over would release something else than was meant.
 * @returns problems and no gathering, or a gathering
 */
export function readKustomization(text: string, file: string): { readonly gathering?: Gathering; readonly problems: readonly Problem[] } {
  const { documents, problems } = parseYaml(text, { file, version: '1.1' })
  if (problems.length > 0) return { problems: problems.map(({ says, line, column }) => ({ says, where: inFile(file, line, column) })) }
  const [document, second] = documents
  if (document === undefined || second !== undefined || !isMapping(document.value)) return { problems: [{ says: 'This is no kustomization: it is not one mapping.', remedy: 'Write resources: and what belongs to it.', where: inFile(file) }] }
  const value = document.value
  const at = (...path: (string | number)[]) => {
    const { line, column } = document.nearestPosition(path)
    return inFile(file, line, column)
  }
  const kind = value['kind'] ?? 'Kustomization'
  if (kind !== 'Kustomization') return { problems: [{ says: `kind ${JSON.stringify(kind)} cannot be read as manifests.`, remedy: renderFirst(file), where: at('kind') }] }

  const refused: Problem[] = Object.keys(value)
    .filter((field) => !known.includes(field) && !isEmpty(value[field]))
    .map((field) => ({ says: `The kustomization changes what it gathers: ${JSON.stringify(field)} is more than a list of resources.`, remedy: renderFirst(file), where: at(field) }))
  const resources = value['resources'] ?? []
  if (!Array.isArray(resources) || !resources.every((entry) => typeof entry === 'string')) return { problems: [...refused, { says: 'resources is no list of texts.', remedy: 'Write resources as a list of files and folders.', where: at('resources') }] }
  for (const [index, entry] of resources.entries()) {
    if (isRemote(entry)) refused.push({ says: `The resource ${JSON.stringify(entry)} is not in the repository, and nothing is fetched to read manifests.`, remedy: renderFirst(file), where: at('resources', index) })
  }
  const namespace = value['namespace']
  if (namespace !== undefined && namespace !== null && typeof namespace !== 'string') refused.push({ says: 'namespace is no text.', remedy: 'Put it in quotes.', where: at('namespace') })
  if (refused.length > 0) return { problems: refused }
  const folder = folderOf(file)
  return {
    gathering: { resources: resources.map((entry: string, index) => ({ path: joinPath(folder, entry), at: at('resources', index) })), namespace: typeof namespace === 'string' && namespace !== '' ? namespace : undefined },
    problems: [],
  }
}

export function renderFirst(file: string): string {
  return `Render it first (kustomize build ${folderOf(file)} > rendered.yaml) and point manifests to the result.`
}

function isEmpty(value: unknown): boolean {
  return value === null || value === '' || (Array.isArray(value) && value.length === 0) || (isMapping(value) && Object.keys(value).length === 0)
}

/** What kustomize would fetch: a URL, `git::`, `git@host:`, a known forge, or anything with a `ref`. */
function isRemote(entry: string): boolean {
  return /:\/\/|^git(?:::|@)|[?&](?:ref|version)=|^(?:www\.)?(?:github\.com|gitlab\.com|bitbucket\.org|dev\.azure\.com)[/:]/i.test(entry)
}

/** Kinds without a namespace among Kubernetes' own. Like kustomize, every other kind is taken for one that has a namespace. */
const clusterWide = new Set([
  'APIService', 'CSIDriver', 'CSINode', 'CertificateSigningRequest', 'ClusterRole', 'ClusterRoleBinding', 'ClusterTrustBundle', 'ComponentStatus', 'CustomResourceDefinition', 'DeviceClass', 'FlowSchema', 'IPAddress',
  'IngressClass', 'MutatingAdmissionPolicy', 'MutatingAdmissionPolicyBinding', 'MutatingWebhookConfiguration', 'Namespace', 'Node', 'PersistentVolume', 'PriorityClass', 'PriorityLevelConfiguration', 'ResourceSlice', 'RuntimeClass',
  'SelfSubjectAccessReview', 'SelfSubjectReview', 'SelfSubjectRulesReview', 'ServiceCIDR', 'StorageClass', 'StorageVersion', 'StorageVersionMigration', 'SubjectAccessReview', 'TokenReview',
  'ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding', 'ValidatingWebhookConfiguration', 'VolumeAttachment', 'VolumeAttributesClass',
])

/** Kinds in which a namespace stands elsewhere than in metadata, or is the name: kustomize rewrites these by rules of its own. */
const namesNamespaces = new Set(['Namespace', 'RoleBinding', 'ClusterRoleBinding', 'APIService', 'CustomResourceDefinition', 'MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'])

/** Objects as a kustomization's `namespace` makes them, or problems where that field does more than set `metadata.namespace`. */
export function withNamespace(objects: readonly PlacedObject[], namespace: string, file: string): { readonly objects: readonly PlacedObject[]; readonly problems: readonly Problem[] } {
  const problems: Problem[] = []
  const moved = objects.map((placed) => {
    const { object } = placed
    if (namesNamespaces.has(object.kind)) {
      problems.push({ says: `${file} sets the namespace ${namespace}, and ${object.kind}/${object.metadata.name} names namespaces inside.`, remedy: renderFirst(file), where: placed.where })
      return placed
    }
    if (clusterWide.has(object.kind)) return placed
    return { ...placed, object: { ...object, metadata: { ...object.metadata, namespace } } }
  })
  return { objects: moved, problems }
}
