import { startPrometheus, virtualClock } from '@fermata/sandbox'
import { now } from '../metrics/samples.ts'
import { sloContract } from './contract.ts'

sloContract({
  name: 'sandbox',
  async start(stories) {
    const prometheus = await startPrometheus({ clock: virtualClock({ start: now + 3_600_000 }) })
    for (const { name, labels, samples } of stories) prometheus.recorded(name, labels, samples)
    return { url: prometheus.url, stop: prometheus.close }
  },
})
