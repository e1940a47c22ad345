import type { Block } from '@fermata/verdict'
import { cellsOf, fitCells } from '../cells.ts'
import { encodeHtml as h } from '../encode.ts'
import { layered, type Placed, type Point, type Route } from '../layout.ts'
import { counted, stateLook } from '../look.ts'
import type { Anchors } from './anchors.ts'

type Graph = Extract<Block, { kind: 'graph' }>

/** Pixels. A letter of the monospaced label is 7.3 wide at 12 px in the widest of the fonts that we name. */
const letter = 7.3
const row = 42
const box = 30
const gap = 64
const top = 34

/** The dependency graph as a drawing whose columns are waves, and the same as a list for who cannot see it. */
export function graphHtml(graph: Graph, anchors: Anchors): string {
  if (graph.nodes.length === 0) return '<p class="faint">No services.</p>'
  const layout = layered(graph.nodes, graph.edges)
  const width = Math.round(Math.min(26, Math.max(8, ...graph.nodes.map((node) => cellsOf(node.label)))) * letter + 40)
  const x = (column: number) => 8 + column * (width + gap)
  const y = (rows: number) => Math.round((top + rows * row) * 10) / 10
  const size = { width: x(layout.columns.length - 1) + width + 8, height: Math.round(top + layout.rows * row) }
  const ids = new Map(layout.placed.map(({ node }, index) => [node.id, index]))
  const label = `${counted(graph.nodes.length, 'service')} in ${counted(new Set(graph.nodes.map((node) => node.wave)).size, 'wave')}; an arrow leads from a service to what it needs.`
  return [
    `<div class="scroll" tabindex="0" role="region" aria-label="Dependency graph"><svg class="graph" role="group" aria-label="${h(label)}" width="${size.width}" height="${size.height}" viewBox="0 0 ${size.width} ${size.height}">`,
    ...layout.columns.map(({ wave, first }, column) => (first ? `<text class="wave" x="${x(column)}" y="14">wave ${wave}</text>` : '')),
    ...layout.routes.map((route) => routeSvg(route, ids, x, y, width)),
    ...layout.placed.map((placed) => nodeSvg(placed, ids.get(placed.node.id) as number, x, y, width, anchors)),
    '</svg></div>',
    asList(graph),
  ].join('\n')
}

type Scale = (value: number) => number

function routeSvg({ edge, points }: Route, ids: ReadonlyMap<string, number>, x: Scale, y: Scale, width: number): string {
  const data = `data-a="${ids.get(edge.from)}" data-b="${ids.get(edge.to)}"`
  const [first, last] = [points[0] as Point, points.at(-1) as Point]
  const middle = (point: Point) => y(point.y) + box / 2
  if (first.column <= last.column) {
    // A cycle goes out as one wave: such an edge bulges out to the right, where no other begins.
    const [from, to] = [x(first.column) + width, x(last.column) + width]
    return `<path ${data} marker-end="url(#arrow)" d="M${from} ${middle(first)}C${from + 44} ${middle(first)} ${to + 44} ${middle(last)} ${to + 2} ${middle(last)}"/>`
  }
  let d = `M${x(first.column)} ${middle(first)}`
  for (let step = 1; step < points.length; step++) {
    const [before, here] = [points[step - 1] as Point, points[step] as Point]
    const [from, to] = [x(before.column), x(here.column) + width + (step === points.length - 1 ? 2 : 0)]
    const bend = Math.round((from + to) / 2)
    d += `C${bend} ${middle(before)} ${bend} ${middle(here)} ${to} ${middle(here)}`
    if (step < points.length - 1) d += `H${x(here.column)}`
  }
  return `<path ${data} marker-end="url(#arrow)" d="${d}"/>`
}

function nodeSvg({ node, column, y: height }: Placed, id: number, x: Scale, y: Scale, width: number, anchors: Anchors): string {
  const look = node.state === undefined ? undefined : stateLook[node.state]
  const state = node.state === undefined ? '' : ` s-${node.state}`
  const shown = fitCells(node.label, 26)
  const inner = [
    `<title>${h(node.label)}${look === undefined ? '' : `: ${look.word}`}</title>`,
    `<rect width="${width}" height="${box}" rx="7"/>`,
    look === undefined ? '' : `<text class="sign" x="12" y="20">${look.glyph}</text>`,
    `<text x="${look === undefined ? 14 : 30}" y="20">${h(shown)}</text>`,
  ].join('')
  const target = anchors.find(`service-${node.id}`) ?? anchors.find(node.id)
  const body = target === undefined ? inner : `<a href="#${target}">${inner}</a>`
  return `<g class="node${state}" data-n="${id}" transform="translate(${x(column)} ${y(height)})">${body}</g>`
}

function asList({ nodes, edges }: Graph): string {
  const labels = new Map(nodes.map((node) => [node.id, node.label]))
  const needs = Map.groupBy(edges, (edge) => edge.from)
  const items = nodes.map((node) => {
    const on = (needs.get(node.id) ?? []).map(({ to }) => `<code>${h(labels.get(to) ?? to)}</code>`)
    const state = node.state === undefined ? '' : `, ${stateLook[node.state].word}`
    return `<li><code>${h(node.label)}</code> wave ${node.wave}${state}${on.length === 0 ? '' : ` needs ${on.join(' ')}`}</li>`
  })
  return `<details class="alt"><summary>The graph as a list</summary><ul>${items.join('\n')}</ul></details>`
}
