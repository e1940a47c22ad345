import type { GraphView } from '../graph-view.ts'

/** For Graphviz (https://graphviz.org/doc/info/lang.html): waves from left to right, an arrow from who needs to what is needed. */
export function graphAsDot(view: GraphView): string {
  return [
    'digraph services {',
    '  rankdir=RL;',
    '  node [shape=box];',
    ...view.waves.map((wave) => `  { rank=same; ${wave.map((id) => `${dotText(id)};`).join(' ')} }`),
    ...view.edges.map(({ from, to, indirect }) => `  ${dotText(from)} -> ${dotText(to)}${indirect ? ' [style=dashed]' : ''};`),
    '}',
    '',
  ].join('\n')
}

/** A quoted string of DOT. Of control characters none is kept: the language has no way to write them. */
export function dotText(text: string): string {
  return `"${text.replace(/\p{Cc}/gu, ' ').replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
}
