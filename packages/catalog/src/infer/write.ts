import { yamlComment, yamlScalar } from '@fermata/source'
import type { ManifestSource } from '../model.ts'
import type { DraftService } from './draft.ts'
import { originText } from './unit.ts'

/** The head of a file that is written anew. */
export const fileHead = [
  '# Written by `fermata init`. Each comment says where a guess comes from; correct what is wrong, nothing here is changed again.',
  '# Running it again adds services that are missing.',
  'version: 1',
  'services:',
] as const

/** A service as lines of the catalog, at the left margin. All text of the repository is a scalar or a comment, and cannot become anything else. */
export function serviceLines({ id, origin, role, roleBy, paths, manifests, dependencies, healthCheck }: DraftService): readonly string[] {
  return [
    commented(`${yamlScalar(id)}:`, originText(origin)),
    ...(role === 'service' ? [] : [commented(`  role: ${role}`, roleBy)]),
    ...(paths.length === 0 ? ['  paths: []'] : [`  paths: ${flowList(paths)}`]),
    ...manifestLines(manifests),
    ...(dependencies.length === 0 ? [] : ['  dependencies:', ...dependencies.map((dependency) => commented(`    - ${yamlScalar(dependency.id)}`, originText(dependency.origin)))]),
    ...(healthCheck === undefined ? [] : [commented(`  health_check: ${yamlScalar(healthCheck.path)}`, originText(healthCheck.origin))]),
  ]
}

function manifestLines(manifests: readonly ManifestSource[]): readonly string[] {
  if (manifests.length === 0) return []
  if (manifests.every(({ objects }) => objects === undefined)) return [`  manifests: ${flowList(manifests.map(({ path }) => path))}`]
  return ['  manifests:', ...manifests.map(({ path, objects }) => (objects === undefined ? `    - ${yamlScalar(path)}` : `    - {path: ${yamlScalar(path)}, objects: ${flowList(objects)}}`))]
}

function flowList(texts: readonly string[]): string {
  return `[${texts.map(yamlScalar).join(', ')}]`
}

function commented(line: string, comment: string | undefined): string {
  return comment === undefined ? line : `${line}  # ${yamlComment(comment, 160)}`
}
