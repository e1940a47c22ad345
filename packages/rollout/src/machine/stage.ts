/**
 * One step of the way forward of a service: something is written, it must become ready, and then it may have to stay so for a time.
 * A rolling update is one stage; a canary has one for each share of the traffic.
 */
export interface Stage {
  /** `migrate`, `prepare`, `shift-10`, `promote`, `return`, `retire`: what the hands do under this name is not the machine's business. */
  readonly name: string
  /** Milliseconds that everything must stay ready before the next stage begins. The time of the service does not run meanwhile. */
  readonly hold: number
  /** Whether the new version must also be judged no worse than the old one by then. */
  readonly analyse: boolean
}

/** The service itself gets the new version, at once. */
export const rollingStages: readonly [Stage] = [{ name: 'promote', hold: 0, analyse: false }]
