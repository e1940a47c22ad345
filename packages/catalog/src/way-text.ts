/** A way along dependencies as people read it; a long one is shortened in its middle. */
export function wayText(way: readonly string[]): string {
  const most = 20
  const shown = way.length <= most ? way : [...way.slice(0, most - 2), `… ${way.length - most + 1} more …`, ...way.slice(-1)]
  return shown.join(' -> ')
}
