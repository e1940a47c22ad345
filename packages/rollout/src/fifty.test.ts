import { buildGraph, schedule } from '@fermata/catalog'
import { expect, test } from '@jest/globals'
import { chance, dice, whole } from './simulator/dice.ts'
import { imageFor, setStage, sketch, type Sketch } from './testing/stage.ts'

/** What the sandbox's nodes take to pull an image, in milliseconds. */
const pull = 200

test.each([[50], [8]])('fifty services with %p places end within 1.10 of the lower bound of their graph, and before whole waves would', async (parallelism) => {
  const stage = await setStage()
  try {
    const random = dice(7)
    const ids = Array.from({ length: 50 }, (_, index) => `s${index}`)
    const durations = new Map<string, number>()
    const services = Object.fromEntries(ids.map((id, index): [string, Sketch & { readonly needs: readonly string[] }] => {
      const [readyAfter, soak] = [whole(random, 1, 20), whole(random, 0, 10)]
      stage.story.image(imageFor(id, 1), { does: 'run', readyAfter })
      durations.set(id, (readyAfter + soak) * 1000 + pull)
      return [id, { soak: `${soak}s`, needs: ids.slice(0, index).filter(() => chance(random, 0.08)) }]
    }))
    sketch(stage.files, services)
    const before = stage.clock.now()
    const report = await stage.run({ mode: 'apply', parallelism: String(parallelism) })
    const took = stage.clock.now() - before
    const graph = buildGraph(ids.map((id) => ({ id, dependencies: services[id]?.needs ?? [] })))
    const { lowerBound, withBarriers } = schedule(graph, { durations: (id) => durations.get(id) as number, runners: parallelism })
    expect(report.verdict).toBe('pass')
    expect(took).toBeGreaterThanOrEqual(lowerBound)
    expect(took / lowerBound).toBeLessThan(1.1)
    expect(took).toBeLessThan(withBarriers)
    // One list of each kind, whatever the number of services: events and the kinds of workloads.
    expect(stage.cluster.requests.count({ verb: 'list', resource: 'pods' })).toBe(1)
  } finally {
    await stage.close()
  }
}, 60_000)
