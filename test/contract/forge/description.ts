import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv'
import { readFileSync } from 'node:fs'
import type { Exchange } from './recorder.ts'

/** GitHub's own description of its API, as far as it is asked. https://github.com/github/rest-api-description */
export interface Description {
  /** What is wrong with a request, in its path, its query and its body. Empty where nothing is. */
  request(exchange: Exchange): readonly string[]
  /** What is wrong with an answer, in its status and its body. */
  answer(exchange: Exchange): readonly string[]
  /** Fields of the answer that must be there, at its top level, or of each entry of a list. */
  required(exchange: Exchange): readonly string[]
  /** `GET /repos/{owner}/{repo}`, or undefined where GitHub knows no such request. */
  operationOf(method: string, path: string): string | undefined
}

type Json = Readonly<Record<string, unknown>>
interface Parameter {
  readonly name: string
  readonly in: 'path' | 'query' | 'header'
  readonly required?: boolean
  readonly schema: Json
}
interface Body {
  readonly content?: Readonly<Record<string, { readonly schema?: Json }>>
}
interface Operation {
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: Body & { readonly required?: boolean }
  readonly responses: Readonly<Record<string, Body>>
}
interface Found {
  readonly name: string
  readonly operation: Operation
  readonly path: Readonly<Record<string, string>>
}

/** Every operation may be refused so, whether or not its list says it: https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api */
const refusals = [401, 403, 404, 429]
const home = 'https://api.github.example/'

export function openDescription(file: string): Description {
  const document = asJsonSchema(JSON.parse(readFileSync(file, 'utf8'))) as { readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>; readonly components: Json }
  const ajv = new Ajv({ strict: false, allErrors: true, logger: false, formats })
  ajv.addSchema({ $id: home, components: document.components })
  const compiled = new Map<string, ValidateFunction>()
  const check = (name: string, schema: Json, value: unknown): readonly string[] => {
    const validate = compiled.get(name) ?? ajv.compile(schema)
    compiled.set(name, validate)
    return validate(value) ? [] : [...new Set((validate.errors ?? []).map((error) => `${name}: ${worded(error)}`))]
  }
  const resolve = <T>(value: T): T => (isReference(value) ? resolve(at(document, value.$ref.slice(home.length)) as T) : value)
  const operations = Object.entries(document.paths).flatMap(([path, methods]) => Object.entries(methods).map(([method, operation]) => ({ name: `${method.toUpperCase()} ${path}`, method: method.toUpperCase(), pattern: patternOf(path), operation, plain: path.split('{').length })))
  const find = ({ method, path }: Pick<Exchange, 'method' | 'path'>): Found | undefined => {
    const found = operations.filter((each) => each.method === method && each.pattern.test(path)).toSorted((a, b) => a.plain - b.plain)[0]
    return found && { name: found.name, operation: found.operation, path: found.pattern.exec(path)?.groups ?? {} }
  }
  const schemaFor = (exchange: Exchange, { operation }: Found): Json | undefined => resolve(resolve(operation.responses[String(exchange.status)])?.content?.['application/json']?.schema)

  return {
    operationOf: (method, path) => find({ method, path })?.name,
    request(exchange) {
      const found = find(exchange)
      return found === undefined ? [`GitHub knows no ${exchange.method} ${exchange.path}`] : requestFindings(exchange, found, resolve, check)
    },
    answer(exchange) {
      const found = find(exchange)
      return found === undefined ? [`GitHub knows no ${exchange.method} ${exchange.path}`] : answerFindings(exchange, found, resolve, check)
    },
    required(exchange) {
      const found = find(exchange)
      const schema = found && schemaFor(exchange, found)
      const inner = schema?.['type'] === 'array' ? resolve(schema['items'] as Json) : schema
      return (inner?.['required'] ?? []) as readonly string[]
    },
  }
}

type Check = (name: string, schema: Json, value: unknown) => readonly string[]
type Resolve = <T>(value: T) => T

function requestFindings(exchange: Exchange, { name, operation, path }: Found, resolve: Resolve, check: Check): readonly string[] {
  const parameters = (operation.parameters ?? []).map((each) => resolve(each))
  const given = (where: Parameter['in'], values: Readonly<Record<string, string>>) => {
    const known = parameters.filter((each) => each.in === where)
    return [
      ...Object.keys(values).filter((key) => !known.some((each) => each.name.replace(/\W/g, '_') === key || each.name === key)).map((key) => `${name}: there is no ${where} parameter ${key}`),
      ...known.filter((each) => where === 'query' && each.required === true && values[each.name] === undefined).map((each) => `${name}: the ${where} parameter ${each.name} is missing`),
      ...known.flatMap((each) => (values[each.name] === undefined ? [] : check(`${name} ${where} ${each.name}`, each.schema, valueOf(values[each.name] as string, resolve(each.schema))))),
    ]
  }
  return [...given('path', path), ...given('query', exchange.query), ...bodyFindings(exchange, name, operation, resolve, check)]
}

function bodyFindings({ sent }: Exchange, name: string, operation: Operation, resolve: Resolve, check: Check): readonly string[] {
  const wanted = operation.requestBody && resolve(operation.requestBody)
  const schema = resolve(wanted?.content?.['application/json']?.schema)
  if (sent === undefined) return wanted?.required === true ? [`${name}: there is no body`] : []
  if (schema === undefined) return [`${name}: a body was sent, and none is described`]
  const properties = schema['properties'] as Json | undefined
  const unknown = properties === undefined || typeof sent !== 'object' || sent === null ? [] : Object.keys(sent).filter((key) => properties[key] === undefined)
  return [...unknown.map((key) => `${name}: the body has no field ${key}`), ...check(`${name} body`, schema, sent)]
}

function answerFindings({ status, received, type }: Exchange, { name, operation }: Found, resolve: Resolve, check: Check): readonly string[] {
  const response = resolve(operation.responses[String(status)])
  if (response === undefined) return refusals.includes(status) ? check(`${name} ${status}`, { $ref: `${home}#/components/schemas/basic-error` }, received) : [`${name}: is never answered with ${status}`]
  const schema = response.content?.['application/json']?.schema
  if (schema === undefined) return received === undefined ? [] : [`${name} ${status}: has no body, and one came`]
  if (!/^application\/json(;|$)/.test(type)) return [`${name} ${status}: is JSON, and ${type || 'nothing'} came`]
  return check(`${name} ${status}`, schema, received)
}

/** A parameter is text; its schema says what the text means. */
function valueOf(text: string, schema: Json): unknown {
  const types = JSON.stringify(schema)
  if (/"type":"(integer|number)"/.test(types) && /^-?\d+$/.test(text)) return Number(text)
  if (/"type":"boolean"/.test(types) && /^(true|false)$/.test(text)) return text === 'true'
  return text
}

/** Some parameters take slashes: GitHub says so of none, and answers all of them. */
function patternOf(path: string): RegExp {
  return new RegExp(`^${path.replace(/[.+]/g, '\\$&').replace(/\{([^}]+)\}/g, (_, name: string) => `(?<${name.replace(/\W/g, '_')}>${['path', 'basehead', 'ref'].includes(name) ? '.+' : '[^/]+'})`)}$`)
}

/**
 * OpenAPI 3.0 as JSON Schema: `nullable` stands beside a type, or beside none, where Ajv refuses it. An address whose default is
 * the empty text may be empty. References become absolute.
 */
function asJsonSchema(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asJsonSchema)
  if (typeof value !== 'object' || value === null) return value
  const { nullable, example: _example, examples: _examples, ...rest } = value as Readonly<Record<string, unknown>>
  const inner = Object.fromEntries(Object.entries(rest).map(([key, each]) => [key, key === '$ref' && typeof each === 'string' ? each.replace(/^#/, `${home}#`) : asJsonSchema(each)]))
  const others = [...(nullable === true ? [{ type: 'null' }] : []), ...(inner['default'] === '' && inner['format'] !== undefined ? [{ const: '' }] : [])]
  return others.length > 0 ? { anyOf: [...others, inner] } : inner
}

function isReference(value: unknown): value is { readonly $ref: string } {
  return typeof value === 'object' && value !== null && typeof (value as Json)['$ref'] === 'string'
}

function at(document: unknown, pointer: string): unknown {
  return pointer.split('/').slice(1).reduce<unknown>((inside, key) => (inside as Json)[key.replaceAll('~1', '/').replaceAll('~0', '~')], document)
}

const formats = {
  'date-time': (text: string) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(text) && !Number.isNaN(Date.parse(text)),
  uri: (text: string) => URL.canParse(text),
  email: (text: string) => /^[^@\s]+@[^@\s]+$/.test(text),
  'repo.nwo': (text: string) => /^[^/\s]+\/[^/\s]+$/.test(text),
}

function worded({ instancePath, message, params }: ErrorObject): string {
  return `${instancePath || 'the whole'} ${message}${'missingProperty' in params || Object.keys(params).length === 0 ? '' : ` ${JSON.stringify(params)}`}`
}
