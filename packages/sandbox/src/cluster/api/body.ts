import { ApiError, badRequest, notImplemented } from './status.ts'

/** The body of a request, as far as it could be read. */
export type Body =
  | { readonly kind: 'none' }
  | { readonly kind: 'json'; readonly value: unknown; readonly text: string }
  | { readonly kind: 'broken'; readonly text: string; readonly problem: string }

export const largestBody = 3 * 1024 * 1024

export function readBody(bytes: Buffer): Body {
  if (bytes.length === 0) return { kind: 'none' }
  const text = bytes.toString('utf8')
  try { return { kind: 'json', value: JSON.parse(text), text } } catch (error) {
    return { kind: 'broken', text, problem: inGoWords(error instanceof Error ? error.message : String(error)) }
  }
}

/** What Go's decoder says of the commonest breakage; other sentences stay as they are. */
function inGoWords(problem: string): string {
  if (/Unexpected end of JSON input|Unterminated|Expected .* after|Expected property name/.test(problem)) return 'unexpected end of JSON input'
  const character = /Unexpected token '?(.)'?/.exec(problem)?.[1]
  return character === undefined ? problem : `invalid character '${character}' looking for beginning of value`
}

/** How the server shows the beginning of what it could not read. */
function shown(text: string): string {
  if (text === '') return '<empty>'
  if (!text.startsWith('{')) return Buffer.from(text).toString('hex').slice(0, 128)
  return text.length > 64 ? `${text.slice(0, 64)} ...` : text
}

/** The object of a create or update. */
export function wholeObject(body: Body, kind: string): unknown {
  const text = body.kind === 'none' ? '' : body.text
  const refuse = (problem: string): ApiError => badRequest(`the object provided is unrecognized (must be of type ${kind}): couldn't get version/kind; json parse error: ${problem} (${shown(text)})`)
  if (body.kind === 'none') throw refuse('unexpected end of JSON input')
  if (body.kind === 'broken') throw refuse(body.problem)
  const type = Array.isArray(body.value) ? 'array' : typeof body.value
  if (type !== 'object' || body.value === null) throw refuse(`json: cannot unmarshal ${type} into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }`)
  return body.value
}

/** The document of a patch. */
export function patchDocument(body: Body, contentType: string): unknown {
  if (body.kind === 'json') return body.value
  if (contentType.endsWith('yaml') && body.kind === 'broken') throw notImplemented('apply patches in YAML that is no JSON')
  throw badRequest(`error decoding patch: ${body.kind === 'none' ? 'unexpected end of JSON input' : body.problem}`)
}

/** Options in the body of a delete. */
export function deleteOptions(body: Body): unknown {
  if (body.kind === 'none') return undefined
  if (body.kind === 'broken') throw badRequest(`couldn't get version/kind; json parse error: ${body.problem}`)
  return body.value
}
