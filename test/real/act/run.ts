import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { bin, type Company, freePorts } from '../company.ts'
import { type ActEnd, type Line, readLines, toldBy } from './told.ts'

export interface ActWish {
  /** A name of its own in the company. */
  readonly name: string
  /** Where the copy of our repository lies. */
  readonly library: string
  /** A checkout whose remote `origin` names its repository on GitHub. */
  readonly caller: string
  /** Path in the caller. */
  readonly workflow: string
  readonly event: string
  readonly payload?: unknown
  readonly secrets?: Readonly<Record<string, string>>
  /** Of the repository: `vars`. */
  readonly variables?: Readonly<Record<string, string>>
  /** For every step; `GITHUB_API_URL` among them. */
  readonly environment?: Readonly<Record<string, string>>
  /** Actions of others by their reference, and the folder that stands in for them. */
  readonly others?: Readonly<Record<string, string>>
}

export interface ActRun {
  /** Resolves when a line says it. Rejects when the run ends without. */
  until(says: RegExp): Promise<void>
  /** What a person does with Ctrl-C, and GitHub with its button: everything is told to end, and post steps still run. */
  interrupt(): void
  readonly ended: Promise<ActEnd>
}

/** How our copy is named for act. */
export const libraryReference = (path: string): string => `OWNER/fermata/${path}@v1`

/**
 * Runs one workflow by act in host mode: without containers, without the network, and with nothing of this process's environment.
 * It ends with the company.
 */
export async function startAct(company: Company, wish: ActWish): Promise<ActRun> {
  const home = join(company.folder, wish.name)
  mkdirSync(home, { recursive: true })
  const file = (name: string, text: string): string => {
    writeFileSync(join(home, name), text, { mode: 0o600 })
    return join(home, name)
  }
  const [artifacts] = await freePorts(1)
  const references = { 'OWNER/fermata@v1': wish.library, ...wish.others }
  await company.start({
    name: wish.name,
    file: join(bin, 'act'),
    args: [
      wish.event, '--json', '-C', wish.caller, '-W', wish.workflow,
      ...['ubuntu-latest', 'ubuntu-24.04'].flatMap((label) => ['-P', `${label}=-self-hosted`]),
      ...Object.entries(references).flatMap(([reference, folder]) => ['--local-repository', `${reference}=${folder}`]),
      '--action-offline-mode', '--no-cache-server',
      '--artifact-server-addr', '127.0.0.1', '--artifact-server-port', String(artifacts), '--artifact-server-path', join(home, 'artifacts'),
      '-e', file('event.json', JSON.stringify(wish.payload ?? {})),
      '--secret-file', file('secrets', dotenv(wish.secrets ?? {})),
      '--var-file', file('variables', dotenv(wish.variables ?? {})),
      '--env-file', file('environment', dotenv({ GITHUB_API_URL: 'http://127.0.0.1:1', ...wish.environment })),
    ],
    env: { HOME: home, PATH: `${dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin` },
  })
  const log = company.logFile(wish.name)
  let over = false
  const ended = company.ended(wish.name).then((code) => {
    over = true
    return toldBy(code, readFileSync(log, 'utf8'))
  })
  return {
    ended,
    async until(says) {
      while (!readLines(readFileSync(log, 'utf8')).some((line) => saidIn(line, says))) {
        if (over) throw new Error(`act ended, and no line said ${says}:\n${readFileSync(log, 'utf8').slice(-4000)}`)
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    },
    interrupt: () => void company.kill(wish.name, 'SIGINT'),
  }
}

function saidIn({ msg = '' }: Line, says: RegExp): boolean {
  return says.test(msg)
}

/** The form that act reads: one line each, with line ends written as `\n`. */
function dotenv(values: Readonly<Record<string, string>>): string {
  return Object.entries(values).map(([name, value]) => `${name}="${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('$', '\\$').replaceAll('\n', '\\n')}"\n`).join('')
}
