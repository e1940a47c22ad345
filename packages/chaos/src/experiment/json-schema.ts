import { mapAt } from '@fermata/ports'
import * as z from 'zod/mini'
import type { FaultKind } from '../faults/fault.ts'
import { experimentSchema } from './own-form.ts'

/** What editors need to help with an experiment: the form, and for each fault its own settings. */
export function experimentJsonSchema(kinds: readonly FaultKind[]): Readonly<Record<string, unknown>> {
  const whole = z.toJSONSchema(experimentSchema, { io: 'input' }) as Readonly<Record<string, unknown>>
  const common = mapAt(whole, 'properties', 'fault', 'properties')
  const faults = kinds.map((kind) => {
    const own = z.toJSONSchema(kind.settings, { io: 'input' }) as Readonly<Record<string, unknown>>
    const { duration, ...rest } = common
    const lasting = kind.lasts === 'until lifted'
    return { type: 'object', description: kind.about, properties: { ...rest, kind: { const: kind.kind }, ...(lasting && { duration }), ...mapAt(own, 'properties') }, required: ['kind', ...(lasting ? ['duration'] : [])], additionalProperties: false }
  })
  return { title: 'Chaos experiment', description: 'An experiment of chaos-gate.', ...whole, properties: { ...mapAt(whole, 'properties'), fault: { description: 'What is done to them.', oneOf: faults } } }
}
