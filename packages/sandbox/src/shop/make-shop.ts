import { execFile } from 'node:child_process'
import { cp, mkdir, readFile, readdir } from 'node:fs/promises'
import { devNull } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** The demo's company as a repository of three commits, one after the other on `main`. Names of commits are the same on every machine. */
export interface Shop {
  readonly folder: string
  /** `owner/name`, for whoever plays GitHub. */
  readonly repository: string
  /** What runs today. */
  readonly base: string
  /** A new catalog and a new cart, and another rule for prices. All of it starts. */
  readonly healthy: string
  /** On top of it a new checkout, and payments that cannot start: they want a key that nobody gives them. */
  readonly head: string
  readonly cannotStart: { readonly service: string; readonly image: string; readonly says: string }
}

/** The same shop with gates: a canary for payments, its own policies with an exception, and and budgets of errors. Four commits on `main`. */
export interface GuardedShop {
  readonly folder: string
  readonly repository: string
  /** What runs today. */
  readonly base: string
  /** A new checkout, and payments that fail for every card that has not exactly sixteen digits. */
  readonly hasty: string
  /** Payments that take every card, and write no logs for debugging any more. */
  readonly mended: string
  /** A storefront that shows what it remembers where nobody behind it answers. */
  readonly patient: string
  /** Of payments in `hasty` and `mended`, of the storefront before and in `patient`. */
  readonly images: { readonly hasty: string; readonly mended: string; readonly impatient: string; readonly patient: string }
}

const files = join(import.meta.dirname, 'files')

interface Commit {
  /** Each lies on top of those before. */
  readonly layers: readonly string[]
  readonly date: string
  readonly message: string
}

const commits: readonly Commit[] = [
  { layers: ['base'], date: '2026-01-05T12:00:00Z', message: 'Open the shop' },
  { layers: ['healthy'], date: '2026-01-06T12:00:00Z', message: 'Sell bird feeders, give up on a silent cart store, ship free from 39 EUR' },
  { layers: ['head'], date: '2026-01-07T12:00:00Z', message: 'Charge through the new provider, and never twice' },
]

const guardedCommits: readonly Commit[] = [
  { layers: ['base', 'guarded'], date: '2026-02-02T12:00:00Z', message: 'Open the shop' },
  { layers: ['charges'], date: '2026-02-03T12:00:00Z', message: 'Charge through the new provider, and never twice' },
  { layers: ['mended'], date: '2026-02-04T12:00:00Z', message: 'fix: take cards that have not sixteen digits' },
  { layers: ['patient'], date: '2026-02-05T12:00:00Z', message: 'fix: show the last page while the catalog is silent' },
]

/**
 * Writes the shop and its history into a folder, and leaves `head` checked out.
 * @param folder is made; it must be empty when it is there
 */
export async function makeShop(folder: string): Promise<Shop> {
  const [base = '', healthy = '', head = ''] = await write(folder, commits)
  return { folder, repository: 'garden/shop', base, healthy, head, cannotStart: { service: 'payments', image: await imageOf('payments', 'head'), says: 'PROVIDER_KEY is not set' } }
}

/**
 * As `makeShop`, the shop with gates. `patient` is checked out.
 * @param folder is made; it must be empty when it is there
 */
export async function makeGuardedShop(folder: string): Promise<GuardedShop> {
  const [base = '', hasty = '', mended = '', patient = ''] = await write(folder, guardedCommits)
  const images = { hasty: await imageOf('payments', 'charges'), mended: await imageOf('payments', 'mended'), impatient: await imageOf('storefront', 'guarded'), patient: await imageOf('storefront', 'patient') }
  return { folder, repository: 'garden/shop', base, hasty, mended, patient, images }
}

/** Answers the names of the commits. */
async function write(folder: string, history: readonly Commit[]): Promise<readonly string[]> {
  await mkdir(folder, { recursive: true })
  if ((await readdir(folder)).length > 0) throw new Error(`${folder} is not empty, and the shop would write over what is there.`)
  const names: string[] = []
  for (const [index, { layers, date, message }] of history.entries()) {
    const git = gitIn(folder, date)
    if (index === 0) await git('init', '--quiet', '--initial-branch=main')
    for (const layer of layers) await cp(join(files, layer), folder, { recursive: true })
    await git('add', '--all')
    await git('commit', '--quiet', '--message', message)
    names.push(await git('rev-parse', 'HEAD'))
  }
  return names
}

/** Git that knows nothing of its user, so that the same files make the same commits. */
function gitIn(folder: string, date: string): (...args: readonly string[]) => Promise<string> {
  const gardener = { NAME: 'The gardener', EMAIL: 'gardener@shop.example', DATE: date }
  const person = Object.fromEntries(Object.entries(gardener).flatMap(([what, value]) => [[`GIT_AUTHOR_${what}`, value], [`GIT_COMMITTER_${what}`, value]]))
  const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_')))
  const env = { ...inherited, ...person, GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: devNull }
  return async (...args) => (await promisify(execFile)('git', ['-C', folder, '-c', 'core.autocrlf=false', '-c', 'core.fileMode=false', ...args], { env })).stdout.trim()
}

async function imageOf(service: string, layer: string): Promise<string> {
  const manifest = await readFile(join(files, layer, 'services', service, 'deploy.yaml'), 'utf8')
  const image = manifest.match(/^ +image: (\S+)$/m)?.[1]
  if (image === undefined) throw new Error(`The manifest of ${service} names no image.`)
  return image
}
