/** Kubernetes quantities: a decimal number with a suffix of powers of ten or of two. */

const pattern = /^([+-]?)(\d+\.?\d*|\.\d+)(Ki|Mi|Gi|Ti|Pi|Ei|[numkMGTPE]|[eE][+-]?\d+)?$/
const binary = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'] as const
const decimal = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'] as const

/** What the API server says of a text that is none. */
export const quantityRule = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"

interface Parsed {
  /** In billionths; what is finer is rounded up, as Kubernetes does. */
  readonly nanos: bigint
  readonly format: 'binary' | 'decimal' | 'exponent'
}

function parse(text: string): Parsed | undefined {
  const match = pattern.exec(text)
  if (match === null) return undefined
  const [, sign = '', number = '', suffix = ''] = match
  const [whole = '', fraction = ''] = number.split('.')
  const digits = BigInt(`${whole}${fraction}` || '0')
  const base = binary.indexOf(suffix as (typeof binary)[number])
  const format = base > 0 ? 'binary' : /^[eE]./.test(suffix) ? 'exponent' : 'decimal'
  const power = format === 'exponent' ? Number(suffix.slice(1)) : format === 'decimal' ? (decimal.indexOf(suffix as (typeof decimal)[number]) - 3) * 3 : 0
  const scaled = digits * (format === 'binary' ? 1024n ** BigInt(base) : 1n)
  const exponent = power - fraction.length + 9
  const nanos = exponent >= 0 ? scaled * 10n ** BigInt(exponent) : divideUp(scaled, 10n ** BigInt(-exponent))
  return { nanos: sign === '-' ? -nanos : nanos, format }
}

const divideUp = (a: bigint, b: bigint): bigint => (a % b === 0n ? a / b : a / b + 1n)

/** The form in which the API server gives a quantity back: `0.5` is `500m`, `1024Mi` is `1Gi`. Undefined for a text that is no quantity. */
export function canonicalQuantity(text: string): string | undefined {
  const parsed = parse(text.trim())
  if (parsed === undefined) return undefined
  const { nanos, format } = parsed
  if (nanos === 0n) return '0'
  const unit = 10n ** 9n
  if (format === 'binary' && nanos % unit === 0n && (nanos / unit >= 1024n || nanos / unit <= -1024n)) {
    let value = nanos / unit
    let power = 0
    while (value % 1024n === 0n && power < binary.length - 1) { value /= 1024n; power++ }
    return `${value}${binary[power]}`
  }
  let value = nanos
  let power = -9
  while (value % 1000n === 0n && power < 18) { value /= 1000n; power += 3 }
  if (format === 'exponent') return power === 0 ? `${value}` : `${value}e${power}`
  return `${value}${decimal[power / 3 + 3]}`
}

/** For sums and comparisons: the value in thousandths, rounded up. Throws on a text that is no quantity. */
export function milliValue(text: string): bigint {
  const parsed = parse(text.trim())
  if (parsed === undefined) throw new RangeError(`${JSON.stringify(text)}: ${quantityRule}`)
  return parsed.nanos >= 0n ? divideUp(parsed.nanos, 1_000_000n) : parsed.nanos / 1_000_000n
}
