import type { ServiceId } from '@fermata/catalog'
import type { CanaryLook } from '@fermata/judge'
import type { Instant } from '@fermata/ports'
import type { Evidence } from '@fermata/verdict'
import type { Command, ReleaseEvent } from '../machine/state.ts'
import { lookAt, podsOf } from './look.ts'
import type { Sight } from './sight.ts'
import { type Bench, pause, stageWorkOf, workOf } from './work.ts'

type Look = Extract<Command, { readonly do: 'look' }>

export interface Looks {
  /** Waits for the time of the next look, and tells what it saw. A second wish for the same stage, while one is under way, changes nothing. */
  begin(command: Look, background: (task: Promise<ReleaseEvent>) => void): void
  /** The service has left its stage: no further look of it is told. */
  end(service: ServiceId): void
}

interface History {
  readonly looks: CanaryLook[]
  /** When the last look was, or the stage began. */
  last: Instant
  stage: number | undefined
  underWay: boolean
}

/** The looks of all services of a run. They are remembered over all stages, since they are judged together. */
export function looksOf(bench: Bench, sight: Sight, found: Evidence[]): Looks {
  const histories = new Map<ServiceId, History>()
  const historyOf = (service: ServiceId): History => {
    const known = histories.get(service) ?? { looks: [], last: bench.clock.now(), stage: undefined, underWay: false }
    histories.set(service, known)
    return known
  }
  return {
    begin({ service, stage }, background) {
      const history = historyOf(service)
      if (history.underWay) return
      // What was counted before this stage had its share is not this stage's.
      if (history.stage !== stage) history.last = bench.clock.now()
      history.stage = stage
      history.underWay = true
      background(look(bench, sight, found, service, stage, history))
    },
    end(service) {
      const history = histories.get(service)
      if (history !== undefined) histories.set(service, { looks: history.looks, last: bench.clock.now(), stage: undefined, underWay: false })
    },
  }
}

async function look(bench: Bench, sight: Sight, found: Evidence[], service: ServiceId, stage: number, history: History): Promise<ReleaseEvent> {
  const { analysis } = workOf(bench, service)
  const { compares } = stageWorkOf(bench, service, stage)
  if (analysis === undefined || compares === undefined) throw new RangeError(`Stage ${stage} of ${service} has nothing to judge.`)
  await pause(bench, analysis.interval)
  const now = bench.clock.now()
  const view = sight.look()
  const seen = await lookAt(service, analysis, { canary: podsOf(view, compares.canary), stable: podsOf(view, compares.stable) }, history.looks, now - history.last, now)
  found.push(seen.evidence)
  if (seen.look !== undefined) history.looks.push(seen.look)
  history.last = now
  history.underWay = false
  return { is: 'judged', at: bench.clock.now(), service, stage, judged: seen.judged }
}
