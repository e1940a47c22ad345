import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { dist } from './demo/dist.ts'
import { places, type Scenario, scenarios, type Where } from './demo/scenario.ts'
import { tellerTo } from './demo/teller.ts'

/** What Fermata does, told to a person: on the sandbox, or on real components. Exit 0 when the story ends as it must. */
const out = resolve('demo-report')

const { values } = parseArgs({ options: { from: { type: 'string' }, cluster: { type: 'string', default: 'sandbox' }, scenario: { type: 'string' }, list: { type: 'boolean', default: false } } })
if (values.list) {
  for (const [name, { about }] of Object.entries(scenarios)) console.log(`${name}: ${about}`)
} else {
  // Any folder of manifests can go out and fall over; the other stories need a company whose ways are known.
  const name = values.scenario ?? (values.from === undefined ? 'story' : 'release')
  const scenario = scenarios[name] ?? refuse(`There is no scenario ${name}. There are: ${Object.keys(scenarios).join(', ')}.`)
  const where = places.find((place) => place === values.cluster) ?? refuse(`There is no cluster ${values.cluster}. There are: ${places.join(', ')}.`)
  if (values.from !== undefined && !scenario.takesFrom) refuse(`The scenario ${name} is told of our shop alone. Leave --from out, or take --scenario release.`)
  if (values.from !== undefined && !existsSync(values.from)) refuse(`--from ${values.from}: there is no such folder.`)
  if (!existsSync(join(dist, 'fermata.js'))) refuse('dist is missing. Run: npm run build')
  process.exitCode = await play(scenario, values.from, where)
}

function refuse(problem: string): never {
  console.error(problem)
  process.exit(2)
}

async function play(scenario: Scenario, from: string | undefined, where: Where): Promise<number> {
  const began = performance.now()
  const teller = tellerTo(process.stdout, process.stdout.isTTY === true && !process.env['NO_COLOR'])
  const folder = mkdtempSync(join(tmpdir(), 'fermata-demo-'))
  rmSync(out, { recursive: true, force: true })
  mkdirSync(out, { recursive: true })
  try {
    const { report, unmet, requests } = await (await scenario.open())({ where, from, folder, out, teller })
    const { reportHtml } = await import('@fermata/report')
    writeFileSync(join(out, 'index.html'), reportHtml(report))
    teller.say(`\n${report.summary}`)
    teller.say(`Report: ${relative(process.cwd(), join(out, 'index.html'))}   (${Math.round((performance.now() - began) / 1000)} s, ${requests} API requests)`)
    for (const one of unmet) console.error(`This should hold, and does not: ${one}`)
    return unmet.length === 0 ? 0 : 1
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
