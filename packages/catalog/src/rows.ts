/**
 * Compressed sparse rows, the plain form of a directed graph over dense integers:
 * the neighbours of `row` are `targets[starts[row]]` up to but not including `targets[starts[row + 1]]`.
 */
export interface Rows {
  readonly starts: Int32Array
  readonly targets: Int32Array
}

export function rowCount(rows: Rows): number {
  return rows.starts.length - 1
}

/** The neighbours of one row, as a view. Making a view costs more than a short loop: where every row is met, use `visit`. */
export function row(rows: Rows, index: number): Int32Array {
  return rows.targets.subarray(rows.starts[index], rows.starts[index + 1])
}

export function visit(rows: Rows, index: number, visitor: (target: number) => void): void {
  const end = rows.starts[index + 1] as number
  for (let edge = rows.starts[index] as number; edge < end; edge++) visitor(rows.targets[edge] as number)
}

export function hasEdge(rows: Rows, index: number, target: number): boolean {
  const end = rows.starts[index + 1] as number
  for (let edge = rows.starts[index] as number; edge < end; edge++) if (rows.targets[edge] === target) return true
  return false
}

/**
 * The same edges the other way round. Every row of the result is in rising order, for it is filled row by row;
 * transposing twice therefore sorts all rows in O(rows + edges).
 * @param columns how many rows the result has
 */
export function transpose(rows: Rows, columns: number): Rows {
  const starts = new Int32Array(columns + 1)
  const edges = rows.targets.length
  for (let edge = 0; edge < edges; edge++) {
    const after = (rows.targets[edge] as number) + 1
    starts[after] = (starts[after] as number) + 1
  }
  for (let column = 0; column < columns; column++) starts[column + 1] = (starts[column + 1] as number) + (starts[column] as number)
  const targets = new Int32Array(edges)
  const free = starts.slice()
  for (let source = 0, edge = 0; source < rowCount(rows); source++) {
    for (const end = rows.starts[source + 1] as number; edge < end; edge++) {
      const target = rows.targets[edge] as number
      const slot = free[target] as number
      targets[slot] = source
      free[target] = slot + 1
    }
  }
  return { starts, targets }
}
