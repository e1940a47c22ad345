/** A share in percent, with no more digits than it has. */
export function shareText(share: number): string {
  return `${Number((share * 100).toPrecision(12))} %`
}
