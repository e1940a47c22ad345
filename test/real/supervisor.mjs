// Holds the real components of one test run. It lives on the pipe of whoever started it: when that process ends, however it
// ends, the pipe closes, and everything that was started here is killed and its folder removed.
import { spawn } from 'node:child_process'
import { openSync, rmSync } from 'node:fs'
import { createInterface } from 'node:readline'

const folder = process.argv[2]
const children = new Map()

function start({ name, file, args, env, log }) {
  const out = openSync(log, 'a')
  const child = spawn(file, args, { cwd: folder, stdio: ['ignore', out, out], env: { PATH: process.env.PATH, HOME: folder, ...env } })
  children.set(name, child)
  child.once('error', (error) => answer({ name, event: 'failed', says: error.message }))
  child.once('exit', (code, signal) => {
    if (children.get(name) === child) children.delete(name)
    answer({ name, event: 'exited', says: `${code ?? signal}` })
  })
  child.once('spawn', () => answer({ name, event: 'started', pid: child.pid }))
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
    else if (order.do === 'kill') children.get(order.name)?.kill(order.signal)
  })
  .on('close', end)
