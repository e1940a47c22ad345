import { writeFileSync } from 'node:fs'

/** Preloaded into a measured process: what it used, written down as it leaves. */
const file = process.env.FERMATA_BENCH_USAGE
if (file) {
  process.on('exit', () => {
    const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage()
    writeFileSync(file, JSON.stringify({ cpuMs: (userCPUTime + systemCPUTime) / 1000, peakMb: maxRSS / 1024 }))
  })
}
