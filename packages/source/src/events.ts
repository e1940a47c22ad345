import type { Event, ScalarEvent, Schema } from 'js-yaml'
import { CHOMPING_MODE, EVENT_ID, SCALAR_STYLE, constructFromEvents, getScalarValue } from 'js-yaml'
import type { Place } from './document.ts'
import type { Path } from './position.ts'

/** A node is the index of its first event. The children of a node are looked up when they are first asked for. */
export interface EventTree {
  /** The root nodes of the documents. */
  readonly roots: readonly number[]
  /** Names and nodes of the keys of a mapping as they are written, a name that is written twice included. Merge keys are left out. */
  keys(node: number): readonly (readonly [string, number])[]
  /** Entries of a mapping or a list by key or index, in order. Nothing for a scalar. */
  entries(node: number): ReadonlyMap<string | number, Entry>
  /** The node behind an alias; every other node is itself. */
  target(node: number): number | undefined
  /** Offset of the first character of a node, quote included; undefined when it has no text. */
  start(node: number): number | undefined
  /** Offset after the last character that belongs to a node, closing brackets not included. */
  end(node: number): number
  find(root: number, path: Path): Place | undefined
  nodeAt(root: number, path: Path): number | undefined
}

export interface Entry {
  readonly key: number | undefined
  readonly value: number
}

/** Looks into what js-yaml's parser said, by offsets, without building anything that is not asked for. */
export function eventTree(text: string, events: readonly Event[], schema: Schema): EventTree {
  const known = new Map<number, ReadonlyMap<string | number, Entry>>()
  const merges = schema.tags.some((tag) => tag.tagName.endsWith(':merge'))

  const entries = (node: number) => {
    let found = known.get(node)
    if (!found) known.set(node, (found = new Map(pairs(text, events, schema, node))))
    return found
  }
  const target = (node: number) => {
    const event = events[node]
    return event?.type === EVENT_ID.ALIAS ? anchored(text, events, node) : node
  }
  const entry = (node: number | undefined, key: string | number): Entry | undefined => {
    const at = node === undefined ? undefined : target(node)
    if (at === undefined) return undefined
    const own = entries(at)
    const direct = own.get(events[at]?.type === EVENT_ID.MAPPING ? String(key) : key)
    if (direct || !merges) return direct
    const merged = own.get('<<')
    return merged && throughMerge(merged.value, key)
  }
  const throughMerge = (node: number, key: string | number): Entry | undefined => {
    const at = target(node)
    if (at === undefined) return undefined
    if (events[at]?.type !== EVENT_ID.SEQUENCE) return entry(at, key)
    for (const item of entries(at).values()) {
      const found = entry(item.value, key)
      if (found) return found
    }
    return undefined
  }
  const nodeAt = (root: number, path: Path) => path.reduce<number | undefined>((node, key) => entry(node, key)?.value, root)

  const find = (root: number, path: Path): Place | undefined => {
    const place = (node: number, key: number | undefined, above: number): Place => {
      const keyStart = key === undefined ? undefined : startOf(events, key)
      return { key: keyStart, value: startOf(events, node) ?? keyStart ?? above }
    }
    let at: Place = place(root, undefined, startOf(events, root) ?? 0)
    let node: number | undefined = root
    for (const key of path) {
      const next = entry(node, key)
      if (!next) return undefined
      at = place(next.value, next.key, at.value)
      node = next.value
    }
    return at
  }
  const roots: number[] = []
  for (let index = 0; index < events.length; index++) if (events[index]?.type === EVENT_ID.DOCUMENT) roots.push(index + 1)
  const keys = (node: number) => pairs(text, events, schema, node).flatMap(([name, { key }]) => (key === undefined || (merges && name === '<<') ? [] : [[String(name), key] as const]))
  return { roots, keys, entries, target, start: (node) => startOf(events, node), end: (node) => endOf(text, events, node), find, nodeAt }
}

function startOf(events: readonly Event[], node: number): number | undefined {
  const event = events[node]
  switch (event?.type) {
    case EVENT_ID.SCALAR:
      if (event.valueStart === -1) return undefined
      return event.style === SCALAR_STYLE.SINGLE_QUOTED || event.style === SCALAR_STYLE.DOUBLE_QUOTED ? event.valueStart - 1 : event.valueStart
    case EVENT_ID.MAPPING:
    case EVENT_ID.SEQUENCE:
      return event.start
    case EVENT_ID.ALIAS:
      return event.anchorStart - 1
    default:
      return undefined
  }
}

function endOf(text: string, events: readonly Event[], node: number): number {
  let end = 0
  for (let index = node, last = after(events, node); index < last; index++) {
    const event = events[index]
    if (event?.type === EVENT_ID.SCALAR) {
      end = Math.max(end, endOfScalar(text, event), event.anchorEnd, event.tagEnd)
    } else if (event?.type === EVENT_ID.ALIAS) end = Math.max(end, event.anchorEnd)
    else if (event?.type === EVENT_ID.MAPPING || event?.type === EVENT_ID.SEQUENCE) end = Math.max(end, event.start + 1)
  }
  return end
}

/** Blank lines after a block text belong to it only when it keeps them (`|+`). */
function endOfScalar(text: string, event: ScalarEvent): number {
  switch (event.style) {
    case SCALAR_STYLE.PLAIN:
      return event.valueEnd
    case SCALAR_STYLE.SINGLE_QUOTED:
    case SCALAR_STYLE.DOUBLE_QUOTED:
      return event.valueEnd + 1
    case SCALAR_STYLE.LITERAL_BLOCK:
    case SCALAR_STYLE.FOLDED_BLOCK:
      if (event.chomping === CHOMPING_MODE.KEEP) return event.valueEnd
      return event.valueStart + text.slice(event.valueStart, event.valueEnd).trimEnd().length
  }
}

/** The index after the last event of a node. */
function after(events: readonly Event[], node: number): number {
  let depth = 0
  for (let index = node; index < events.length; index++) {
    const type = events[index]?.type
    if (type === EVENT_ID.MAPPING || type === EVENT_ID.SEQUENCE) depth++
    else if (type === EVENT_ID.POP) depth--
    if (depth <= 0) return index + 1
  }
  return events.length
}

function pairs(text: string, events: readonly Event[], schema: Schema, node: number): readonly (readonly [string | number, Entry])[] {
  const found: (readonly [string | number, Entry])[] = []
  const type = events[node]?.type
  if (type !== EVENT_ID.MAPPING && type !== EVENT_ID.SEQUENCE) return found
  let at = node + 1
  while (at < events.length && events[at]?.type !== EVENT_ID.POP) {
    if (type === EVENT_ID.SEQUENCE) found.push([found.length, { key: undefined, value: at }])
    else {
      const key = at
      at = after(events, at)
      found.push([keyName(text, events, schema, key), { key, value: at }])
    }
    at = after(events, at)
  }
  return found
}

/** Plain words that some schema reads as something else than themselves. */
const perhapsNoText = /^(?:[-+.\d].*|~|true|false|null|yes|no|on|off|y|n|)$/i

/** The key as it is called in the value: `0x10: a` is entry `16`. */
export function keyName(text: string, events: readonly Event[], schema: Schema, key: number): string {
  const event = events[key]
  if (event?.type === EVENT_ID.ALIAS) {
    const behind = anchored(text, events, key)
    return behind === undefined ? '' : keyName(text, events, schema, behind)
  }
  if (event?.type !== EVENT_ID.SCALAR) return ''
  const raw = getScalarValue(text, event)
  if (event.tagStart === -1 && (event.style !== SCALAR_STYLE.PLAIN || !perhapsNoText.test(raw))) return raw
  const document: Event = { type: EVENT_ID.DOCUMENT, explicitStart: false, explicitEnd: false, directives: [] }
  return String(constructFromEvents([document, event, { type: EVENT_ID.POP }], { source: text, schema })[0])
}

/** The last node before an alias that carries its anchor, within the same document. */
function anchored(text: string, events: readonly Event[], alias: number): number | undefined {
  const wanted = nameOf(text, events[alias])
  for (let index = alias - 1; index >= 0; index--) {
    const event = events[index]
    if (event?.type === EVENT_ID.DOCUMENT) return undefined
    if (event?.type !== EVENT_ID.ALIAS && nameOf(text, event) === wanted) return index
  }
  return undefined
}

function nameOf(text: string, event: Event | undefined): string | undefined {
  return event && 'anchorStart' in event && event.anchorStart !== -1 ? text.slice(event.anchorStart, event.anchorEnd) : undefined
}
