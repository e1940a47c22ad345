import { isArray, isObject, same } from '../schema/lookup.ts'

/** A patch that cannot be carried out. `invalid`: the document does not fit it; `malformed`: it is no patch; `keyless`: an item of a merged list has no key; `unsupported`: the stand-in does not do it. */
export class PatchError extends Error {
  override readonly name = 'PatchError'
  readonly kind: 'malformed' | 'invalid' | 'keyless' | 'unsupported'
  constructor(kind: PatchError['kind'], message: string) {
    super(message)
    this.kind = kind
  }
}

/**
 * RFC 6902, as the library of the API server understands it: `replace` of a field that is not there adds it.
 * Nothing of the patch is done when one of its operations fails.
 */
export function jsonPatch(document: unknown, patch: unknown): unknown {
  if (!isArray(patch)) throw new PatchError('malformed', `error decoding patch: json: cannot unmarshal ${isObject(patch) ? 'object' : typeof patch} into Go value of type []handlers.jsonPatchOp`)
  return patch.reduce<unknown>((result, operation) => {
    if (!isObject(operation)) throw new PatchError('malformed', 'an operation is no object')
    return carryOut(result, operation)
  }, document)
}

function carryOut(document: unknown, operation: Readonly<Record<string, unknown>>): unknown {
  const path = text(operation, 'path')
  switch (operation['op']) {
    case 'add': return put(document, pointer(path), required(operation, 'value'), 'add')
    case 'replace': return put(document, pointer(path), required(operation, 'value'), 'replace')
    case 'remove': lookUp(document, pointer(path), 'remove', path); return take(document, pointer(path))
    case 'move': {
      const from = text(operation, 'from')
      return put(take(document, pointer(from)), pointer(path), lookUp(document, pointer(from), 'move', from), 'add')
    }
    case 'copy': return put(document, pointer(path), lookUp(document, pointer(text(operation, 'from')), 'copy', path), 'add')
    case 'test': {
      const found = find(document, pointer(path))
      if (!same(found ?? null, operation['value'] ?? null)) throw new PatchError('invalid', `testing value ${path} failed: test failed`)
      return document
    }
    default: throw new PatchError('invalid', `Unexpected kind: ${String(operation['op'])}`)
  }
}

function text(operation: Readonly<Record<string, unknown>>, field: string): string {
  const value = operation[field]
  if (typeof value !== 'string') throw new PatchError('malformed', `operation without ${field}`)
  return value
}

function required(operation: Readonly<Record<string, unknown>>, field: string): unknown {
  if (!(field in operation)) throw new PatchError('malformed', `operation without ${field}`)
  return operation[field]
}

function pointer(path: string): readonly string[] {
  if (path === '') return []
  if (!path.startsWith('/')) throw new PatchError('malformed', `path ${JSON.stringify(path)} does not begin with "/"`)
  return path.slice(1).split('/').map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'))
}

function find(document: unknown, tokens: readonly string[]): unknown {
  return tokens.reduce<unknown>((value, token) => (isArray(value) ? value[Number(token)] : isObject(value) && Object.hasOwn(value, token) ? value[token] : undefined), document)
}

function lookUp(document: unknown, tokens: readonly string[], operation: string, path: string): unknown {
  const value = find(document, tokens)
  if (value === undefined) throw new PatchError('invalid', `${operation} operation does not apply: doc is missing ${operation === 'copy' || operation === 'move' ? 'path' : 'key'}: ${path}: missing value`)
  return value
}

function put(value: unknown, tokens: readonly string[], item: unknown, operation: 'add' | 'replace', path: readonly string[] = tokens): unknown {
  const [token, ...rest] = tokens
  if (token === undefined) return item
  if (isArray(value)) {
    const index = token === '-' ? value.length : Number(token)
    if (!Number.isInteger(index) || index < 0 || index > value.length || (index === value.length && (operation === 'replace' || rest.length > 0))) throw new PatchError('invalid', `${operation} operation does not apply: doc is missing path: "/${path.join('/')}": invalid index referenced: ${token}`)
    if (rest.length > 0) return value.with(index, put(value[index], rest, item, operation, path))
    return operation === 'replace' ? value.with(index, item) : value.toSpliced(index, 0, item)
  }
  if (!isObject(value) || (rest.length > 0 && value[token] === undefined)) throw new PatchError('invalid', `${operation} operation does not apply: doc is missing path: "/${path.join('/')}": missing value`)
  return { ...value, [token]: rest.length === 0 ? item : put(value[token], rest, item, operation, path) }
}

function take(value: unknown, tokens: readonly string[]): unknown {
  const [token = '', ...rest] = tokens
  if (isArray(value)) return rest.length === 0 ? value.toSpliced(Number(token), 1) : value.with(Number(token), take(value[Number(token)], rest))
  if (!isObject(value)) return value
  if (rest.length > 0) return { ...value, [token]: take(value[token], rest) }
  const { [token]: _, ...others } = value
  return others
}
