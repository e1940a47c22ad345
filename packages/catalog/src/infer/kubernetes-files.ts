import { isMapping, readKustomization, readObjects, type PlacedObject } from '@fermata/manifests'
import type { Files } from '@fermata/ports'
import { parseYaml } from '@fermata/source'
import { inFile, type Reason } from '@fermata/verdict'
import { initReason } from './codes.ts'
import { folderOf, liesIn, nameOf, pathWithin, readText, type Repository } from './repository.ts'

/** An object of a plain manifest. */
export interface FoundObject extends PlacedObject {
  readonly file: string
}

export interface KubernetesFiles {
  readonly objects: readonly FoundObject[]
  readonly reasons: readonly Reason[]
  /** Files that hold Kubernetes objects. */
  readonly files: ReadonlySet<string>
}

/** Manifests are read up to this size, in bytes. Larger ones are data. */
const largest = 5_000_000
const kustomizationName = /^(?:kustomization\.ya?ml|Kustomization)$/

/**
 * The objects of every plain manifest below a folder. A plain manifest stands for itself: it is no template of a Helm chart,
 * and no patch or other material of a kustomization.
 */
export async function readKubernetes(repository: Repository, from: string, files: Files): Promise<KubernetesFiles> {
  const inside = [...repository.files.keys()].filter((path) => liesIn(path, from))
  const charts = inside.filter((path) => nameOf(path) === 'Chart.yaml').map(folderOf)
  const topCharts = charts.filter((folder) => !charts.some((other) => other !== folder && liesIn(folder, other)))
  const kustomizations = await readKustomizations(inside, repository, files)
  const reasons: Reason[] = [...topCharts.map(chartReason), ...kustomizations.reasons]
  const objects: FoundObject[] = []
  const found = new Set<string>()
  for (const path of inside) {
    if (!/\.(?:ya?ml|json)$/.test(path) || kustomizationName.test(nameOf(path)) || (repository.files.get(path) ?? 0) > largest) continue
    if (topCharts.some((folder) => liesIn(path, folder)) || kustomizations.material.has(path) || kustomizations.components.some((folder) => liesIn(path, folder))) continue
    const text = await readText(files, path)
    if (text === undefined || !/^\s*[{,]?\s*["']?apiVersion["']?\s*:/m.test(text) || !/["']?kind["']?\s*:/.test(text)) continue
    const reading = readObjects(text, path)
    if (reading.objects.length === 0 && reading.problems.length > 0 && looksDeployed(text)) {
      const [problem] = reading.problems
      reasons.push(initReason('FM-INIT-UNREADABLE', { says: `${path} cannot be read: ${problem?.says ?? ''}`, where: problem?.where }))
    }
    if (reading.objects.length > 0) found.add(path)
    objects.push(...reading.objects.map((placed) => ({ ...placed, file: path })))
  }
  return { objects, reasons, files: found }
}

/** Whether a text that cannot be read would have mattered: configurations of other tools have apiVersion and kind as well. */
function looksDeployed(text: string): boolean {
  return /\bkind["']?\s*:\s*["']?(?:Deployment|StatefulSet|DaemonSet|CronJob|Job|Pod|Rollout|Service|List)\b/.test(text)
}

function chartReason(folder: string): Reason {
  return initReason('FM-INIT-RENDER-FIRST', { says: `${folder} is a Helm chart, so its services are not in the catalog.`, remedy: `Render it (helm template ${folder} > rendered.yaml) and run fermata init again.`, where: inFile(`${folder}/Chart.yaml`) })
}

interface Kustomizations {
  /** Files that are no manifests of their own: patches, values, generators' input. */
  readonly material: ReadonlySet<string>
  /** Folders of components, which are optional parts. */
  readonly components: readonly string[]
  readonly reasons: readonly Reason[]
}

async function readKustomizations(inside: readonly string[], repository: Repository, files: Files): Promise<Kustomizations> {
  const material = new Set<string>()
  const components: string[] = []
  const reasons: Reason[] = []
  for (const path of inside.filter((file) => kustomizationName.test(nameOf(file)))) {
    const text = await readText(files, path)
    if (text === undefined) continue
    const value = parseYaml(text, { file: path, version: '1.1' }).documents[0]?.value
    if (isMapping(value)) {
      const { resources: _, ...rest } = value
      for (const named of textsIn(rest)) {
        const file = named.length > 500 ? undefined : pathWithin(folderOf(path), named)
        if (file !== undefined && repository.files.has(file)) material.add(file)
      }
      if (value['kind'] === 'Component') components.push(folderOf(path))
    }
    if (isMapping(value) && value['kind'] === 'Component') continue
    const { gathering, problems } = readKustomization(text, path)
    if (gathering !== undefined) continue
    const [problem] = problems
    reasons.push(initReason('FM-INIT-RENDER-FIRST', { says: `${problem?.says ?? `${path} cannot be read.`} The plain files that it changes were taken as they are.`, ...(problem?.remedy !== undefined && { remedy: problem.remedy }), where: problem?.where }))
  }
  return { material, components, reasons }
}

/** Every text in a value, however deep. */
function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : []
}
