import { judgeCanary, type CanaryLook, type Counts } from '@fermata/judge'

/** A fixed sequence of numbers from 0 up to 1 (mulberry32), so that the table is the same on every machine. */
function dice(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

interface Setting {
  readonly name: string
  readonly perMinute: number
  readonly canaryRate: number
  readonly stableRate: number
  readonly runs: number
}

const minutes = 15
const settings: readonly Setting[] = [
  { name: 'no worse, 10 a minute', perMinute: 10, canaryRate: 0.005, stableRate: 0.005, runs: 4000 },
  { name: 'no worse, 60 a minute', perMinute: 60, canaryRate: 0.005, stableRate: 0.005, runs: 4000 },
  { name: 'no worse, 600 a minute', perMinute: 600, canaryRate: 0.005, stableRate: 0.005, runs: 1000 },
  { name: 'no worse, both at 5 %, 60 a minute', perMinute: 60, canaryRate: 0.05, stableRate: 0.05, runs: 1000 },
  { name: '0.5 % to 5 %, 10 a minute', perMinute: 10, canaryRate: 0.05, stableRate: 0.005, runs: 4000 },
  { name: '0.5 % to 5 %, 60 a minute', perMinute: 60, canaryRate: 0.05, stableRate: 0.005, runs: 1000 },
  { name: '0.1 % to 0.9 %, 600 a minute', perMinute: 600, canaryRate: 0.009, stableRate: 0.001, runs: 1000 },
]

/**
 * How often a canary is called worse over fifteen looks in fifteen minutes, beside a fixed threshold on the same requests:
 * 99 % must succeed in each minute, one and five bad minutes are allowed (the defaults of Argo Rollouts and a common setting of Flagger).
 */
export function judgeBench(): void {
  const rows = settings.map((setting) => {
    const next = dice(1)
    let [found, strict, lenient] = [0, 0, 0]
    for (let run = 0; run < setting.runs; run++) {
      const looks = release(setting, next)
      const badMinutes = looks.filter(({ canary }) => canary.failed / canary.total > 0.01).length
      if (judgeCanary(looks).verdict === 'fail') found++
      if (badMinutes >= 1) strict++
      if (badMinutes >= 5) lenient++
    }
    return [setting.name, ...[found, strict, lenient].map((count) => `${((100 * count) / setting.runs).toFixed(2)} %`)]
  })
  const head = ['canary called worse', 'judge', '99 % a minute, at once', '99 % a minute, 5th time']
  const widths = head.map((cell, column) => Math.max(cell.length, ...rows.map((row) => (row[column] as string).length)))
  console.log('\nJudging a canary: 15 minutes, stable with nine times the requests')
  for (const row of [head, ...rows]) console.log(row.map((cell, column) => cell.padEnd(widths[column] as number)).join('  '))
}

function release({ perMinute, canaryRate, stableRate }: Setting, next: () => number): readonly CanaryLook[] {
  return Array.from({ length: minutes }, (_, minute) => ({ share: (minute + 1) / minutes, canary: requests(perMinute, canaryRate, next), stable: requests(9 * perMinute, stableRate, next) }))
}

/** Counts failures by the distance to the next one, so that a million requests without one cost nothing. */
function requests(total: number, rate: number, next: () => number): Counts {
  let failed = 0
  for (let at = gap(rate, next); at <= total; at += gap(rate, next)) failed++
  return { total, failed }
}

function gap(rate: number, next: () => number): number {
  return Math.ceil(Math.log(1 - next()) / Math.log(1 - rate)) || 1
}
