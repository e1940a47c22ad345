import type { Block, GraphNode, State } from '@fermata/verdict'
import { encodeMermaid } from './encode.ts'
import { byAttention, counted, stateLook, worstState } from './look.ts'

type Graph = Extract<Block, { kind: 'graph' }>

/** More nodes are drawn so small that nobody can read them in the width of a job summary. */
const mostNodes = 12
const mostEdges = 60

/** Borders that are seen on a light and on a dark page. */
const strokes: Readonly<Partial<Record<State, string>>> = { bad: '#d1242f', undone: '#bf5600', unknown: '#8250df', warn: '#9a6700', good: '#1a7f37' }

/**
 * A fenced flowchart of a graph: who needs whom, from right to left. Larger graphs are drawn as their waves.
 * Ids are ours: a service called `end` would end the diagram. Nothing when there is nothing to draw.
 */
export function mermaidFlowchart(graph: Graph): string | undefined {
  const drawable = graph.nodes.length <= mostNodes && graph.edges.length <= mostEdges
  const lines = drawable ? nodeLines(graph) : waveLines(graph.nodes)
  return lines === undefined ? undefined : ['```mermaid', 'flowchart RL', ...lines, ...classLines(lines), '```'].join('\n')
}

function nodeLines({ nodes, edges }: Graph): readonly string[] | undefined {
  if (nodes.length === 0) return undefined
  const ids = new Map(nodes.map((node, index) => [node.id, `s${index}`]))
  const known = edges.flatMap(({ from, to }) => {
    const [tail, head] = [ids.get(from), ids.get(to)]
    return tail === undefined || head === undefined ? [] : [`  ${tail} --> ${head}`]
  })
  return [...nodes.map((node) => nodeLine(ids.get(node.id) as string, node.label, node.state)), ...known]
}

function waveLines(nodes: readonly GraphNode[]): readonly string[] | undefined {
  const waves = [...Map.groupBy(nodes, (node) => node.wave)].toSorted(([a], [b]) => a - b)
  if (waves.length > mostNodes) return undefined
  const boxes = waves.map(([wave, members], index) => {
    const troubled = members.flatMap((node) => node.state ?? []).filter((state) => state !== 'good' && state !== 'skipped')
    const trouble = [...Map.groupBy(troubled, (state) => state)].toSorted(([a], [b]) => byAttention(a, b)).map(([state, all]) => `, ${all.length} ${stateLook[state].word}`)
    return nodeLine(`w${index}`, `wave ${wave}: ${counted(members.length, 'service')}${trouble.join('')}`, worstState(members.map((node) => node.state ?? 'good')))
  })
  return [...boxes, ...boxes.slice(1).map((_, index) => `  w${index + 1} --> w${index}`)]
}

function nodeLine(id: string, label: string, state: State | undefined): string {
  const sign = state === undefined ? '' : `${stateLook[state].emoji.replace('\ufe0f', '')} `
  return `  ${id}["${sign}${encodeMermaid(label)}"]${state !== undefined && state in strokes ? `:::${state}` : ''}`
}

/** Styles of those states that are there. */
function classLines(lines: readonly string[]): readonly string[] {
  return Object.entries(strokes).filter(([state]) => lines.some((line) => line.endsWith(`:::${state}`))).map(([state, colour]) => `  classDef ${state} stroke:${colour},stroke-width:2px`)
}
