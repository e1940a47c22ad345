import * as z from 'zod/mini'
import type { Capability } from './capability.ts'

/** The request of a capability as JSON Schema 2020-12: values as they are after parsing (durations in milliseconds, shares from 0 to 1). */
export function jsonSchemaOf(wanted: Capability): Readonly<Record<string, unknown>> {
  const properties: Record<string, unknown> = {}
  const required: string[] = []
  for (const [name, input] of Object.entries(wanted.inputs)) {
    const { $schema: _, ...schema } = z.toJSONSchema(input.schema, { unrepresentable: 'any' }) as Record<string, unknown>
    properties[name] = { description: input.about, ...schema }
    if (input.required) required.push(name)
  }
  return { $schema: 'https://json-schema.org/draft/2020-12/schema', title: wanted.name, description: wanted.purpose, type: 'object', additionalProperties: false, properties, ...(required.length > 0 && { required }) }
}
