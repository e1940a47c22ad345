import * as z from 'zod/mini'

export type InputKind = 'text' | 'path' | 'url' | 'choice' | 'list' | 'integer' | 'boolean' | 'duration' | 'percent' | 'json' | 'secret'

/**
 * One input of a capability. Everything that users read about it is printed from this:
 * action.yml, flags, README, reference page, JSON Schema.
 */
export interface Input<T> {
  readonly kind: InputKind
  readonly about: string
  /** As a user would write it. Absent: the input is optional and its value undefined, unless `required`. */
  readonly default?: string
  readonly example?: string
  readonly required: boolean
  readonly choices?: readonly string[]
  /** Of the value after parsing; also the source of the JSON Schema. */
  readonly schema: z.ZodMiniType<T>
  /** From what the user wrote, trimmed and not empty. Throws a plain Error whose message says what is expected. */
  readonly parse: (raw: string) => unknown
}

interface Say {
  readonly about: string
  readonly example?: string
}
interface SayWithDefault extends Say {
  readonly default: string
}
interface SayRequired extends Say {
  readonly required: true
}

function make<T>(kind: InputKind, say: Say & { readonly default?: string; readonly required?: true }, schema: z.ZodMiniType<T>, parse: Input<T>['parse'], choices?: readonly string[]): Input<T> {
  return {
    kind,
    about: say.about,
    required: say.required === true,
    ...(say.default !== undefined && { default: say.default }),
    ...(say.example !== undefined && { example: say.example }),
    ...(choices && { choices }),
    schema,
    parse,
  }
}

/** A constructor whose value may be absent unless it has a default or is required. */
interface Make<T> {
  (say: SayWithDefault): Input<T>
  (say: SayRequired): Input<T>
  (say: Say): Input<T | undefined>
}

function maker<T>(kind: InputKind, schema: z.ZodMiniType<T>, parse: Input<T>['parse']): Make<T> {
  return ((say: Say & { readonly default?: string; readonly required?: true }) => make(kind, say, schema, parse)) as Make<T>
}

const asIs = (raw: string) => raw

export const text = maker<string>('text', z.string(), asIs)
/** A path inside the working directory. The adapter that opens it refuses one that leads outside. */
export const path = maker<string>('path', z.string(), asIs)
/** Masked in logs as it enters. */
export const secret = maker<string>('secret', z.string(), asIs)

export const url = maker<string>('url', z.string(), (raw) => {
  const parsed = URL.parse(raw)
  if (parsed === null || (parsed.protocol !== 'http:' && parsed.protocol !== 'https:')) throw new Error('expected an address that begins with http:// or https://')
  return raw.replace(/\/+$/, '')
})

export const integer = maker<number>('integer', z.number().check(z.int(), z.nonnegative()), (raw) => {
  if (!/^\d+$/.test(raw)) throw new Error('expected a whole number such as 4')
  return Number(raw)
})

export const boolean = maker<boolean>('boolean', z.boolean(), (raw) => {
  if (raw === 'true') return true
  if (raw === 'false') return false
  throw new Error('expected true or false')
})

const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** Milliseconds, written `30s`, `5m`, `1h30m`, `30d`. */
export const duration = maker<number>('duration', z.number().check(z.nonnegative()), (raw) => {
  const parts = [...raw.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)]
  if (parts.length === 0 || parts.map((part) => part[0]).join('') !== raw) throw new Error('expected a duration such as 30s, 5m or 1h30m')
  return parts.reduce((sum, part) => sum + Number(part[1]) * unitMs[part[2] as keyof typeof unitMs], 0)
})

/** A ratio from 0 to 1, written `1%` or `0.01`. */
export const percent = maker<number>('percent', z.number().check(z.gte(0), z.lte(1)), (raw) => {
  const number = /^\d+(\.\d+)?%$/.test(raw) ? Number(raw.slice(0, -1)) / 100 : /^\d+(\.\d+)?$/.test(raw) ? Number(raw) : Number.NaN
  if (!(number >= 0 && number <= 1)) throw new Error('expected a share such as 1% or 0.01')
  return number
})

/** JSON, comma or newline separated. Empty entries fall away. */
export const list = maker<readonly string[]>('list', z.readonly(z.array(z.string())), (raw) => {
  if (!raw.startsWith('[')) return raw.split(/[\n,]/).map((part) => part.trim()).filter((part) => part !== '')
  let parsed: unknown
  try {
    parsed = JSON.parse(raw)
  } catch (cause) {
    throw new Error('begins with [ but is no JSON list of strings', { cause })
  }
  if (!Array.isArray(parsed) || !parsed.every((entry) => typeof entry === 'string')) throw new Error('expected a JSON list of strings')
  return parsed
})

/** One of a few words. */
export function choice<const C extends readonly string[]>(choices: C, say: SayWithDefault): Input<C[number]> {
  return make('choice', say, z.enum(choices), (raw) => {
    if (!choices.includes(raw)) throw new Error(`expected one of ${choices.join(', ')}`)
    return raw
  }, choices) as Input<C[number]>
}

/** A JSON value of a shape that the capability gives. */
export function json<T>(schema: z.ZodMiniType<T>, say: Say): Input<T | undefined> {
  return make('json', say, schema, (raw) => {
    try {
      return JSON.parse(raw)
    } catch (cause) {
      throw new Error('is no JSON', { cause })
    }
  }) as Input<T | undefined>
}
