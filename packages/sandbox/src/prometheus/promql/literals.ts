/** Milliseconds of the units of PromQL, largest first. */
const units: readonly (readonly [string, number])[] = [['y', 365 * 86_400_000], ['w', 7 * 86_400_000], ['d', 86_400_000], ['h', 3_600_000], ['m', 60_000], ['s', 1_000], ['ms', 1]]

const duration = new RegExp(`^${units.map(([unit]) => `(?:(\\d+)${unit})?`).join('')}$`)

/** Milliseconds of `1h30m`; undefined where it is none. */
export function durationFrom(text: string): number | undefined {
  const parts = text === '' ? null : duration.exec(text)
  if (parts === null) return undefined
  return units.reduce((sum, [, milliseconds], index) => sum + Number(parts[index + 1] ?? 0) * milliseconds, 0)
}

/**
 * A number of PromQL: decimal, hexadecimal, octal with a leading zero as in Go, `Inf`, `NaN`, or a duration in seconds.
 * Undefined where it is none.
 */
export function numberFrom(text: string): number | undefined {
  const sign = text.startsWith('-') ? -1 : 1
  const digits = text.replace(/^[+-]\s*/, '').replaceAll('_', '')
  if (/^inf$/i.test(digits)) return sign * Infinity
  if (/^nan$/i.test(digits)) return Number.NaN
  const milliseconds = durationFrom(digits)
  if (milliseconds !== undefined) return (sign * milliseconds) / 1_000
  if (/^0[0-7]+$/.test(digits)) return sign * Number.parseInt(digits, 8)
  const value = Number(digits)
  return Number.isNaN(value) ? undefined : sign * value
}

const escapes: Readonly<Record<string, string>> = { a: '\u0007', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v', '\\': '\\', "'": "'", '"': '"' }

/** The text of a string literal, escapes as in Go; undefined where it is none. */
export function textFrom(literal: string): string | undefined {
  const quote = literal[0]
  if (literal.length < 2 || literal.at(-1) !== quote) return undefined
  const inner = literal.slice(1, -1)
  if (quote === '`') return inner
  let wrong = false
  const text = inner.replace(/\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|([^]))/g, (_, byte?: string, short?: string, long?: string, octal?: string, simple?: string) => {
    // Bytes above 127 are parts of a UTF-8 sequence in Go; no label needs them.
    const code = byte !== undefined ? Number.parseInt(byte, 16) : octal !== undefined ? Number.parseInt(octal, 8) : Number.parseInt(short ?? long ?? '', 16)
    const plain = simple === undefined ? undefined : escapes[simple]
    const otherQuote = simple !== undefined && `'"`.includes(simple) && simple !== quote
    wrong ||= otherQuote || (simple !== undefined && plain === undefined) || ((byte ?? octal) !== undefined && code > 127) || code > 0x10ffff
    return wrong ? '' : (plain ?? String.fromCodePoint(code))
  })
  return wrong || /(^|[^\\])(\\\\)*\\$/.test(inner) ? undefined : text
}

/** A number as Go prints it with the format `f`: shortest, never in exponent form. */
export function decimalText(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf'
  const [mantissa = '', exponent] = String(value).split('e')
  if (exponent === undefined) return Object.is(value, -0) ? '-0' : mantissa
  const [whole = '', fraction = ''] = mantissa.replace('-', '').split('.')
  const shift = Number(exponent)
  const digits = whole + fraction
  const text = shift < 0 ? `0.${'0'.repeat(-shift - whole.length)}${digits}` : digits.padEnd(whole.length + shift, '0')
  return value < 0 ? `-${text}` : text
}

/** A number as the HTTP API writes it: like JSON, but for what JSON has no word for. */
export function valueText(value: number): string {
  if (Number.isFinite(value)) return Object.is(value, -0) ? '-0' : String(value)
  return decimalText(value)
}

/** A number as Go prints it with the format `g`: as short as it can be, in exponent form from so many digits on. */
export function shortText(value: number, digits = 6): string {
  if (!Number.isFinite(value) || value === 0) return decimalText(value)
  const [mantissa = '', exponent = '0'] = value.toExponential().split('e')
  const power = Number(exponent)
  if (power >= -4 && power < digits) return decimalText(value)
  return `${mantissa}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`
}
