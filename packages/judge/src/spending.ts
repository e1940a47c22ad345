import { normalQuantile, normalTail } from './normal.ts'

/**
 * How much of the allowed error of a sequence of looks may have been used when a share of it is over.
 * Rises from 0 to the level. Looks may come at any time, as long as nobody chooses their time by what was seen
 * (Lan & DeMets, Discrete sequential boundaries for clinical trials, Biometrika 70, 1983).
 */
export type Spending = (share: number, level: number) => number

/** Level times a power of the share: 1 spends evenly, more keeps it for the end (Kim & DeMets, Biometrika 74, 1987). */
export function byPower(power: number): Spending {
  return (share, level) => level * inside(share) ** power
}

/** Evenly over the time: what is very wrong is found in the first minutes, and the last look still has most of its sight. */
export const evenly: Spending = byPower(1)

/** Almost all at the end, as the bounds of O'Brien and Fleming (Lan & DeMets 1983, alpha_1* for one side). */
export const likeObrienFleming: Spending = (share, level) => (inside(share) === 0 ? 0 : 2 * normalTail(normalQuantile(1 - level / 2) / Math.sqrt(inside(share))))

/** Much at the beginning, about as the bounds of Pocock (Lan & DeMets 1983, alpha_2*). */
export const likePocock: Spending = (share, level) => level * Math.log(1 + (Math.E - 1) * inside(share))

function inside(share: number): number {
  return Math.min(1, Math.max(0, share))
}
