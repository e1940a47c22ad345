import type { Service } from '@fermata/catalog'
import { managedBy } from '@fermata/custody'
import { containersOf } from '@fermata/manifests'
import { type Files, type KubeObject, listAt, mapAt } from '@fermata/ports'
import type { Problem } from '@fermata/verdict'
import { digest } from '../plan/canonical.ts'

/** What runs the migration scripts of a service: their text, and the Job. */
export interface MigrationObjects {
  readonly scripts: KubeObject
  readonly job: KubeObject
}

/** A ConfigMap has at most 1 MiB. */
const largestScripts = 900 * 1024
const folder = '/fermata/migrations'
/** `$file` is the script. psql stops at the first error only when it is told to; the database is named by the service's own environment. */
const byEnding: Readonly<Record<string, readonly string[]>> = {
  sql: ['sh', '-c', 'exec psql --no-psqlrc --set ON_ERROR_STOP=1 --file "$0" "$DATABASE_URL"', '$file'],
  sh: ['sh', '$file'],
}

/**
 * The Job that runs the migration scripts of a service, in the order of the catalog, before its new version starts.
 * Its name holds a hash of scripts and commands, so what has run once is not run again: neither by a rerun nor by the next release.
 * Each script is a container of its own; all but the last are init containers, so one that fails ends the Job before the next begins.
 */
export async function migrationOf(service: Service, deployment: KubeObject | undefined, namespace: string, files: Files): Promise<MigrationObjects | readonly Problem[]> {
  const problems: Problem[] = []
  const wrong = (says: string, remedy: string): void => void problems.push({ code: 'FM-DEPLOY-MIGRATION', says: `${service.id}: ${says}`, remedy, where: service.where })
  const texts = new Map<string, string>()
  for (const path of service.migrationScripts) {
    const bytes = await files.read(path)
    if (bytes === undefined) wrong(`there is no migration script ${path}.`, 'Correct `migration_scripts` in the catalog.')
    else texts.set(path, new TextDecoder().decode(bytes))
  }
  const [container] = deployment === undefined ? [] : containersOf(deployment).filter(({ role }) => role === 'container')
  const image = service.migration.image ?? container?.image
  if (image === undefined) wrong('nothing says in which image its migration scripts run.', 'Give `migration.image` in the catalog.')
  for (const path of texts.keys()) if (commandFor(service, path) === undefined) wrong(`nothing says how ${path} is run.`, 'Give `migration.command` in the catalog; psql runs .sql, sh runs .sh.')
  if (JSON.stringify([...texts]).length > largestScripts) wrong(`its migration scripts are larger than ${largestScripts / 1024} KiB together.`, 'Put them into an image, and name it as `migration.image`.')
  if (problems.length > 0 || image === undefined) return problems

  const mark = digest([...texts, service.migration.command ?? null]).slice(0, 12)
  const name = `${service.id.replaceAll(/[._]/g, '-').slice(0, 40)}-migration-${mark}`
  const metadata = { name, namespace, labels: { ...managedBy } }
  const scripts = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: Object.fromEntries([...texts].map(([path, text], index) => [fileName(path, index), text])) }
  const environment = { ...(container?.container['env'] !== undefined && { env: container.container['env'] }), ...(container?.container['envFrom'] !== undefined && { envFrom: container.container['envFrom'] }) }
  const steps = [...texts.keys()].map((path, index) => ({
    name: `script-${index + 1}`,
    image,
    command: (commandFor(service, path) ?? []).map((word) => word.replaceAll('$file', `${folder}/${fileName(path, index)}`)),
    ...environment,
    volumeMounts: [...listAt(container?.container, 'volumeMounts'), { name: 'fermata-migrations', mountPath: folder, readOnly: true }],
  }))
  const pod = mapAt(deployment, 'spec', 'template', 'spec')
  const kept = Object.fromEntries(['serviceAccountName', 'imagePullSecrets', 'securityContext', 'nodeSelector', 'tolerations'].flatMap((field) => (pod[field] === undefined ? [] : [[field, pod[field]]])))
  const job = {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata,
    // Tried once: a script that failed half-way may not be safe to run again, which only its author knows.
    spec: { backoffLimit: 0, template: { spec: { restartPolicy: 'Never', ...kept, ...(steps.length > 1 && { initContainers: steps.slice(0, -1) }), containers: steps.slice(-1), volumes: [...listAt(pod, 'volumes'), { name: 'fermata-migrations', configMap: { name } }] } } },
  }
  return { scripts, job }
}

function commandFor({ migration }: Service, path: string): readonly string[] | undefined {
  return migration.command ?? byEnding[path.split('.').at(-1) ?? '']
}

/** Two scripts of one name in two folders stay two files. */
function fileName(path: string, index: number): string {
  return `${String(index + 1).padStart(3, '0')}-${(path.split('/').at(-1) ?? '').replaceAll(/[^A-Za-z0-9._-]/g, '_')}`
}
