import type { Clock, Http, Instant } from '@fermata/ports'
import type { Probe } from '../experiment/model.ts'
import { judgeAnswer, type Sample } from './sample.ts'

/** A steady state that is looked at again and again. */
export interface Sampler {
  /** All samples so far of which the answer is there, in the order of their starts, up to the first that is still waited for. */
  samples(): readonly Sample[]
  /** Starts no more, and resolves when the last answer is there. */
  stop(): Promise<readonly Sample[]>
}

/**
 * Starts a sample every so many milliseconds, whatever became of the former ones: an open loop. One that waited for each answer would
 * ask a service that hangs once and then call it one failure.
 * A machine that was kept from starting some in time starts them late, all of them; `due` and `at` then differ.
 */
export function startSampling(http: Http, clock: Clock, probes: readonly Probe[], everyMs: number): Sampler {
  const slots: (Sample | undefined)[] = []
  const asked: Promise<void>[] = []
  const over = new AbortController()
  const ask = async (due: Instant): Promise<void> => {
    const slot = slots.push(undefined) - 1
    const at = clock.now()
    const answers = await Promise.all(probes.map(async (probe) => ({ probe, answer: await http.probe(wishOf(probe)) })))
    const judged = answers.map(({ probe, answer }) => ({ ...judgeAnswer(probe, answer), name: probe.name }))
    const bad = judged.find(({ good }) => !good)
    slots[slot] = { due, at, ms: Math.max(0, ...answers.map(({ answer }) => answer.ms)), good: probes.length > 0 && bad === undefined, says: bad === undefined ? '' : probes.length > 1 ? `${bad.name}: ${bad.says}` : bad.says }
  }
  const loop = async (): Promise<void> => {
    for (let due = clock.now(); !over.signal.aborted; due += everyMs) {
      const wait = due - clock.now()
      if (wait > 0) await clock.sleep(wait, over.signal).catch(unlessStopped(over.signal))
      if (!over.signal.aborted) asked.push(ask(due))
    }
  }
  const looping = loop()
  const known = (): readonly Sample[] => {
    const waiting = slots.indexOf(undefined)
    return slots.slice(0, waiting === -1 ? slots.length : waiting) as readonly Sample[]
  }
  return {
    samples: known,
    async stop() {
      over.abort()
      await looping
      await Promise.all(asked)
      return known()
    },
  }
}

function wishOf({ url, method, headers, body, timeoutMs, verifyTls }: Probe) {
  return { url, method, headers, timeoutMs, verifyTls, ...(body !== undefined && { body }) }
}

function unlessStopped(signal: AbortSignal): (error: unknown) => void {
  return (error) => {
    if (!signal.aborted) throw error
  }
}
