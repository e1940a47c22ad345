/** Gives the first of its entries, by an order that is fixed when it is made. */
export interface PriorityQueue<T> {
  size(): number
  push(entry: T): void
  peek(): T | undefined
  pop(): T | undefined
}

/** A binary heap: push and pop in O(log entries). */
export function priorityQueue<T>(before: (a: T, b: T) => boolean): PriorityQueue<T> {
  const heap: T[] = []
  const goesBefore = (a: number, b: number): boolean => before(heap[a] as T, heap[b] as T)
  const swap = (a: number, b: number): void => {
    const kept = heap[a] as T
    heap[a] = heap[b] as T
    heap[b] = kept
  }
  const rise = (from: number): void => {
    for (let child = from; child > 0; ) {
      const parent = (child - 1) >> 1
      if (!goesBefore(child, parent)) return
      swap(child, parent)
      child = parent
    }
  }
  const sink = (): void => {
    for (let parent = 0; ; ) {
      let first = parent
      for (const child of [2 * parent + 1, 2 * parent + 2]) if (child < heap.length && goesBefore(child, first)) first = child
      if (first === parent) return
      swap(first, parent)
      parent = first
    }
  }
  return {
    size: () => heap.length,
    push: (entry) => rise(heap.push(entry) - 1),
    peek: () => heap[0],
    pop: () => {
      const first = heap[0]
      const last = heap.pop()
      if (heap.length > 0) {
        heap[0] = last as T
        sink()
      }
      return first
    },
  }
}
