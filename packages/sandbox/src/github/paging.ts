import { type Reply, notHere } from './reply.ts'

export interface Page {
  readonly number: number
  readonly size: number
}

/** GitHub's rules: 30 a page unless asked, more than 100 are 100. What it makes of other values is not known to us. */
export function pageOf(query: URLSearchParams, usual = 30, most = 100): Page | Reply {
  const [number, size] = [whole(query.get('page'), 1), whole(query.get('per_page'), usual)]
  if (number === undefined || size === undefined) return notHere(`page=${query.get('page')}&per_page=${query.get('per_page')}`)
  return { number, size: Math.min(size, most) }
}

function whole(written: string | null, usual: number): number | undefined {
  if (written === null) return usual
  return /^[1-9]\d{0,8}$/.test(written) ? Number(written) : undefined
}

export function slice<T>(items: readonly T[], page: Page): readonly T[] {
  return items.slice((page.number - 1) * page.size, page.number * page.size)
}

/** `Link` of a page among `total` items (RFC 8288), or none where there is one page only. */
export function linkHeader(url: URL, page: Page, total: number): Readonly<Record<string, string>> {
  const last = Math.max(1, Math.ceil(total / page.size))
  const to = (number: number, rel: string) => {
    const target = new URL(url)
    target.searchParams.set('page', String(number))
    return `<${target}>; rel="${rel}"`
  }
  const links = [
    ...(page.number > 1 ? [to(page.number - 1, 'prev')] : []),
    ...(page.number < last ? [to(page.number + 1, 'next'), to(last, 'last')] : []),
    ...(page.number > 1 ? [to(1, 'first')] : []),
  ]
  return links.length === 0 ? {} : { link: links.join(', ') }
}
