/** Does something for each, so many at a time, and answers in the order of the list. The first failure ends it. */
export async function eachOf<T, R>(list: readonly T[], atATime: number, work: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = []
  let next = 0
  const worker = async (): Promise<void> => {
    for (let index = next++; index < list.length; index = next++) results[index] = await work(list[index] as T)
  }
  await Promise.all(Array.from({ length: Math.max(1, Math.min(atATime, list.length)) }, worker))
  return results
}
