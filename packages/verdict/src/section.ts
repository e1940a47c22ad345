/** How a thing stands. Renderers give each a glyph, a word and a colour; never a colour alone. */
export const states = ['good', 'bad', 'warn', 'unknown', 'undone', 'held', 'skipped', 'running'] as const
export type State = (typeof states)[number]

/** Text is plain text: every renderer encodes it for its own place. */
export type Cell = string | number | { readonly text: string; readonly state?: State; readonly anchor?: string; readonly code?: true }
export interface Column {
  readonly title: string
  readonly align?: 'left' | 'right'
}
export interface Fact {
  readonly label: string
  readonly value: string
}
export interface GraphNode {
  readonly id: string
  readonly label: string
  /** Counts from 1, as people read it; in JSON outputs waves count from 0, as a matrix does. */
  readonly wave: number
  readonly state?: State
}
/** `from` needs `to`: the arrow points to the dependency. */
export interface GraphEdge {
  readonly from: string
  readonly to: string
}
/** Times are milliseconds since the epoch. */
export interface TimelineSpan {
  readonly from: number
  readonly to: number
  readonly phase: string
  readonly state?: State
}
export interface TimelineRow {
  readonly label: string
  readonly state: State
  readonly spans: readonly TimelineSpan[]
  readonly note?: string
}

/** What a report is made of. A renderer that cannot draw a block prints its facts as text. */
export type Block =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'facts'; readonly facts: readonly Fact[] }
  | { readonly kind: 'table'; readonly columns: readonly Column[]; readonly rows: readonly (readonly Cell[])[]; readonly empty?: string }
  | { readonly kind: 'graph'; readonly nodes: readonly GraphNode[]; readonly edges: readonly GraphEdge[] }
  | { readonly kind: 'timeline'; readonly rows: readonly TimelineRow[] }
  | { readonly kind: 'code'; readonly language: string; readonly text: string }

export interface Section {
  /** Stable, used as anchor: `services`, `service-cart`. */
  readonly id: string
  readonly title: string
  readonly state?: State
  /** Folded away where the place allows it. What is not green is never folded. */
  readonly folded?: boolean
  readonly blocks: readonly Block[]
}
