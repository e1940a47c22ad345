import type { Path, Position, TextProblem } from './position.ts'

/** A value as the text gives it, and where each part of it stands. Positions are worked out when they are asked for. */
export interface TextDocument {
  /** Plain JSON-like data: objects, arrays, strings, numbers, booleans, null. Ask `Object.hasOwn` before reading a key. */
  readonly value: unknown
  /** Where a value begins: its first character, or its quote. Of an empty value, where its key begins. Undefined when the document has no such path. */
  positionOf(path: Path): Position | undefined
  /** Where the key of a mapping entry begins; of list items and of the root the same as `positionOf`. */
  keyPositionOf(path: Path): Position | undefined
  /** Where the deepest part of a path begins that the document has: the place to look at for something that is missing. */
  nearestPosition(path: Path): Position
}

/** What became of a text. With any problem there are no documents: half a text is never taken for the whole. */
export interface Parsed {
  readonly file: string
  readonly documents: readonly TextDocument[]
  readonly problems: readonly TextProblem[]
}

/** Offsets of an entry: where its value begins, and where its key does if it has one. */
export interface Place {
  readonly value: number
  readonly key: number | undefined
}

/** @param find the place of a path in the text, or undefined; it must know the empty path */
export function textDocument(value: unknown, find: (path: Path) => Place | undefined, positionAt: (offset: number) => Position): TextDocument {
  const valuePosition = (path: Path) => {
    const place = find(path)
    return place && positionAt(place.value)
  }
  const keyPosition = (path: Path) => {
    const place = find(path)
    return place && positionAt(place.key ?? place.value)
  }
  return {
    value,
    positionOf: valuePosition,
    keyPositionOf: keyPosition,
    nearestPosition(path) {
      for (let length = path.length; length > 0; length--) {
        const position = keyPosition(path.slice(0, length))
        if (position) return position
      }
      return keyPosition([]) ?? { line: 1, column: 1 }
    },
  }
}
