/** A way round as people read it; a long one is shortened in its middle. */
export function cycleText(cycle: readonly string[]): string {
  const most = 20
  const shown = cycle.length <= most ? cycle : [...cycle.slice(0, most - 2), `… ${cycle.length - most + 1} more …`, ...cycle.slice(-1)]
  return shown.join(' -> ')
}
