/** From harmless to blocking. A `note` explains; it never changes a verdict. */
export const severities = ['note', 'warning', 'inconclusive', 'error'] as const
export type Severity = (typeof severities)[number]

/** `FM-<ROOM>-<WHAT>`: stable, documented, searchable. */
export type ReasonCode = `FM-${string}`

/** Where to look. Files are relative to the repository, lines and columns count from 1. */
export type Location =
  | { readonly kind: 'file'; readonly file: string; readonly line?: number; readonly column?: number }
  | { readonly kind: 'object'; readonly object: string; readonly namespace?: string; readonly name: string; readonly container?: string }
  | { readonly kind: 'query'; readonly query: string }

/** One thing that speaks for or against, written for the person who must act. */
export interface Reason {
  readonly code: ReasonCode
  readonly severity: Severity
  /** One sentence: what is so, and why. */
  readonly message: string
  /** One sentence: what to do about it. */
  readonly remedy?: string
  readonly location?: Location
  /** The service that it concerns. */
  readonly service?: string
  /** Ids of entries in the report's evidence. */
  readonly evidence?: readonly string[]
  /** Id of the rule that found it, one of the report's `rules`: where a code has many rules behind it. */
  readonly rule?: string
  /** Why it does not count, though it was found: an accepted exception. Such a reason is a note. */
  readonly excused?: string
}

/** What a code means, for its page in the reference. `remedy` is used where the caller gives none. */
export interface CodeDefinition {
  readonly severity: Severity
  readonly means: string
  readonly remedy: string
}
export type CodeTable = Readonly<Record<ReasonCode, CodeDefinition>>

/** Declares the codes of a package. The reference page of codes is printed from these tables. */
export function reasonCodes<const T extends CodeTable>(table: T): T {
  return table
}

export interface ReasonText {
  readonly says: string
  readonly remedy?: string
  readonly where?: Location | undefined
  readonly service?: string | undefined
  readonly evidence?: readonly string[]
  readonly rule?: string
  readonly excused?: string
  /** Overrides the table's severity, for a policy that the caller may set. */
  readonly severity?: Severity
}

/** A constructor of reasons that knows the codes of one table and no others. */
export function reasonsFrom<T extends CodeTable>(table: T): (code: keyof T & ReasonCode, text: ReasonText) => Reason {
  return (code, text) => {
    const known = table[code] as CodeDefinition
    return {
      code,
      severity: text.severity ?? known.severity,
      message: text.says,
      remedy: text.remedy ?? known.remedy,
      ...(text.where && { location: text.where }),
      ...(text.service !== undefined && { service: text.service }),
      ...(text.evidence && { evidence: text.evidence }),
      ...(text.rule !== undefined && { rule: text.rule }),
      ...(text.excused !== undefined && { excused: text.excused }),
    }
  }
}

export function inFile(file: string, line?: number, column?: number): Location {
  return { kind: 'file', file, ...(line !== undefined && { line }), ...(column !== undefined && { column }) }
}

export function inCluster(object: string, namespace: string | undefined, name: string, container?: string): Location {
  return { kind: 'object', object, ...(namespace !== undefined && { namespace }), name, ...(container !== undefined && { container }) }
}

export function inQuery(query: string): Location {
  return { kind: 'query', query }
}

/** `k8s/cart.yaml:12:3`, `Pod shop/cart-7d9 (server)`, or the query itself. */
export function locationText(location: Location): string {
  switch (location.kind) {
    case 'file':
      return [location.file, location.line, location.column].filter((part) => part !== undefined).join(':')
    case 'object': {
      const name = location.namespace === undefined ? location.name : `${location.namespace}/${location.name}`
      return `${location.object} ${name}${location.container === undefined ? '' : ` (${location.container})`}`
    }
    case 'query':
      return location.query
  }
}
