/**
 * The probability that a standard normal number is above z, to about 15 digits:
 * a power series near the middle, the continued fraction of Laplace in the tail (Abramowitz & Stegun 26.2.11 and 26.2.14).
 */
export function normalTail(z: number): number {
  if (z < 0) return 1 - normalTail(-z)
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)
  if (z < 3) {
    let term = z
    let sum = z
    for (let k = 1; term > sum * 1e-17; k++) sum += term *= (z * z) / (2 * k + 1)
    return 0.5 - density * sum
  }
  let fraction = 0
  for (let k = 200; k >= 1; k--) fraction = k / (z + fraction)
  return density / (z + fraction)
}

/** The number below which a standard normal number lies with this probability. */
export function normalQuantile(probability: number): number {
  return halved((z) => 1 - normalTail(z) < probability, -40, 40)
}

/** The border between where a condition holds (below) and where it does not, between two numbers, to the last digit. */
export function halved(holds: (x: number) => boolean, low: number, high: number): number {
  let [below, above] = [low, high]
  for (;;) {
    const middle = (below + above) / 2
    if (middle <= below || middle >= above) return middle
    if (holds(middle)) below = middle
    else above = middle
  }
}
