import { objectName } from '@fermata/manifests'
import type { Reason } from '@fermata/verdict'
import { initReason } from './codes.ts'
import type { FoundObject } from './kubernetes-files.ts'
import { folderOf } from './repository.ts'

/** Folders that hold what another tool changes or makes are worse sources than plain manifests. */
const layered = /^(?:kustomize|base|bases|overlay|overlays|component|components|patches|env|envs|environments)$/i
const made = /^(?:release|releases|rendered|generated|dist|out|output|build)$/i

/**
 * One definition for each workload. The same services often stand in several forms: plain manifests, the base of a kustomization, a rendered file.
 * Taken is, by folder: plain manifests before layers of kustomize before generated files, then the folder that defines more workloads, then by name.
 * All of a repository is judged alike, so that a catalog does not mix two forms of one system more than it must.
 */
export function chooseForms(workloads: readonly FoundObject[]): { readonly chosen: readonly FoundObject[]; readonly reasons: readonly Reason[] } {
  const sizes = Map.groupBy(workloads, ({ file }) => folderOf(file))
  const rank = (folder: string) => folder.split('/').reduce((worst, part) => Math.max(worst, made.test(part) ? 2 : layered.test(part) ? 1 : 0), 0)
  const better = (a: string, b: string) => rank(a) - rank(b) || (sizes.get(b)?.length ?? 0) - (sizes.get(a)?.length ?? 0) || (a < b ? -1 : 1)
  const chosen: FoundObject[] = []
  const lost = new Map<string, { readonly taken: string; readonly other: string; readonly names: string[] }>()
  const reasons: Reason[] = []
  for (const [name, all] of Map.groupBy(workloads, ({ object }) => object.metadata.name)) {
    const [first] = all.toSorted((a, b) => (folderOf(a.file) === folderOf(b.file) ? 0 : better(folderOf(a.file), folderOf(b.file))))
    if (first === undefined) continue
    chosen.push(first)
    const taken = folderOf(first.file)
    for (const one of all) {
      const other = folderOf(one.file)
      if (one === first) continue
      if (other === taken) {
        reasons.push(initReason('FM-INIT-DEFINED-TWICE', { says: `${objectName(one.object)} is defined again in ${one.file}; ${objectName(first.object)} of ${first.file} was taken.`, where: one.where, service: name }))
        continue
      }
      const pair = `${taken}\n${other}`
      const known = lost.get(pair)
      if (known === undefined) lost.set(pair, { taken, other, names: [name] })
      else known.names.push(name)
    }
  }
  const forms = [...lost.values()].map(({ taken, other, names }) =>
    initReason('FM-INIT-OTHER-FORM', { says: `${other} defines ${listed(names)} as well; ${taken} was taken.`, remedy: `Run fermata init --from ${other} to take that form.` }),
  )
  return { chosen, reasons: [...forms, ...reasons] }
}

/** `a, b, c and 4 more` */
export function listed(names: readonly string[], most = 5): string {
  const shown = names.slice(0, most).join(', ')
  return names.length > most ? `${shown} and ${names.length - most} more` : shown
}
