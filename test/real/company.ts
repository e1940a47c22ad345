import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

export const bin = join(import.meta.dirname, '../../.tools/bin')

/** Whether a real component is built on this machine. */
export function isBuilt(...programs: readonly string[]): boolean {
  return programs.every((program) => existsSync(join(bin, program)))
}

export interface Program {
  readonly name: string
  readonly file: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** Starts it again when it ends without having been told to, as a kubelet does with a static pod. That is said on standard error. */
  readonly keep?: boolean
}

/** The real components of one run, in one folder of their own. */
export interface Company {
  readonly folder: string
  start(program: Program): Promise<{ readonly pid: number }>
  /** Sends a signal, and waits until the program is gone when the signal ends it. One that is gone already stays gone. */
  kill(name: string, signal?: NodeJS.Signals): Promise<void>
  /** Resolves with the exit code or the signal once a program has ended by itself. */
  ended(name: string): Promise<string>
  /** Where a program writes to. */
  logFile(name: string): string
  /** The end of what a program has written. */
  log(name: string): string
  /** Ends all of them and removes the folder. */
  close(): Promise<void>
}

interface Said {
  readonly name: string
  readonly event: 'started' | 'exited' | 'lost' | 'failed'
  readonly pid?: number
  readonly says?: string
}

/** Programs that end when this process ends, however it ends. */
export function openCompany(): Company {
  const folder = mkdtempSync(join(tmpdir(), 'fermata-real-'))
  const supervisor = spawn(process.execPath, [join(import.meta.dirname, 'supervisor.mjs'), folder], { stdio: ['pipe', 'pipe', 'inherit'], detached: true })
  const exits = new Map<string, string>()
  const logFile = (name: string) => join(folder, `${name}.log`)
  const log = (name: string) => readFileSync(logFile(name), 'utf8').slice(-4000)
  const heard = listen(supervisor, exits, (name, says) => process.stderr.write(`${name} ended by itself (${says}) and is started again. The end of its log:\n${log(name)}\n`))
  const order = (what: object) => supervisor.stdin?.write(`${JSON.stringify(what)}\n`)
  return {
    folder,
    async start(program) {
      const said = heard(program.name, ['started', 'failed'])
      exits.delete(program.name)
      order({ do: 'start', ...program, log: logFile(program.name) })
      const { event, pid, says } = await said
      if (event !== 'started' || pid === undefined) throw new Error(`${program.name} did not start: ${says ?? 'no reason given'}`)
      return { pid }
    },
    async kill(name, signal = 'SIGKILL') {
      if (exits.has(name)) return
      const said = signal === 'SIGSTOP' || signal === 'SIGCONT' ? undefined : heard(name, ['exited'])
      order({ do: 'kill', name, signal })
      await said
    },
    ended: async (name) => exits.get(name) ?? (await heard(name, ['exited'])).says ?? '',
    logFile,
    log,
    close: () =>
      new Promise((resolve) => {
        supervisor.once('exit', () => resolve())
        supervisor.stdin?.end()
      }),
  }
}

/**
 * @param exits how each program ended that is gone
 * @param onLost told of a program that ended by itself and is kept
 */
function listen(supervisor: ChildProcess, exits: Map<string, string>, onLost: (name: string, says: string) => void): (name: string, events: readonly Said['event'][]) => Promise<Said> {
  const waiting: { readonly name: string; readonly events: readonly Said['event'][]; readonly resolve: (said: Said) => void }[] = []
  createInterface({ input: supervisor.stdout as NonNullable<ChildProcess['stdout']> }).on('line', (line) => {
    const said = JSON.parse(line) as Said
    if (said.event === 'exited') exits.set(said.name, said.says ?? '')
    if (said.event === 'lost') onLost(said.name, said.says ?? '')
    const index = waiting.findIndex((one) => one.name === said.name && one.events.includes(said.event))
    if (index >= 0) waiting.splice(index, 1)[0]?.resolve(said)
  })
  return (name, events) => new Promise((resolve) => waiting.push({ name, events, resolve }))
}

/** Ports that were free a moment ago, all different. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, () => new Promise<ReturnType<typeof createServer>>((resolve, reject) => {
      const server = createServer().once('error', reject).listen(0, '127.0.0.1', () => resolve(server))
    })),
  )
  const ports = servers.map((server) => (server.address() as { readonly port: number }).port)
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return ports
}
