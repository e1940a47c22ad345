/** What the HTTP API says no with. `bad_data`: not understood; `execution`: understood, and not to be evaluated. */
export class QueryError extends Error {
  override readonly name = 'QueryError'
  readonly type: 'bad_data' | 'execution'
  constructor(type: QueryError['type'], message: string) {
    super(message)
    this.type = type
  }
}

/** An error of the evaluation, in Prometheus' words. */
export function evaluationError(message: string): QueryError {
  return new QueryError('execution', message)
}

/** Something that Prometheus does and the stand-in does not. It never guesses. */
export function notHere(what: string): QueryError {
  return new QueryError('execution', `the sandbox does not do this: ${what}`)
}

/** An error in the text of a query, with line and column as Prometheus counts them. */
export function parseError(query: string, offset: number, message: string): QueryError {
  return new QueryError('bad_data', `${placeIn(query, offset)}: parse error: ${message}`)
}

/** `1:5`, both from 1. */
export function placeIn(query: string, offset: number): string {
  const before = query.slice(0, offset).split('\n')
  return `${before.length}:${(before.at(-1) as string).length + 1}`
}
