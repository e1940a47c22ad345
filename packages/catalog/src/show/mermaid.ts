import type { GraphView } from '../graph-view.ts'

/** Mermaid's own limits, `maxEdges` and `maxTextSize` (https://mermaid.js.org/config/schema-docs/config.html). */
export const mermaidLimits = { edges: 500, characters: 50_000 } as const

/**
 * A flowchart: waves from left to right, an arrow from who needs to what is needed, dashed where it leads through services that are not shown.
 * Ids are made up (`s0`, `s1`, ...), for a service may be called as a word of the language, such as `end`.
 */
export function graphAsMermaid(view: GraphView): string {
  const names = new Map(view.services.map((id, index) => [id, `s${index}`]))
  return [
    'flowchart RL',
    ...view.waves.flatMap((wave, index) => [`  subgraph w${index}["Wave ${index + 1}"]`, ...wave.map((id) => `    ${names.get(id)}["${mermaidText(id)}"]`), '  end']),
    ...view.edges.map(({ from, to, indirect }) => `  ${names.get(from)} ${indirect ? '-.->' : '-->'} ${names.get(to)}`),
    '',
  ].join('\n')
}

/** Everything but letters, digits and a few harmless signs as an entity code, so that no label can end its quotes or bring mark-up. */
export function mermaidText(text: string): string {
  return text.replace(/[^A-Za-z0-9 ._/:-]/gu, (character) => `#${character.codePointAt(0)};`)
}
