import { metricsContract } from '../contract/metrics/contract.ts'
import { visitor } from '../contract/metrics/side.ts'
import { startRealPrometheus } from './prometheus.ts'

/** bcrypt of the visitor's password, with the least cost: nobody lives behind this door. */
const hash = '$2b$04$abcdefghijklmnopqrstuuWgctGDngcjsRK5o7ANJEF.bqkcSWTle'

metricsContract({
  name: 'Prometheus',
  start: (stories, { prefix, guarded } = {}) => startRealPrometheus(stories, { prefix, ...(guarded === true && { user: { ...visitor, hash } }) }),
})
