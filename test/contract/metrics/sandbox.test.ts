import { startPrometheus, virtualClock } from '@fermata/sandbox'
import { metricsContract } from './contract.ts'
import { now } from './samples.ts'
import { visitor } from './side.ts'

metricsContract({
  name: 'sandbox',
  async start(stories, { prefix, guarded } = {}) {
    const prometheus = await startPrometheus({ clock: virtualClock({ start: now + 3_600_000 }), ...(prefix !== undefined && { prefix }), ...(guarded === true && { admission: { kind: 'basic', user: visitor.name, password: visitor.password } }) })
    for (const { name, labels, samples } of stories) prometheus.recorded(name, labels, samples)
    return { url: prometheus.url, stop: prometheus.close }
  },
})
