import type { Clock, Cluster } from '@fermata/ports'
import { kinds, routeKinds } from './objects.ts'
import { knownIn, type Picture, pictureOf } from './picture.ts'

/** Definitions of routes may be installed while the gateway runs. Milliseconds between two looks. */
const lookForKinds = 2_000
/** After the API server could not be reached. */
const pauseAfterFailure = 500

type RouteKind = keyof typeof routeKinds

export interface Sight {
  /** As known now. While the API server is away, what it said last: a gateway goes on without it. */
  picture(): Picture
  close(): void
}

/** Follows everything that decides where requests go, in one namespace. Answers once the first lists are there. */
export async function followNamespace(cluster: Cluster, namespace: string, clock: Clock): Promise<Sight> {
  const stop = new AbortController()
  let current: () => Picture = () => pictureOf(namespace, {})
  async function begin(): Promise<{ readonly ended: Promise<void> }> {
    const has = await optionalKinds(cluster)
    const feed = await cluster.follow([...Object.values(kinds), ...[...has].map((name) => routeKinds[name])], namespace, stop.signal)
    const look = (): Picture => pictureOf(namespace, knownIn(feed, has))
    let picture: Picture | undefined
    current = () => (picture ??= look())
    async function keep(): Promise<void> {
      try {
        let nextLook = clock.now() + lookForKinds
        for (;;) {
          await feed.changed(lookForKinds)
          picture = undefined
          if (has.size === Object.keys(routeKinds).length || clock.now() < nextLook) continue
          nextLook = clock.now() + lookForKinds
          if ((await optionalKinds(cluster)).size !== has.size) return
        }
      } finally {
        // The last picture stays when the feed is gone.
        picture = look()
        feed.close()
      }
    }
    return { ended: keep() }
  }
  const first = await begin()
  void goOn(first.ended)

  async function goOn(ended: Promise<void>): Promise<void> {
    let running = ended
    while (!stop.signal.aborted) {
      const lost = await running.then(() => false, () => true)
      if (stop.signal.aborted) return
      if (lost) await clock.sleep(pauseAfterFailure)
      running = begin().then((next) => next.ended)
    }
  }

  return { picture: () => current(), close: () => stop.abort(new Error('the gateway was closed')) }
}

async function optionalKinds(cluster: Cluster): Promise<ReadonlySet<RouteKind>> {
  const has = new Set<RouteKind>()
  for (const name of Object.keys(routeKinds) as RouteKind[]) if ((await cluster.knows(routeKinds[name])) !== undefined) has.add(name)
  return has
}
