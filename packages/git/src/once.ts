export interface Once<T> {
  (): Promise<T>
  /** Whether it was asked for. */
  begun(): boolean
}

/** Made when first asked for, then the same. A failure is not kept: the next one who asks tries again. */
export function once<T>(make: () => Promise<T>): Once<T> {
  let made: Promise<T> | undefined
  const get = () => {
    made ??= make().catch((error: unknown) => {
      made = undefined
      throw error
    })
    return made
  }
  return Object.assign(get, { begun: () => made !== undefined })
}

/** Runs what it is given one after the other: two fetches at a time would fight for the lock of one repository. */
export function oneByOne(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const next = last.then(work, work)
    last = next
    return next
  }
}
