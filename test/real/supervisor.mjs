// Holds the real components of one test run. It lives on the pipe of whoever started it: when that process ends, however it
// ends, the pipe closes, and everything that was started here is killed and its folder removed.
import { spawn } from 'node:child_process'
import { openSync, rmSync } from 'node:fs'
import { createInterface } from 'node:readline'

const folder = process.argv[2]
const children = new Map()
/** Programs that were told to end, and may. */
const dismissed = new WeakSet()
/** Programs that ended by themselves, until they are started again. */
const returning = new Map()

function start(order) {
  const { name, file, args, env, log, keep } = order
  const out = openSync(log, 'a')
  const child = spawn(file, args, { cwd: folder, stdio: ['ignore', out, out], env: { PATH: process.env.PATH, HOME: folder, ...env } })
  children.set(name, child)
  child.once('error', (error) => answer({ name, event: 'failed', says: error.message }))
  child.once('exit', (code, signal) => {
    if (children.get(name) === child) children.delete(name)
    const says = `${code ?? signal}`
    if (!keep || dismissed.has(child)) return answer({ name, event: 'exited', says })
    answer({ name, event: 'lost', says })
    returning.set(name, setTimeout(() => {
      returning.delete(name)
      start(order)
    }, 500))
  })
  child.once('spawn', () => answer({ name, event: 'started', pid: child.pid }))
}

function kill({ name, signal }) {
  if (returning.has(name)) {
    clearTimeout(returning.get(name))
    returning.delete(name)
    return answer({ name, event: 'exited', says: signal })
  }
  const child = children.get(name)
  if (child === undefined) return
  if (signal !== 'SIGSTOP' && signal !== 'SIGCONT') dismissed.add(child)
  child.kill(signal)
}

function answer(message) {
  try {
    process.stdout.write(`${JSON.stringify(message)}\n`)
  } catch {
    end()
  }
}

function end() {
  for (const child of children.values()) child.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 })
  process.exit(0)
}

process.stdout.on('error', end)
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, end)
createInterface({ input: process.stdin })
  .on('line', (line) => {
    const order = JSON.parse(line)
    if (order.do === 'start') start(order)
    else if (order.do === 'kill') kill(order)
  })
  .on('close', end)
