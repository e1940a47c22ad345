import { ConfigurationError, didYouMean } from '@fermata/verdict'
import type { PolicyModule } from '@fermata/ports'
import { embedded } from './embedded.ts'
import { ownRoot } from '../read/data.ts'

/** A set of policies that comes with Fermata: the folder `packs/<name>`. */
export interface Pack {
  readonly name: string
  readonly about: string
  /** Oldest and newest minor version of Kubernetes that it knows; absent where it has no versions. */
  readonly minors?: readonly [oldest: number, newest: number]
  /** Packs whose rules belong to it. */
  readonly includes?: readonly string[]
}

/** One line for each pack. Its modules are `packs/<name>/*.rego`, in the package `fermata.<name with _>`. */
export const packs: readonly Pack[] = [
  { name: 'pss-baseline', about: 'Pod Security Standards, level baseline', minors: [25, 35] },
  { name: 'pss-restricted', about: 'Pod Security Standards, level restricted: with all of baseline', minors: [25, 35], includes: ['pss-baseline'] },
  { name: 'kube-best-practice', about: 'What manifests of a service should say' },
]

export interface ChosenPacks {
  readonly modules: readonly PolicyModule[]
  readonly namespaces: readonly string[]
  /** The part of `data` that packs read. */
  readonly data: Readonly<Record<string, unknown>>
  /** As they will be told: `pss-baseline@1.35`. */
  readonly names: readonly string[]
}

/**
 * The packs that were named. Two with different versions of Kubernetes cannot be meant.
 * @throws ConfigurationError for a pack or version that does not exist
 */
export function choosePacks(written: readonly string[]): ChosenPacks {
  const chosen = written.map(parsePack)
  const minors = [...new Set(chosen.flatMap(({ minor }) => minor ?? []))]
  if (minors.length > 1) throw new ConfigurationError([{ code: 'FM-POLICY-PACK', says: `The packs ${written.join(' and ')} are for different versions of Kubernetes.`, remedy: 'Name one version.' }])
  const names = [...new Set(chosen.flatMap(({ pack }) => [...(pack.includes ?? []), pack.name]))]
  const modules = Object.entries(embedded).filter(([file]) => names.some((name) => file.startsWith(`${name}/`)) || (names.length > 0 && file.startsWith('lib/')))
  return {
    modules: modules.map(([file, text]) => ({ name: `pack:${file}`, text })),
    namespaces: names.map(namespaceOf),
    data: minors[0] === undefined ? {} : { [ownRoot]: { kubernetes: { minor: minors[0] } } },
    names: chosen.map(({ pack, minor }) => (minor === undefined ? pack.name : `${pack.name}@1.${minor}`)),
  }
}

export function namespaceOf(pack: string): string {
  return `${ownRoot}.${pack.replaceAll('-', '_')}`
}

function parsePack(written: string): { readonly pack: Pack; readonly minor: number | undefined } {
  const [name = '', version = 'latest', ...rest] = written.split('@')
  const pack = packs.find((one) => one.name === name)
  const known = packs.map((one) => one.name)
  if (pack === undefined || rest.length > 0) {
    const meant = didYouMean(name, known)
    throw new ConfigurationError([{ code: 'FM-POLICY-PACK', says: `There is no pack ${JSON.stringify(written)}.${meant === undefined ? '' : ` Did you mean ${meant}?`}`, remedy: `Take one of ${known.join(', ')}.` }])
  }
  if (pack.minors === undefined) {
    if (version !== 'latest') throw new ConfigurationError([{ code: 'FM-POLICY-PACK', says: `The pack ${name} has no versions.`, remedy: `Write ${name}.` }])
    return { pack, minor: undefined }
  }
  const [oldest, newest] = pack.minors
  const minor = version === 'latest' ? newest : /^v?1\.(\d{1,3})$/.exec(version)?.[1]
  if (minor === undefined || Number(minor) < oldest || Number(minor) > newest) {
    throw new ConfigurationError([{ code: 'FM-POLICY-PACK', says: `The pack ${name} has no version ${JSON.stringify(version)}.`, remedy: `It has 1.${oldest} to 1.${newest}, and latest, which is 1.${newest}.` }])
  }
  return { pack, minor: Number(minor) }
}
