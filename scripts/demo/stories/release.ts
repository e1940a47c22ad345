import { createStory, type Story } from '@fermata/sandbox'
import { resolve } from 'node:path'
import { book } from '../book.ts'
import { type Company, companyFrom, gardenShop } from '../company.ts'
import { git } from '../git.ts'
import { openPlace, type Place } from '../place.ts'
import { type Chapter, fermataIn, isGo, list, pushOf, type Stage, stageFor, unmetOf } from '../stage.ts'
import type { Told, Wish } from '../scenario.ts'

/** The cluster's clock runs so many times faster than ours: a pod that needs 4 seconds is ready after one. */
const speed = 4

/** The main job alone: everything is released once, then a change goes out, and one of its services falls over. */
export async function tellRelease({ from, where, folder, out, teller }: Wish): Promise<Told> {
  const story = createStory({ does: 'run', readyAfter: 2 })
  const place = await openPlace(where, { story, namespace: 'shop', speed })
  try {
    const company = from === undefined ? await gardenShop(folder) : companyFrom(resolve(from), folder, fermataIn(folder))
    teller.say(`${company.name}: released to ${place.says}`)
    const { namespace } = company
    const stage = stageFor({ folder, kubeconfig: place.kubeconfig({ namespace }), namespace, context: place.context, out, teller })
    await firstRelease(company, stage)
    direct(company, story)
    const chapters = await tell(company, stage)
    const last = chapters.at(-1) as Chapter
    const undone = list(last.ended.outputs['rolled-back'])
    const report = book(chapters, { summary: `${company.name}: ${last.report.summary}${undone.length === 0 ? '' : ` Undone, in this order: ${undone.join(', ')}.`}`, reasons: last.report.reasons, outputs: last.report.outputs })
    return { report, unmet: unmet(company, chapters, place), requests: place.requests() }
  } finally {
    await place.stop()
  }
}

/** The shop as it runs today: every service of the base commit. */
async function firstRelease(company: Company, stage: Stage): Promise<void> {
  git(company.folder, 'checkout', '--quiet', company.base)
  const chapter = await stage.play('The shop as it runs today is released for the first time.', 'orchestrated-deploy', { mode: 'apply' })
  git(company.folder, 'checkout', '--quiet', company.head)
  if (!isGo(chapter)) throw new Error(`The first release of the shop must pass, and ends with ${chapter.report.verdict}: ${chapter.report.summary}`)
}

/**
 * How the new images behave. Seconds of the cluster. The broken one starts well and falls over when the services that
 * need it are out already; the slow ones keep the release going until then.
 */
function direct(company: Company, story: Story): void {
  for (const image of company.slow) story.image(image, { does: 'run', readyAfter: 60 })
  for (const image of company.broken.images) story.image(image, { does: 'crash', readyAfter: 2, after: 16, exitCode: 3, log: company.broken.log })
}

async function tell(company: Company, stage: Stage): Promise<readonly Chapter[]> {
  const push = pushOf(company.folder, company.base, company.head)
  const detect = await stage.play('A change is pushed: which services does it touch, and why?', 'detect-changed-services', {}, push)
  const services = detect.ended.outputs['services'] ?? '[]'
  const plan = await stage.play('The plan: what would change in the cluster, and who waits for whom?', 'orchestrated-deploy', { mode: 'plan', services, plan: 'plan.json' })
  const gone = await stage.play('The release: exactly that plan, each service as soon as its own dependencies are ready.', 'orchestrated-deploy', { mode: 'apply', services, plan: 'plan.json' })
  return [detect, plan, gone]
}

/** What must be true of the end, or the demo has not shown what it promises. */
function unmet(company: Company, chapters: readonly Chapter[], place: Place): readonly string[] {
  const [detect, plan, gone] = chapters
  const undone = list(gone?.ended.outputs['rolled-back'])
  return unmetOf([
    [isGo(detect) && list(detect?.ended.outputs['services']).length > 0, 'detection passes and finds services'],
    [isGo(plan), 'the plan passes'],
    [gone?.report.verdict === 'fail', 'the release fails'],
    [undone.at(-1) === company.broken.service, `${company.broken.service} is undone, after all that needs it`],
    [company.undone === undefined || company.undone.join() === undone.join(), `undone are ${company.undone?.join(', ')}, in this order`],
    [place.unknown() === 0, `the sandbox knows every request (${place.unknown()} unknown)`],
  ])
}
