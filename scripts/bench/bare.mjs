// The least that can answer: js-yaml, git, a set of folders, a walk along the dependencies. No checks, no reasons, no report.
import { execFileSync } from 'node:child_process'
import { appendFileSync } from 'node:fs'
import { load } from 'js-yaml'

const [base, head] = process.argv.slice(2)
const git = (...args) => execFileSync('git', args, { encoding: 'utf8', maxBuffer: 256 * 1024 * 1024 })
const services = Object.entries(load(git('show', `${head}:fermata.yaml`)).services)
const owners = new Map(services.flatMap(([id, { paths }]) => paths.map((path) => [path, id])))
const neededBy = new Map()
for (const [id, { dependencies }] of services) for (const need of dependencies) neededBy.set(need, [...(neededBy.get(need) ?? []), id])

const direct = new Set()
for (const path of git('diff-tree', '-r', '-z', '--name-only', '--no-renames', base, head).split('\0')) {
  for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
    const owner = owners.get(path.slice(0, end))
    if (owner !== undefined) direct.add(owner)
  }
}
const affected = new Set(direct)
for (const id of affected) for (const next of neededBy.get(id) ?? []) affected.add(next)
appendFileSync(process.env.GITHUB_OUTPUT, `direct=${JSON.stringify([...direct])}\naffected=${JSON.stringify([...affected])}\n`)
