/** Evaluates Rego. It judges values and knows no files: what a place in a value is in a text is not its business. */
export interface PolicyEngine {
  /**
   * Asks the rules of the chosen namespaces about every input. What is wrong with a policy is part of the answer.
   * Rejects with an EnvironmentError when the engine itself cannot run.
   */
  judge(question: PolicyQuestion): Promise<PolicyAnswer>
}

export interface PolicyModule {
  /** What the module is called in errors: the path of its file, or a name that says where it comes from. */
  readonly name: string
  readonly text: string
}

export interface PolicyInput {
  readonly value: unknown
  /** Becomes `data.conftest.file` for modules that ask for it. */
  readonly file?: { readonly name: string; readonly dir: string }
}

export interface PolicyQuestion {
  readonly modules: readonly PolicyModule[]
  /** The document `data`, beside what modules define. */
  readonly data: Readonly<Record<string, unknown>>
  /** `auto` reads a module as v1, and as v0 when it is valid only as that. */
  readonly regoVersion: 'auto' | 'v0' | 'v1'
  /** Package paths without `data.`; with `*`, `?` or `[` patterns as Go's path.Match has them: `*` takes dots. */
  readonly namespaces: readonly string[]
  /** Also refuses unused imports, variables and arguments. */
  readonly strict: boolean
  /** No paths and no coverage, in less time. */
  readonly plain?: boolean
  /** How long it may take. Afterwards the answer says that it is not whole. */
  readonly seconds: number
  readonly inputs: readonly PolicyInput[]
}

/** Rules that are asked: `deny`, `violation` (both fail) and `warn`, each with words behind an underscore. */
export type PolicyRuleKind = 'fail' | 'warn'

export interface PolicyDefinition {
  readonly file: string
  readonly line: number
  /** Whether any input got as far as its last condition. A definition that none reaches passes everything. `unknown`: not all were looked at. */
  readonly reached: 'yes' | 'no' | 'unknown'
  /** From the METADATA comment above it. */
  readonly title?: string
  readonly description?: string
  readonly links?: readonly string[]
  readonly custom?: Readonly<Record<string, unknown>>
}

export interface PolicyRule {
  readonly name: string
  readonly kind: PolicyRuleKind
  readonly definitions: readonly PolicyDefinition[]
}

export interface PolicyNamespace {
  readonly name: string
  readonly rules: readonly PolicyRule[]
  /** Rules whose names are nearly those of rules that are asked: `deny-root`, `Deny`, `deny.root`. Nobody asks them. */
  readonly others?: readonly { readonly name: string; readonly file: string; readonly line: number }[]
}

export interface PolicyModuleError {
  readonly code: string
  readonly message: string
  readonly file?: string
  readonly line?: number
  readonly column?: number
}

/** One element of what a rule gave. */
export interface PolicyOutcome {
  readonly value: unknown
  /** Where in the input it was decided, once for each way to it. What a path names need not be there: a missing field is a place too. */
  readonly paths?: readonly (readonly (string | number)[])[]
  /** Index of the definition that gave it; -1 when it cannot be told. */
  readonly definition: number
}

/** What one rule said about one input. Where it says nothing there is no entry. */
export interface PolicyResult {
  /** Index of the input. */
  readonly input: number
  readonly namespace: string
  readonly rule: string
  /** `set` is what a rule should give, sets and lists alike; `undefined` nothing; `error` that its definitions contradict each other. */
  readonly shape: 'set' | 'undefined' | 'error' | 'object' | 'boolean' | 'string' | 'number' | 'null'
  readonly outcomes?: readonly PolicyOutcome[]
  /** How many `exception` rules of the namespace excuse this rule for this input. */
  readonly exceptions?: number
  /** Built-in functions that failed on the way: what called them was undefined, and said nothing. */
  readonly errors?: readonly { readonly message: string; readonly file?: string; readonly line?: number }[]
}

export interface PolicyAnswer {
  /** Of the engine: `OPA 1.22.0`. */
  readonly engine: string
  /** SHA-256 of the engine's program. */
  readonly engineHash: string
  /** Keep everything from being judged. */
  readonly errors: readonly PolicyModuleError[]
  /** All namespaces that the modules define. */
  readonly namespaces: readonly PolicyNamespace[]
  /** Names of those that were judged. */
  readonly selected: readonly string[]
  readonly results: readonly PolicyResult[]
  /** Lines of print(). */
  readonly prints: readonly string[]
  /** The time was up: results are missing. */
  readonly timedOut: boolean
}
