/** One kind that the server serves, with the address of its objects. */
export interface ResourceKind {
  readonly group: string
  readonly version: string
  readonly kind: string
  /** `deployments`, as in addresses. */
  readonly resource: string
  readonly singular: string
  readonly shortNames: readonly string[]
  readonly namespaced: boolean
  /** Name of its struct in the table of types. */
  readonly type: string
  readonly status: boolean
  readonly scale: boolean
  /** `virtual` kinds are answered and not stored: access reviews. `custom` ones come from a definition. */
  readonly origin: 'built-in' | 'virtual' | 'custom'
  readonly categories?: readonly string[]
}

export const apiVersionOf = ({ group, version }: Pick<ResourceKind, 'group' | 'version'>): string => (group === '' ? version : `${group}/${version}`)

/** Where the store keeps the objects of a kind; the same for all versions of a group. */
export const collectionOf = ({ group, resource }: Pick<ResourceKind, 'group' | 'resource'>): string => (group === '' ? resource : `${resource}.${group}`)
