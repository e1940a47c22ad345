import { CORE_SCHEMA, FAILSAFE_SCHEMA, NOT_RESOLVED, Schema, boolYaml11Tag, defineScalarTag, mergeTag, nullYaml11Tag } from 'js-yaml'

/**
 * Which words are numbers and truth values.
 * `1.2`: the core schema; `yes` and `012` are a text and twelve.
 * `1.1`: as Kubernetes' own tools read it (sigs.k8s.io/yaml, a go-yaml v2): `yes` is true, `012` is ten, `<<` merges,
 * but `22:22` and `2001-12-14` are texts, unlike in the specification of YAML 1.1.
 */
export type YamlVersion = '1.1' | '1.2'

const digitsAndSigns = ['+', '-', '.', ...'0123456789']

/** strconv.ParseInt with base 0, after underscores are dropped; what fits neither int64 nor uint64 is no integer. */
const goInteger = /^([-+]?)(0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|0|[1-9][0-9]*)$/
const goFloat = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/
const infinity = /^[-+]?\.(?:inf|Inf|INF)$/
const notANumber = /^\.(?:nan|NaN|NAN)$/

function resolveInteger(source: string): number | typeof NOT_RESOLVED {
  if (source.startsWith('.')) return NOT_RESOLVED
  const match = goInteger.exec(source.replaceAll('_', ''))
  if (!match || source.startsWith('_')) return NOT_RESOLVED
  const [, sign = '', digits = ''] = match
  const magnitude = BigInt(/^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits.toLowerCase())
  const limit = sign === '' ? 2n ** 64n - 1n : sign === '-' ? 2n ** 63n : 2n ** 63n - 1n
  if (magnitude > limit) return NOT_RESOLVED
  return Number(sign === '-' ? -magnitude : magnitude)
}

function resolveFloat(source: string, isExplicit: boolean): number | typeof NOT_RESOLVED {
  if (infinity.test(source)) return source.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  if (notANumber.test(source)) return Number.NaN
  if (isExplicit) {
    const integer = resolveInteger(source)
    if (integer !== NOT_RESOLVED) return integer
  }
  const plain = source.startsWith('.') ? source : source.replaceAll('_', '')
  if (!goFloat.test(plain) || source.startsWith('_')) return NOT_RESOLVED
  const value = Number(plain)
  return Number.isFinite(value) ? value : NOT_RESOLVED
}

const never = () => false
const goIntegerTag = defineScalarTag('tag:yaml.org,2002:int', { implicit: true, implicitFirstChars: digitsAndSigns, resolve: resolveInteger, identify: never })
const goFloatTag = defineScalarTag('tag:yaml.org,2002:float', { implicit: true, implicitFirstChars: digitsAndSigns, resolve: resolveFloat, identify: never })

/** Tags that Kubernetes' objects cannot hold (`!!binary`, `!!set`, `!!timestamp`) are unknown here, and so refused. */
export const schemas: Readonly<Record<YamlVersion, Schema>> = {
  '1.1': new Schema([...FAILSAFE_SCHEMA.tags, nullYaml11Tag, boolYaml11Tag, goIntegerTag, goFloatTag, mergeTag]),
  '1.2': CORE_SCHEMA,
}
