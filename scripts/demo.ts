import { createStory } from '@fermata/sandbox'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { book, bookHtml } from './demo/book.ts'
import { companyFrom, gardenShop } from './demo/company.ts'
import { openPlace, places } from './demo/place.ts'
import { direct, dist, fermataIn, firstRelease, stageFor, tell, unmet } from './demo/story.ts'
import { tellerTo } from './demo/teller.ts'

/** The main job, told to a person: on the sandbox, or on a real control plane. Exit 0 when the story ends as it must. */
const scenarios = { release: 'a change goes out, one of its services falls over, and what needed it is undone' } as const
/** The cluster's clock runs so many times faster than ours: a pod that needs 4 seconds is ready after one. */
const speed = 4
const out = resolve('demo-report')

const { values } = parseArgs({ options: { from: { type: 'string' }, cluster: { type: 'string', default: 'sandbox' }, scenario: { type: 'string', default: 'release' }, list: { type: 'boolean', default: false } } })
if (values.list) {
  for (const [name, about] of Object.entries(scenarios)) console.log(`${name}: ${about}`)
} else {
  refuse(values.scenario in scenarios ? undefined : `There is no scenario ${values.scenario}. There are: ${Object.keys(scenarios).join(', ')}.`)
  refuse(values.from === undefined || existsSync(values.from) ? undefined : `--from ${values.from}: there is no such folder.`)
  refuse(existsSync(join(dist, 'fermata.js')) ? undefined : 'dist is missing. Run: npm run build')
  const where = places.find((place) => place === values.cluster)
  refuse(where === undefined ? `There is no cluster ${values.cluster}. There are: ${places.join(', ')}.` : undefined)
  process.exitCode = await play(values.from, where ?? 'sandbox')
}

function refuse(problem: string | undefined): void {
  if (problem === undefined) return
  console.error(problem)
  process.exit(2)
}

async function play(from: string | undefined, where: (typeof places)[number]): Promise<number> {
  const began = performance.now()
  const teller = tellerTo(process.stdout, process.stdout.isTTY === true && !process.env['NO_COLOR'])
  const folder = mkdtempSync(join(tmpdir(), 'fermata-demo-'))
  const story = createStory({ does: 'run', readyAfter: 2 })
  rmSync(out, { recursive: true, force: true })
  mkdirSync(out, { recursive: true })
  const place = await openPlace(where, { story, namespace: 'shop', speed })
  try {
    const company = from === undefined ? await gardenShop(folder) : companyFrom(resolve(from), folder, fermataIn(folder))
    teller.say(`${company.name}: released to ${place.says}`)
    const stage = stageFor(company, place, out, teller)
    await firstRelease(company, stage)
    direct(company, story)
    const chapters = await tell(company, stage)
    const report = book(company, chapters)
    writeFileSync(join(out, 'index.html'), bookHtml(report))
    teller.say(`\n${report.summary}`)
    teller.say(`Report: ${relative(process.cwd(), join(out, 'index.html'))}   (${Math.round((performance.now() - began) / 1000)} s, ${place.requests()} API requests)`)
    const missing = unmet(company, chapters, place)
    for (const one of missing) console.error(`This should hold, and does not: ${one}`)
    return missing.length === 0 ? 0 : 1
  } finally {
    await place.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}
