import { readFile } from 'node:fs/promises'
import { delimiter, dirname, join, resolve } from 'node:path'
import { ConfigurationError, type Problem } from '@fermata/verdict'
import { codeOf, messageOf } from '../wire/fault.ts'
import { withoutSecrets } from './secrets.ts'

/** One kubeconfig as written. `folder` is what relative paths in it are relative to. */
export interface ConfigText {
  /** As people name it: a path, `the input kubeconfig`. */
  readonly origin: string
  readonly folder: string
  readonly text: string
}

export type Found =
  | { readonly kind: 'texts'; readonly texts: readonly ConfigText[] }
  | { readonly kind: 'in-cluster'; readonly folder: string; readonly host: string; readonly port: string }

/** The machine as far as finding a kubeconfig needs it. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly home: string
  readonly cwd: string
  /** Where Kubernetes mounts the account of a pod. */
  readonly serviceAccount: string
}

/**
 * Finds the kubeconfig, in the order of kubectl: what the caller gave, KUBECONFIG (several files are merged),
 * ~/.kube/config, the account of the pod that we run in.
 * @param given a path, or the content itself, plain or in base64 as secrets often keep it
 * @throws ConfigurationError
 */
export async function findKubeconfig(given: string | undefined, around: Surroundings): Promise<Found> {
  const text = given?.trim() ?? ''
  if (text !== '') return { kind: 'texts', texts: [await givenConfig(text, around)] }
  const named = (around.env['KUBECONFIG'] ?? '').split(delimiter).filter((path) => path !== '')
  if (named.length > 0) return { kind: 'texts', texts: await listedConfigs(named, around) }
  const usual = join(around.home, '.kube', 'config')
  const own = await readConfig(usual, usual)
  if (own !== undefined) return { kind: 'texts', texts: [own] }
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = around.env
  if (host !== undefined && host !== '') return { kind: 'in-cluster', folder: around.serviceAccount, host, port: port ?? '443' }
  throw new ConfigurationError([
    {
      code: 'FM-KUBE-CONFIG-MISSING',
      says: `No kubeconfig: the input kubeconfig is empty, KUBECONFIG is not set, there is no ${usual}, and this is no pod of a cluster.`,
      remedy: 'Set the input kubeconfig to a path or to the content of a kubeconfig.',
    },
  ])
}

async function givenConfig(given: string, around: Surroundings): Promise<ConfigText> {
  const decoded = /^[A-Za-z0-9+/\s]+=*$/.test(given) ? Buffer.from(given, 'base64').toString('utf8') : ''
  const text = [decoded, given].find(looksLikeContent)
  if (text !== undefined) return { origin: 'the input kubeconfig', folder: around.cwd, text }
  const path = resolve(around.cwd, given.replace(/^~(?=[/\\])/, () => around.home))
  const config = await readConfig(path, path)
  if (config !== undefined) return config
  throw new ConfigurationError([{ code: 'FM-KUBE-CONFIG-MISSING', says: `There is no kubeconfig at ${withoutSecrets(path)}, which the input kubeconfig names.`, remedy: 'Write it in a step before this one, or correct the path.' }])
}

function looksLikeContent(text: string): boolean {
  return text.startsWith('{') || text.includes('\n') || /(^|\n)\s*(apiVersion|kind|clusters|contexts|users)\s*:/.test(text)
}

/** A file of the list may be missing, as with kubectl; not all of them. */
async function listedConfigs(paths: readonly string[], around: Surroundings): Promise<readonly ConfigText[]> {
  const absolute = paths.map((path) => resolve(around.cwd, path))
  const texts = await Promise.all(absolute.map((path) => readConfig(path, `${path} (from KUBECONFIG)`)))
  const present = texts.filter((text) => text !== undefined)
  if (present.length > 0) return present
  throw new ConfigurationError([{ code: 'FM-KUBE-CONFIG-MISSING', says: `KUBECONFIG names ${absolute.join(' and ')}, and there is no such file.`, remedy: 'Write it in a step before this one, or correct KUBECONFIG.' }])
}

/** Undefined where there is no such file. */
async function readConfig(path: string, origin: string): Promise<ConfigText | undefined> {
  try {
    return { origin, folder: dirname(path), text: await readFile(path, 'utf8') }
  } catch (error) {
    if (isMissing(error)) return undefined
    throw new ConfigurationError([unreadable(origin, error)], { cause: error })
  }
}

export function isMissing(error: unknown): boolean {
  const code = codeOf(error)
  return code === 'ENOENT' || code === 'ENOTDIR'
}

/** Why a file that exists could not be read. */
export function unreadable(path: string, error: unknown): Problem {
  const code = codeOf(error)
  const known = code === undefined ? undefined : whyUnreadable[code]
  return { code: 'FM-KUBE-CONFIG-UNREADABLE', says: `${path} cannot be read: ${known?.says ?? messageOf(error)}.`, ...(known && { remedy: known.remedy }) }
}

const whyUnreadable: Readonly<Record<string, { readonly says: string; readonly remedy: string } | undefined>> = {
  EACCES: { says: 'permission denied', remedy: 'Let the user that runs this step read the file.' },
  EPERM: { says: 'permission denied', remedy: 'Let the user that runs this step read the file.' },
  EISDIR: { says: 'it is a folder', remedy: 'Name the file itself, for example its config.' },
  ENOENT: { says: 'there is no such file', remedy: 'Correct the path; relative paths are relative to the kubeconfig.' },
}
