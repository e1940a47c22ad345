import type { KubeObject } from '@fermata/ports'
import type { Cause } from '../api/status.ts'

export interface KindRules {
  validate(object: KubeObject): readonly Cause[]
  validateUpdate?(after: KubeObject, before: KubeObject): readonly Cause[]
}

/** Values as Go's `%v` of a field error prints them. */
function printed(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : typeof value === 'object' ? JSON.stringify(value) : String(value)
}

export const requiredField = (field: string, detail = ''): Cause => ({ reason: 'FieldValueRequired', message: `Required value${detail === '' ? '' : `: ${detail}`}`, field })
export const invalidField = (field: string, value: unknown, detail: string): Cause => ({ reason: 'FieldValueInvalid', message: `Invalid value: ${printed(value)}: ${detail}`, field })
export const forbiddenField = (field: string, detail: string): Cause => ({ reason: 'FieldValueForbidden', message: `Forbidden: ${detail}`, field })
export const duplicateField = (field: string, value: unknown): Cause => ({ reason: 'FieldValueDuplicate', message: `Duplicate value: ${printed(value)}`, field })
export const unsupportedField = (field: string, value: unknown, supported: readonly string[]): Cause => ({ reason: 'FieldValueNotSupported', message: `Unsupported value: ${printed(value)}: supported values: ${supported.map((item) => JSON.stringify(item)).join(', ')}`, field })

const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/
const label1123 = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/
const label1035 = /^[a-z]([-a-z0-9]*[a-z0-9])?$/
const labelValue = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/
const qualifiedPart = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/

const tooLong = (most: number): string => `must be no more than ${most} bytes`

export function subdomainProblem(value: string): string | undefined {
  if (value.length > 253) return 'must be no more than 253 characters'
  return subdomain.test(value) ? undefined : "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
}

export function labelProblem(value: string): string | undefined {
  if (value.length > 63) return tooLong(63)
  return label1123.test(value) ? undefined : "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
}

export function serviceNameProblem(value: string): string | undefined {
  if (value.length > 63) return tooLong(63)
  return label1035.test(value) ? undefined : "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')"
}

export function labelValueProblem(value: string): string | undefined {
  if (value.length > 63) return tooLong(63)
  return labelValue.test(value) ? undefined : "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"
}

export function qualifiedNameProblem(value: string): string | undefined {
  if (value.split('/').length > 2) return "a valid label key must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"
  const [prefix, name] = value.includes('/') ? [value.slice(0, value.indexOf('/')), value.slice(value.indexOf('/') + 1)] : [undefined, value]
  if (prefix !== undefined && (prefix === '' || subdomainProblem(prefix) !== undefined)) return `prefix part ${prefix === '' ? 'must be non-empty' : subdomainProblem(prefix)}`
  if (name.length > 63) return `name part ${tooLong(63)}`
  return qualifiedPart.test(name) ? undefined : "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"
}
