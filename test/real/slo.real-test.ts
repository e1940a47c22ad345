import { sloContract } from '../contract/slo/contract.ts'
import { startRealPrometheus } from './prometheus.ts'

sloContract({ name: 'Prometheus', start: (stories) => startRealPrometheus(stories) })
