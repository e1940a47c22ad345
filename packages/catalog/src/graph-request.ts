import { capability, choice, integer, json, list, type Request } from '@fermata/capability'
import * as z from 'zod/mini'
import { durationText } from './schema.ts'

/** `fermata graph`. */
export const graphShow = capability({
  name: 'graph',
  purpose: 'Shows in which order services go out, which of them need each other, and how long a release takes at best.',
  inputs: {
    format: choice(['text', 'mermaid', 'dot', 'json'], { default: 'text', about: 'What the graph is written as.', example: 'mermaid' }),
    services: list({ about: 'Only these services; order through the others still counts. Default: all.', example: 'frontend, cart' }),
    runners: integer({ default: '4', about: 'How many services can be worked on at a time, from 1.', example: '20' }),
    durations: json(z.record(z.string(), durationText()), { about: 'How long services take: JSON of id to duration. A service that is not named takes the median of the others. Without any, each takes one step.', example: '{"frontend": "5m", "cart": "90s"}' }),
  },
  outputs: { graph: 'The graph in the format that was asked for.' },
  needs: [],
  commands: [{ path: ['graph'], brief: 'Show waves, cycles, critical path and makespan of the services', example: 'fermata graph --format mermaid --services frontend,cart', prints: 'graph' }],
  branding: { icon: 'share-2', color: 'blue' },
  permissions: { 'contents: read': 'to read the catalog' },
})

export type GraphRequest = Request<typeof graphShow>
