/** What a value may be. A `ref` names a struct of the table; a list with `keys` is a map in disguise, one with `set` a set; every other list is replaced as a whole by an apply. */
export type TypeNode = ScalarType | RefType | ListType | MapType

export type ScalarType = 'string' | 'int32' | 'int64' | 'number' | 'boolean' | 'quantity' | 'int-or-string' | 'time' | 'micro-time' | 'bytes' | 'any'

export interface RefType { readonly ref: string }

export interface ListType {
  readonly list: TypeNode
  /** x-kubernetes-list-map-keys: which fields of an item name it (server-side apply). */
  readonly keys?: readonly string[]
  readonly set?: true
  /** x-kubernetes-patch-merge-key of a list that a strategic patch merges; empty for a list of scalars. */
  readonly merge?: string
}

export interface MapType { readonly map: TypeNode; readonly atomic?: true }

export interface FieldType {
  readonly type: TypeNode
  /** A pointer in Go: zero and empty values are kept when they were given. */
  readonly pointer?: true
  /** Written out even when empty. */
  readonly always?: true
  readonly default?: string | number | boolean
  /** Strategic patch: fields of the old value that the patch does not list under $retainKeys go. */
  readonly retainKeys?: true
}

export interface StructType {
  readonly fields: Readonly<Record<string, FieldType>>
  readonly required?: readonly string[]
  /** Fields that are not named here are kept as they are: kinds whose definition gives no schema. */
  readonly open?: true
  /** Of a custom resource: nothing is left out for being empty, and types are a matter of validation. */
  readonly custom?: true
  /** Owned and replaced as a whole by server-side apply. */
  readonly atomic?: true
}
