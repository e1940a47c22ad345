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

/** @param neighbours for each row its neighbours, in any order */
export function rowsFrom(neighbours: readonly (readonly number[])[]): Rows {
  const starts = new Int32Array(neighbours.length + 1)
  neighbours.forEach((list, index) => (starts[index + 1] = (starts[index] as number) + list.length))
  return { starts, targets: Int32Array.from(neighbours.flat()) }
}

/**
 * The same edges the other way round. Every row of the result is in rising order, for it is filled row by row;
 * transposing twice therefore sorts all rows in O(rows + edges).
 * @param columns how many rows the result has
 */
export function transpose(rows: Rows, columns: number): Rows {
  const starts = new Int32Array(columns + 1)
  for (const target of rows.targets) starts[target + 1] = (starts[target + 1] as number) + 1
  for (let column = 0; column < columns; column++) starts[column + 1] = (starts[column + 1] as number) + (starts[column] as number)
  const targets = new Int32Array(rows.targets.length)
  const free = starts.slice()
  for (let source = 0; source < rowCount(rows); source++) {
    visit(rows, source, (target) => {
      const slot = free[target] as number
      targets[slot] = source
      free[target] = slot + 1
    })
  }
  return { starts, targets }
}
